// The legend: the classes' colours with their numbers and the unit.

import {byId, element} from './dom.mjs';
import {density, number, t} from './i18n.mjs';

const perMonth = unit => /month/.test(unit ?? '');

export const unitWords = unit => t(perMonth(unit) ? 'legend.perKm2Month' : 'legend.perKm2');

export function showLegend(legend) {
  const classes = legend.classes.filter(c => c.opacity > 0);
  // The picture's own paint: MapLibre and the plain map lay colours over the map with this opacity.
  const scale = element('ol', {class: 'scale'}, ...classes.map(c => {
    const swatch = element('span', {class: 'swatch'});
    swatch.style.background = c.colour;
    swatch.style.opacity = c.opacity;
    return element('li', {title: c.to == null ? `≥ ${density(c.from)}` : `${density(c.from)} – ${density(c.to)}`},
      swatch, element('span', {class: 'from'}, density(c.from)));
  }));
  byId('legend').replaceChildren(
    element('h2', {}, t('legend.title'), ' ', element('span', {class: 'unit'}, unitWords(legend.unit))),
    scale,
    element('p', {class: 'hint'}, t('legend.bandwidth', {n: number(legend.bandwidth_m)})));
}
