// What a click on the map shows: the density there with its interval and rank, street and units, the community's count,
// rate, trend and week, the last incidents around. Every number leads to the incidents behind it.

import * as api from '../api.mjs';
import {element} from '../parts/dom.mjs';
import {nameOf, number, t} from '../parts/i18n.mjs';
import {busy} from '../parts/ready.mjs';
import {methodParts, rangeText, unitWords, valueText} from '../parts/words.mjs';
import {sparkline, weekTable} from './figures.mjs';
import {incidentRow} from './incidents.mjs';
import {densityParameters} from './state.mjs';

const LAST = 5;
const M_PER_DEGREE = 111320;
/** The level whose numbers the card tells, or the nearest above. */
const TOLD_LEVELS = ['community', 'subdistrict', 'district', 'cell'];

const rows = pairs => element('dl', {}, ...pairs.filter(([, value]) => value != null && value !== '')
  .flatMap(([key, value]) => [element('dt', {}, key), element('dd', {}, value)]));

const section = (title, ...children) => element('section', {}, element('h3', {}, title), ...children);

export class Card {
  /** `map`: mark(position), reveal(position) where the dock takes from the map, zoomTo(position); `areas` know the units' rates; `list` shows incidents. */
  constructor(app, map, dock, areas, list) {
    Object.assign(this, {app, map, dock, areas, list, asking: new AbortController(), at: null});
  }

  /** The last click wins. */
  async show(lon, lat) {
    this.asking.abort();
    this.asking = new AbortController();
    const {signal} = this.asking;
    this.at = [lon, lat];
    this.content = element('div', {class: 'card'}, element('p', {class: 'hint'}, t('value.loading')));
    this.#keep(`${lon.toFixed(6)},${lat.toFixed(6)}`);
    this.map.mark([lon, lat]);
    this.#put();
    try {
      const value = await busy(api.densityValue(lon, lat, densityParameters(this.app.state), signal));
      if (signal.aborted) return;
      this.content.replaceChildren(...this.#valueParts(value));
      this.map.reveal([lon, lat]);
      await this.#addMore(value, signal);
    } catch (error) {
      if (!signal.aborted) this.content.replaceChildren(element('p', {class: 'bad'}, `${t('value.failed')}: ${error.message}`));
    }
  }

  /** Other filters or words: the same place again. */
  refresh() {
    if (this.at) this.show(...this.at);
  }

  cancel() {
    this.asking.abort();
  }

  /** The place of the address, when the page opens. */
  open() {
    const at = (this.app.state.more.place ?? '').split(',').map(Number);
    if (at.length === 2 && at.every(Number.isFinite)) this.show(...at);
  }

  #put() {
    this.dock.show(this, t('card.title'), this.content, {closed: () => this.#closed()});
  }

  #closed() {
    this.asking.abort();
    this.at = null;
    this.map.mark(null);
    this.#keep('');
  }

  #keep(place) {
    this.app.state.more.place = place;
    this.app.write();
  }

