// The legend: the classes' colours with their numbers, the unit, how it was computed and whose classes they are.

import {legendPicture} from '../api.mjs';
import {byId, element} from '../parts/dom.mjs';
import {nameOf, t} from '../parts/i18n.mjs';
import {methodParts, rangeText, unitWords, valueText} from '../parts/words.mjs';

/** A diverging scale shows its empty middle too, or the numbers would not stand in a row. */
const shown = (classes, diverging) => (diverging ? classes : classes.filter(c => c.opacity > 0));

/** Whose classes: everybody's, one problem's, or those of the address. */
function classesOf(legend, categories) {
  if (legend.breaks_of === 'general' || legend.breaks_of === 'request') return t(`legend.breaks.${legend.breaks_of}`);
  const problem = categories.find(c => c.code === legend.breaks_of);
  return t('legend.breaks.problem', {name: problem ? nameOf(problem) : legend.breaks_of});
}

function swatchOf(c) {
  const swatch = element('span', {class: c.opacity > 0 ? 'swatch' : 'swatch empty'});
  if (c.opacity > 0) {
    // The picture's own paint: MapLibre and the plain map lay colours over the map with this opacity.
    swatch.style.background = c.colour;
    swatch.style.opacity = c.opacity;
  }
  return swatch;
}

/** `picture` are the parameters of the legend's picture. */
export function showLegend(legend, city, categories, picture) {
  const diverging = legend.classes[0].from == null;
  const scale = element('ol', {class: diverging ? 'scale diverging' : 'scale'}, ...shown(legend.classes, diverging).map(c =>
    element('li', {title: rangeText(c.from, c.to, legend)},
      swatchOf(c), element('span', {class: 'from'}, c.from == null ? '' : valueText(c.from, legend)))));
  byId('legend').replaceChildren(
    element('h2', {}, t(`legend.title.${legend.measure}`), ' ', element('span', {class: 'unit'}, unitWords(legend))),
    scale,
    element('p', {class: 'hint method'}, methodParts(legend, city.timezone).join(' · ')),
    element('p', {class: 'hint'}, classesOf(legend, categories), ' · ',
      element('a', {href: legendPicture(picture), download: 'legend.png'}, t('legend.picture'))));
}
