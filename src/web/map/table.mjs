// The table beside the map: the units of a level with count, rate and rank, sorted by any column. A name goes to the
// unit on the map, a count to its incidents.

import {element} from '../parts/dom.mjs';
import {nameOf, number, t} from '../parts/i18n.mjs';
import {busy} from '../parts/ready.mjs';
import {FEW, outsideText, rateLevelOf, rateLevels} from './areas.mjs';

const MOST_ROWS = 500;
const short = value => (value == null ? '–' : number(value, {maximumSignificantDigits: 3}));

/** [west, south, east, north] of a feature. */
function boxOf(feature) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const visit = c => {
    if (typeof c[0] !== 'number') c.forEach(visit);
    else [box[0], box[1], box[2], box[3]] = [Math.min(box[0], c[0]), Math.min(box[1], c[1]), Math.max(box[2], c[0]), Math.max(box[3], c[1])];
  };
  visit(feature.geometry.coordinates);
  return box;
}

export class Table {
  /** `map`: fit(box). `changed` runs after the level was chosen. */
  constructor(app, dock, areas, list, map, changed) {
    Object.assign(this, {app, dock, areas, list, map, changed, asking: new AbortController()});
    this.sort = {by: 'count', down: true};
  }

  cancel() {
    this.asking.abort();
  }

  get isOpen() {
    return this.app.state.more.tab === 'table';
  }

  toggle() {
    if (this.dock.shows(this)) this.dock.close();
    else this.open();
  }

  async open() {
    this.#keep('table');
    const content = element('div', {class: 'card'}, element('p', {class: 'hint'}, t('value.loading')));
    this.#put(content);
    await this.#fill(content);
  }

  /** Other filters, words or data. */
  refresh() {
    if (this.dock.shows(this)) this.open();
  }

  #keep(tab) {
    this.app.state.more.tab = tab;
    this.app.write();
  }

  #put(content) {
    this.content = content;
    this.dock.show(this, t('table.title'), content, {wide: true, closed: () => this.#keep('')});
  }

  async #fill(content) {
    this.asking.abort();
    this.asking = new AbortController();
    const {signal} = this.asking;
    const {state, city} = this.app;
    try {
      const level = rateLevelOf(state, city);
      if (!level) throw new Error(t('table.none'));
      this.answer = await busy(this.areas.rows(level, signal));
      if (!signal.aborted) this.#draw(content, level);
    } catch (error) {
      if (!signal.aborted) content.replaceChildren(element('p', {class: 'bad'}, t('error.load', {reason: error.message})));
    }
  }

  #columns() {
    const {perMonth} = this.answer;
    return [
      ['name', t('table.name'), row => nameOf(row)],
      ['count', t('card.count'), row => row.count],
      ['per_km2', t(perMonth ? 'unit.perKm2Month' : 'unit.perKm2'), row => row.per_km2],
      ['per_1000', t(perMonth ? 'rates.per1000Month' : 'rates.per1000'), row => row.per_1000],
      ['rank', t('card.unitRank'), row => row.rank],
    ];
  }

  #draw(content, level) {
    const {city, state} = this.app;
    const {rows, summary} = this.answer;
    const columns = this.#columns();
    const get = columns.find(([key]) => key === this.sort.by)[2];
    const sorted = [...rows].sort((a, b) => {
      const [x, y] = [get(a), get(b)];
      if (x == null || y == null) return (x == null) - (y == null);
      return (typeof x === 'string' ? x.localeCompare(y) : x - y) * (this.sort.down ? -1 : 1);
    });
    const select = element('select', {'aria-label': t('rates.level')}, ...rateLevels(city).map(other => element('option', {value: other.level}, nameOf(other))));
    select.value = level;
    select.addEventListener('change', () => {
      state.more.rates = select.value;
      this.changed();
      this.refresh();
    });
    content.replaceChildren(
      element('div', {class: 'row'}, element('label', {class: 'field'}, select),
        element('p', {class: 'hint'}, t('rates.counted', {n: number(summary.total), outside: outsideText(summary)}))),
      element('table', {class: 'table'},
        element('caption', {class: 'unseen'}, t('table.title')),
        element('thead', {}, element('tr', {}, ...columns.map(column => this.#heading(column, content, level)))),
        element('tbody', {}, ...sorted.slice(0, MOST_ROWS).map(row => this.#row(row)))),
      rows.length > MOST_ROWS ? element('p', {class: 'hint'}, t('table.most', {n: number(MOST_ROWS), all: number(rows.length)})) : '');
  }

  #heading([key, text], content, level) {
    const on = this.sort.by === key;
    const order = !on ? 'none' : this.sort.down ? 'descending' : 'ascending';
    const press = () => {
      this.sort = {by: key, down: on ? !this.sort.down : key !== 'name' && key !== 'rank'};
      this.#draw(content, level);
      content.querySelector(`[data-key="${key}"]`).focus();
    };
    return element('th', {scope: 'col', class: key === 'name' ? '' : 'number', 'aria-sort': order},
      element('button', {type: 'button', 'data-key': key, onclick: press}, text, on ? (this.sort.down ? ' ↓' : ' ↑') : ''));
  }

  #row(row) {
    const name = nameOf(row);
    const back = () => this.#put(this.content);
    const few = !(row.count >= FEW);
    return element('tr', {class: few ? 'few' : ''},
      element('td', {}, row.feature
        ? element('button', {type: 'button', class: 'link plain', onclick: () => this.map.fit(boxOf(row.feature))}, name) : name),
      element('td', {class: 'number'}, row.count > 0
        ? element('button', {type: 'button', class: 'link', 'aria-label': t('table.incidents', {name, n: number(row.count)}),
          onclick: () => this.list.show(name, {unit: row.code}, back, () => this.#keep(''))}, number(row.count)) : row.count == null ? t('rates.merged') : '0'),
      element('td', {class: 'number', title: few ? t('rates.few', {n: FEW}) : ''}, short(row.per_km2)),
      element('td', {class: 'number', title: few ? t('rates.few', {n: FEW}) : ''}, short(row.per_1000)),
      element('td', {class: 'number'}, row.rank ? number(row.rank) : '–'));
  }
}