  /** A number that shows the incidents that it counts. */
  #number(text, title, change) {
    return element('button', {type: 'button', class: 'link', onclick: () => this.list.show(title, change, () => this.#put(), () => this.#closed())}, text);
  }

  #valueParts(value) {
    const {city} = this.app;
    const bbox = this.#around(value.bandwidth_m);
    const n = this.#number(number(value.n), t('card.around', {m: number(value.bandwidth_m)}), {bbox});
    const other = {difference: 'value.otherPeriod', 'relative-risk': 'value.otherAll'}[value.measure];
    return [
      element('p', {class: 'figure'}, element('strong', {}, valueText(value.value, value)), ' ', element('span', {class: 'unit'}, unitWords(value))),
      intervalLine(value),
      value.rank ? element('p', {class: 'hint'}, t('card.rank', {rank: number(value.rank), of: number(value.rank_of)})) : null,
      value.masked ? element('p', {class: 'hint'}, t('value.masked')) : null,
      rows([
        [t('value.n'), n],
        [other && t(other), other && value.other_n != null ? number(value.other_n) : null],
        [t('value.effective'), value.effective_n == null ? null : number(value.effective_n, {maximumSignificantDigits: 3})],
        [t('value.method'), methodParts(value, city.timezone).join(' · ')],
      ]),
      section(t('value.place'), this.#place(value)),
    ].filter(Boolean);
  }

  #place(value) {
    const units = value.units.filter(unit => unit.level !== 'city');
    const levelName = level => nameOf(this.app.city.levels.find(other => other.level === level)) || level;
    const lines = units.map(unit => [levelName(unit.level), nameOf(unit)]);
    if (value.street) lines.unshift([t('value.street'), nameOf(value.street)]);
    return lines.length ? rows(lines) : element('p', {class: 'hint'}, t('value.outside'));
  }

  /** minx,miny,maxx,maxy of the kernel's circle. */
  #around(metres) {
    const [lon, lat] = this.at;
    const [dx, dy] = [metres / M_PER_DEGREE / Math.cos(lat * Math.PI / 180), metres / M_PER_DEGREE];
    return [lon - dx, lat - dy, lon + dx, lat + dy].map(x => x.toFixed(6)).join(',');
  }

  /** What takes other questions: each part stands by itself, and one that fails says so without the others. */
  async #addMore(value, signal) {
    const unit = TOLD_LEVELS.map(level => value.units.find(other => other.level === level)).find(Boolean);
    const parts = [
      unit && this.#unitPart(unit, signal),
      this.app.city.public_incidents && this.#lastPart(value, signal),
      unit && this.#weekPart(unit, signal),
    ].filter(Boolean);
    await Promise.all(parts.map(async part => {
      const place = element('div', {});
      this.content.append(place);
      try {
        const made = await busy(part);
        if (!signal.aborted) place.replaceWith(made);
      } catch (error) {
        if (!signal.aborted) place.replaceWith(element('p', {class: 'bad'}, t('error.load', {reason: error.message})));
      }
    }));
  }

  async #unitPart(unit, signal) {
    const [{rows: all, perMonth}, trend] = await Promise.all([
      this.areas.rows(unit.level, signal), api.timeline(this.app.state, null, {unit: unit.code}, signal)]);
    const row = all.find(other => other.code === unit.code);
    const name = nameOf(unit);
    const rate = row?.per_km2 == null ? null : `${number(row.per_km2, {maximumSignificantDigits: 3})} ${t(perMonth ? 'unit.perKm2Month' : 'unit.perKm2')}`;
    return section(name,
      rows([
        [t('card.count'), row && (row.count == null ? t('rates.merged') : this.#number(number(row.count), name, {unit: unit.code}))],
        [t('card.rate'), rate],
        [t('card.unitRank'), row?.rank && t('card.of', {rank: number(row.rank), of: number(all.length)})],
      ]),
      sparkline(trend.periods));
  }

  async #lastPart(value, signal) {
    const answer = await api.incidents(this.app.state, {bbox: this.#around(value.bandwidth_m)}, {limit: LAST, sortby: '-reported'}, signal);
    const list = answer.features.map(feature => incidentRow(feature, this.app.city, position => this.map.zoomTo(position)));
    return section(t('card.last'), ...(list.length ? list : [element('p', {class: 'hint'}, t('card.noneAround'))]));
  }

  async #weekPart(unit, signal) {
    const week = await api.calendar(this.app.state, {unit: unit.code}, signal);
    const name = nameOf(unit);
    const choose = this.app.city.public_incidents && ((day, hour) => this.list.show(
      `${name} · ${t(`weekday.${day}`)} ${String(hour).padStart(2, '0')}:00`,
      {unit: unit.code, weekdays: String(day), hours: `${hour}-${hour}`}, () => this.#put(), () => this.#closed()));
    return section(t('card.week', {name}), weekTable(week.counts, choose));
  }
}

function intervalLine(value) {
  const {lower, upper, confidence} = value.interval ?? {};
  if (lower == null && upper == null) return null;
  return element('p', {class: 'hint'}, t('value.interval', {share: number(confidence * 100), range: rangeText(lower, upper, value)}));
}
