// What the page lays over the basemap style: fills of rates, density, hotspots, incidents, the clicked point; and which
// of the basemap's layers a reader may hide.

import {heatTiles, incidentTiles} from '../api.mjs';
import {filterParameters} from '../state.mjs';
import {drawParameters, isOn} from './state.mjs';

/** Layers that can be switched, and the style layers behind each. */
export const SWITCHES = {
  heat: id => id === 'heat',
  hotspots: id => id.startsWith('spot'),
  rates: id => id.startsWith('rate'),
  incidents: id => id.startsWith('incident'),
  streets: id => id.startsWith('street'),
  units: id => id.startsWith('unit-line') || id.startsWith('unit-name'),
  places: id => id.startsWith('place'),
  zones: id => id.startsWith('zone'),
};

const INCIDENT_ZOOM = 15;
export const RATE_OPACITY = 0.75;
const PAINT = {
  light: {fill: '#1d1730', ring: '#ffffff', text: '#ffffff', pin: '#1463d8', edge: '#4a4458'},
  dark: {fill: '#f2f4f8', ring: '#12151b', text: '#12151b', pin: '#6aa7ff', edge: '#c9cedb'},
};

/** Heat pictures are drawn for screens of two pixels a point where there are such. */
const scale = () => (devicePixelRatio > 1.4 ? '@2x' : '');

/** The version makes an answer of its own for each state of the data, so caches never mix them. */
function withVersion(parameters, version) {
  if (version != null) parameters.set('v', version);
  return parameters;
}

/** `change` replaces filters, for the map of the other period. */
export const heatUrl = (state, version, change) => heatTiles(withVersion(drawParameters(state, change), version), scale());
export const incidentUrl = (state, version, change) => incidentTiles(withVersion(filterParameters(state, change), version));

const EMPTY = {type: 'FeatureCollection', features: []};

/** The server's style with the page's layers put in, labels in the wanted language, switches obeyed. */
export function compose(base, state, city, data = {}, change = undefined) {
  const {version} = city;
  const style = structuredClone(base);
  const paint = PAINT[state.theme];
  style.sources.heat = {type: 'raster', tiles: [heatUrl(state, version, change)], tileSize: 256, minzoom: 0, maxzoom: 18};
  // A server that shows aggregates only would refuse these tiles.
  if (city.public_incidents) {
    style.sources.incidents = {type: 'vector', tiles: [incidentUrl(state, version, change)], minzoom: INCIDENT_ZOOM - 1, maxzoom: 16};
  }
  style.sources.clicked = {type: 'geojson', data: data.clicked ?? EMPTY};
  style.sources.rates = {type: 'geojson', data: data.rates ?? EMPTY};
  style.sources.spots = {type: 'geojson', data: data.hotspots ?? EMPTY};
  if (state.lang === 'en') {
    for (const layer of style.layers)
      if (layer.metadata?.['hotspot:label']) layer.layout['text-field'] = ['coalesce', ['get', 'name_en'], ['get', 'name']];
  }
  const heatBelow = style.layers.findIndex(layer => layer.id === style.metadata['hotspot:heat-below']);
  style.layers.splice(heatBelow, 0, ...rateLayers(paint, state.theme), {
    id: 'heat', type: 'raster', source: 'heat',
    paint: {'raster-fade-duration': 150, 'raster-opacity': ['interpolate', ['linear'], ['zoom'], 15, 1, 18, 0.7]},
  }, ...filled('spot', 'spots', overColours(state) ? 0.12 : 0.62, state.theme));
  const names = style.layers.findIndex(layer => layer.type === 'symbol');
  style.layers.splice(names < 0 ? style.layers.length : names, 0, ...spotLines(paint, overColours(state)));
  if (city.public_incidents) style.layers.push(...incidentLayers(paint));
  style.layers.push({
    id: 'clicked', type: 'circle', source: 'clicked',
    paint: {'circle-radius': 6, 'circle-color': paint.pin, 'circle-stroke-color': paint.ring, 'circle-stroke-width': 2.5},
  });
  for (const layer of style.layers) {
    const hidden = Object.keys(SWITCHES).some(name => SWITCHES[name](layer.id) && !isOn(state, name));
    if (hidden) layer.layout = {...layer.layout, visibility: 'none'};
  }
  return style;
}

/** Fills by `colour`; `hatched` ones (few incidents, not significant) are hatched, not only pale. */
function filled(id, source, opacity, theme) {
  return [
    {id, type: 'fill', source, filter: ['all', ['has', 'colour'], ['==', ['geometry-type'], 'Polygon']], paint: {'fill-color': ['get', 'colour'], 'fill-opacity': opacity, 'fill-antialias': false}},
    {id: `${id}-hatch`, type: 'fill', source, filter: ['all', ['==', ['get', 'hatched'], true], ['==', ['geometry-type'], 'Polygon']], paint: {'fill-pattern': `hatch-${theme}`, 'fill-opacity': 0.38}},
  ];
}

const rateLayers = (paint, theme) => [
  ...filled('rate', 'rates', RATE_OPACITY, theme),
  {id: 'rate-line', type: 'line', source: 'rates', paint: {'line-color': paint.ring, 'line-width': 0.8, 'line-opacity': 0.7}},
];

/** Over other colours hotspots are outlined, so that no colour is a mixture of two. */
const overColours = state => isOn(state, 'heat') || isOn(state, 'rates');

const spotLines = (paint, over) => [
  ...[['case', paint.ring, over ? 5 : 0], ['line', over ? ['get', 'colour'] : paint.edge, over ? 2.6 : 1.6]].map(([name, colour, width]) => ({
    id: `spot-${name}`, type: 'line', source: 'spots', filter: ['all', ['has', 'colour'], ['==', ['geometry-type'], 'Polygon']],
    layout: {'line-join': 'round'}, paint: {'line-color': colour, 'line-width': width},
  })),
  {
    id: 'spot-street', type: 'line', source: 'spots', filter: ['all', ['has', 'colour'], ['==', ['geometry-type'], 'LineString']],
    layout: {'line-cap': 'round'}, paint: {'line-color': ['get', 'colour'], 'line-width': ['interpolate', ['linear'], ['zoom'], 11, 2, 16, 7]},
  },
];

function incidentLayers(paint) {
  const source = {source: 'incidents', 'source-layer': 'incidents', minzoom: INCIDENT_ZOOM};
  const cluster = ['has', 'point_count'];
  return [
    {
      id: 'incident', type: 'circle', ...source, filter: ['!', cluster],
      paint: {
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 15, 1.8, 17, 3.6, 19, 6],
        'circle-color': paint.fill, 'circle-opacity': 0.75,
        'circle-stroke-color': paint.ring, 'circle-stroke-width': ['interpolate', ['linear'], ['zoom'], 15, 0.4, 17, 1],
      },
    },
    {
      id: 'incident-cluster', type: 'circle', ...source, filter: cluster,
      paint: {
        'circle-radius': ['interpolate', ['linear'], ['sqrt', ['get', 'point_count']], 1, 7, 30, 22],
        'circle-color': paint.fill, 'circle-opacity': 0.8, 'circle-stroke-color': paint.ring, 'circle-stroke-width': 1,
      },
    },
    {
      id: 'incident-count', type: 'symbol', ...source, filter: cluster,
      layout: {
        'text-field': ['get', 'point_count_abbreviated'], 'text-size': 11,
        'text-font': ['Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', 'sans-serif'],
      },
      paint: {'text-color': paint.text},
    },
  ];
}
