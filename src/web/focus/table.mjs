// The ranked list of a plan. Numbers of rows are those on the map; a row shows its place, its count leads to the
// incidents behind it.

import {element} from '../parts/dom.mjs';
import {density, nameOf, number, percent, t, tOr} from '../parts/i18n.mjs';
import {boxOf} from '../parts/small_map.mjs';

const MARGIN_DEG = 0.0004; // about 40 m: incidents lie beside their street

/** The name of what is chosen: street, or unit; a cell has none. */
export const nameOfItem = properties => nameOf(properties) || t('focus.unnamed', {id: properties.id});

/** What tells the places of a plan from those of any other: ids alone are of one kind of candidate. */
export function keyOf({parameters: {level, grid}}) {
  return ({id}) => `${level ?? grid ?? 'streets'}/${id}`;
}

const unitOf = (properties, level) => {
  const {[level]: name, [`${level}_en`]: english} = properties;
  return nameOf({name, name_en: english}) || '–';
};

/** `emerging` names in words: `sporadic-hot` and so on. */
export const stateText = state => tOr(`focus.state.${state}`, state ?? '–');

const hoursText = hours => (hours ? t('focus.hoursOf', {hours}) : '–');

function weekdaysText(days) {
  if (!days) return '–';
  if (days === '1-7') return t('focus.everyDay');
  return days.replace(/[1-7]/g, day => t(`weekday.${day}`)).replaceAll('-', '–');
}

export class PlanTable {
  /** `choose(feature)` is for a row; `incidentsIn(box)` for its count. */
  constructor(choose, incidentsIn) {
    this.choose = choose;
    this.incidentsIn = incidentsIn;
    this.element = element('div', {class: 'scroll plan-rows', tabindex: '0', role: 'region', 'aria-label': t('focus.table')});
    this.rows = new Map();
  }

  show(plan) {
    this.rows.clear();
    const crews = plan.features.some(({properties}) => properties.crew > 1);
    const inHours = plan.parameters.budget_h !== undefined;
    const columns = ['rank', 'what', 'where', 'when', 'days', inHours ? 'cost.h' : 'cost.km', 'expected', 'share', 'cumulative', 'interval', 'state', 'n', ...(crews ? ['crew'] : [])];
    const numbers = new Set(['rank', 'cost.h', 'cost.km', 'expected', 'share', 'cumulative', 'interval', 'n', 'crew']);
    this.element.replaceChildren(element('table', {class: 'table plan'},
      element('thead', {}, element('tr', {}, ...columns.map(name => element('th', {scope: 'col', class: numbers.has(name) ? 'number' : null, title: tOr(`focus.column.${name}.hint`, null)}, t(`focus.column.${name}`))))),
      element('tbody', {}, ...plan.features.map(feature => this.#row(feature, inHours, crews)))));
  }

  #row(feature, inHours, crews) {
    const {properties: p} = feature;
    const box = boxOf([feature]);
    const cell = (text, kind) => element('td', {class: kind ?? null}, text);
    const name = element('button', {type: 'button', class: 'link', onclick: () => this.choose(feature)}, nameOfItem(p));
    const count = p.n > 0 ? element('button', {type: 'button', class: 'link', title: t('focus.incidents'), onclick: () => this.incidentsIn(widened(box))}, number(p.n)) : '0';
    const row = element('tr', {'data-rank': p.rank},
      element('th', {scope: 'row', class: 'number'}, element('span', {class: 'rank'}, p.rank)),
      cell(name), element('td', {}, unitOf(p, 'community'), element('span', {class: 'hint block'}, unitOf(p, 'subdistrict'))),
      cell(hoursText(p.hours)), cell(weekdaysText(p.weekdays)),
      cell(number(inHours ? p.crew_hours : p.length_km, {maximumFractionDigits: 2}), 'number'), cell(density(p.expected), 'number'),
      cell(percent(p.share), 'number'), cell(percent(p.cumulative_share), 'number'),
      cell(t('focus.between', {low: number(p.rank_low), high: number(p.rank_high)}), 'number'),
      element('td', {}, element('span', {class: `state-mark ${/-hot$/.test(p.state) ? 'hot' : /-cold$/.test(p.state) ? 'cold' : 'none'}`}, stateText(p.state))),
      element('td', {class: 'number'}, count), crews ? cell(number(p.crew), 'number') : null);
    this.rows.set(p.rank, row);
    return row;
  }

  /** Marks the row of a rank; `reveal` scrolls to it. */
  mark(rank, reveal) {
    for (const row of this.rows.values()) row.removeAttribute('aria-current');
    const row = this.rows.get(rank);
    if (!row) return;
    row.setAttribute('aria-current', 'true');
    if (reveal) row.scrollIntoView({block: 'nearest'});
  }
}

const widened = box => [box[0] - MARGIN_DEG, box[1] - MARGIN_DEG, box[2] + MARGIN_DEG, box[3] + MARGIN_DEG].map(x => Number(x.toFixed(6)));
