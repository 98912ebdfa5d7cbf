// The plan on a map: what is chosen, with the numbers of the ranked list; where another plan is kept, what is in that one
// alone.

import * as api from '../api.mjs';
import {t} from '../parts/i18n.mjs';
import {boxOf, SmallMap} from '../parts/small_map.mjs';
import {keyOf} from './table.mjs';

const FONT = ['Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', 'sans-serif'];
/** Apart in lightness too, not only in hue. */
const PAINT = {
  light: {here: '#7a1f68', kept: '#2a5fb0', text: '#ffffff', halo: '#ffffff', chosen: '#111111'},
  dark: {here: '#f0a6d3', kept: '#8db8ff', text: '#2a0f24', halo: '#12151b', chosen: '#ffffff'},
};
const line = ['==', ['geometry-type'], 'LineString'];
const polygon = ['==', ['geometry-type'], 'Polygon'];
const width = ['interpolate', ['linear'], ['zoom'], 11, 2.5, 14, 5, 17, 10];

function layers(theme) {
  const paint = PAINT[theme];
  const colour = ['case', ['==', ['get', 'in'], 'kept'], paint.kept, paint.here];
  const dashed = ['==', ['get', 'in'], 'kept'];
  const stroke = (id, filter, more) => ({id, type: 'line', source: 'plan', filter, layout: {'line-cap': 'butt', 'line-join': 'round'}, paint: {'line-color': colour, 'line-width': width, ...more}});
  return [
    {id: 'plan-area', type: 'fill', source: 'plan', filter: polygon, paint: {'fill-color': colour, 'fill-opacity': ['case', ['==', ['get', 'in'], 'kept'], 0.15, 0.32]}},
    {id: 'plan-halo', type: 'line', source: 'plan', filter: line, layout: {'line-cap': 'round', 'line-join': 'round'}, paint: {'line-color': paint.halo, 'line-width': ['interpolate', ['linear'], ['zoom'], 11, 4.5, 14, 8, 17, 14]}},
    stroke('plan-line', ['all', line, ['!', dashed]]),
    stroke('plan-kept', ['all', line, dashed], {'line-dasharray': [1.2, 0.8]}),
    stroke('plan-edge', ['all', polygon, ['!', dashed]], {'line-width': 2}),
    stroke('plan-edge-kept', ['all', polygon, dashed], {'line-width': 2, 'line-dasharray': [2, 1.5]}),
    {id: 'plan-chosen', type: 'line', source: 'chosen', layout: {'line-cap': 'round', 'line-join': 'round'}, paint: {'line-color': paint.chosen, 'line-width': ['interpolate', ['linear'], ['zoom'], 11, 5, 14, 9, 17, 15], 'line-opacity': 0.9}},
    {
      id: 'plan-number', type: 'symbol', source: 'numbers',
      layout: {
        'text-field': ['to-string', ['get', 'rank']], 'text-size': 11.5, 'text-font': FONT, 'symbol-sort-key': ['get', 'rank'],
        'icon-image': 'badge', 'icon-text-fit': 'both', 'icon-text-fit-padding': [3, 6, 3, 6], 'icon-padding': 3, 'text-padding': 3,
      },
      paint: {'text-color': paint.text},
    },
  ];
}

/** What numbers stand on. */
function badge(theme) {
  const size = 48;
  const canvas = new OffscreenCanvas(size, size);
  const pen = canvas.getContext('2d');
  pen.beginPath();
  pen.arc(size / 2, size / 2, size / 2 - 2, 0, 2 * Math.PI);
  pen.fillStyle = PAINT[theme].here;
  pen.fill();
  pen.lineWidth = 3;
  pen.strokeStyle = PAINT[theme].halo;
  pen.stroke();
  return pen.getImageData(0, 0, size, size);
}

/** Where the number of a feature stands: half way along a line, in the middle of an area's box. */
function middle({type, coordinates}) {
  if (type === 'Point') return coordinates;
  const parts = type === 'MultiLineString' ? coordinates : type === 'LineString' ? [coordinates] : null;
  if (!parts) {
    const box = boxOf([{geometry: {coordinates}}]);
    return [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
  }
  const points = parts.reduce((longest, part) => (part.length > longest.length ? part : longest));
  const squeeze = Math.cos(points[0][1] * Math.PI / 180);
  const lengths = points.slice(1).map((point, i) => Math.hypot((point[0] - points[i][0]) * squeeze, point[1] - points[i][1]));
  let left = lengths.reduce((sum, length) => sum + length, 0) / 2;
  for (const [i, length] of lengths.entries()) {
    if (left <= length && length > 0) return points[i].map((x, k) => x + (points[i + 1][k] - x) * left / length);
    left -= length;
  }
  return points[0];
}

export class PlanMap {
  /** `chosen(rank)` runs when something of the plan is clicked. */
  constructor(container, app, chosen) {
    this.app = app;
    this.small = new SmallMap(container, app, {
      label: () => t('focus.map'), sources: ['plan', 'chosen', 'numbers'], layers,
      images: theme => ({badge: badge(theme)}),
      adjust: layer => layer.id !== 'unit-line-cell' && !layer.id.startsWith('place'),
      picture: () => this.query && api.mapPicture(this.#picture()),
      click: (position, point) => {
        const reach = 5;
        const hit = this.small.at([[point.x - reach, point.y - reach], [point.x + reach, point.y + reach]], ['plan-number', 'plan-line', 'plan-area']);
        if (hit?.properties.rank) chosen(hit.properties.rank);
      },
    });
  }

  start() {
    return this.small.start();
  }

  end() {
    this.small.end();
  }

  restyle() {
    return this.small.restyle();
  }

  /** Shows a plan, made by `query`, and what of a kept one is not in it. */
  show(plan, query, kept) {
    this.query = query;
    const own = new Set(plan.features.map(keyOf(plan)));
    const lean = (feature, where) => ({type: 'Feature', geometry: feature.geometry, properties: {rank: where === 'kept' ? 0 : feature.properties.rank, in: where}});
    const others = kept ? kept.features.filter(feature => !own.has(keyOf(kept)(feature))) : [];
    this.small.set('plan', [...others.map(feature => lean(feature, 'kept')), ...plan.features.map(feature => lean(feature, 'here'))]);
    this.small.set('numbers', plan.features.filter(({geometry}) => geometry).map(({geometry, properties}) => ({type: 'Feature', geometry: {type: 'Point', coordinates: middle(geometry)}, properties: {rank: properties.rank}})));
    this.small.set('chosen', []);
    this.small.fit(boxOf(plan.features), 15);
    this.small.repaint();
  }

  choose(feature) {
    this.small.set('chosen', feature?.geometry ? [feature] : []);
    if (feature) this.small.fit(boxOf([feature]), 16);
  }

  /** The same as a picture of the server's, where there is no WebGL. */
  #picture() {
    const {state} = this.app;
    const more = {paper: 'a4', layers: 'plan', style: state.theme, lang: state.lang};
    return new URLSearchParams([...this.query, ...Object.entries(more)]);
  }
}
