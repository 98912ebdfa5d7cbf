// The legend: a block for each layer that is on. That of the density has the classes' colours with their numbers, the
// unit, what was counted, how it was computed and whose classes they are.

import {legendPicture} from '../api.mjs';
import {byId, element} from '../parts/dom.mjs';
import {nameOf, number, percent, t} from '../parts/i18n.mjs';
import {isContinuous} from './state.mjs';
import {methodParts, periodText, rangeText, unitWords, valueText} from '../parts/words.mjs';

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

/** Period, number of incidents, share that has a position. */
function countedLine(legend, app) {
  const {state, city} = app;
  const parts = [periodText(state.filters.datetime, city), t('legend.n', {n: number(legend.n)})];
  if (legend.positioned_share != null && legend.total > 0) parts.push(t('legend.positioned', {share: percent(legend.positioned_share)}));
  return parts.join(' · ');
}

/** Colours between the classes: a class's own colour stands where it begins. */
function gradientOf(classes) {
  const bar = element('div', {class: 'gradient'});
  const stops = classes.map((c, i) => {
    const colour = `${c.colour}${Math.round(c.opacity * 255).toString(16).padStart(2, '0')}`;
    return `${colour} ${(i / classes.length * 100).toFixed(2)}%`;
  });
  bar.style.background = `linear-gradient(to right, ${stops.join(', ')})`;
  return bar;
}

/** The block of the density; `picture` are the parameters of the legend's picture. */
export function densityBlock(legend, app, picture) {
  const diverging = legend.classes[0].from == null;
  const continuous = isContinuous(app.state);
  const classes = shown(legend.classes, diverging);
  return [
    element('h2', {}, t(`legend.title.${legend.measure}`), ' ', element('span', {class: 'unit'}, unitWords(legend))),
    continuous ? gradientOf(classes) : null,
    element('ol', {class: `scale${diverging ? ' diverging' : ''}${continuous ? ' continuous' : ''}`}, ...classes.map(c =>
      element('li', {title: rangeText(c.from, c.to, legend)},
        continuous ? null : swatchOf(c), element('span', {class: 'from'}, c.from == null ? '' : valueText(c.from, legend))))),
    element('p', {class: 'hint'}, countedLine(legend, app)),
    element('p', {class: 'hint method'}, [...methodParts(legend, app.city.timezone), classesOf(legend, app.categories)].join(' · '), ' · ',
      element('a', {href: legendPicture(picture), download: 'legend.png'}, t('legend.picture'))),
  ];
}

/** Blocks by layer, in the order that they are given; null takes one away. */
export class Legend {
  constructor() {
    this.blocks = {heat: null, rates: null, hotspots: null};
  }

  set(name, parts) {
    this.blocks[name] = parts && element('div', {class: 'block'}, ...parts.filter(Boolean));
    this.show();
  }

  /** In the panel where that is beside the map, else over the map. */
  place() {
    const panel = byId('panel');
    const home = panel.checkVisibility() && getComputedStyle(panel).position === 'static' ? byId('legend-place') : byId('maps');
    if (byId('legend').parentElement !== home) home.append(byId('legend'));
  }

  show() {
    this.place();
    const blocks = Object.values(this.blocks).filter(Boolean);
    byId('legend').replaceChildren(...blocks);
    byId('legend').hidden = blocks.length === 0;
  }
}
