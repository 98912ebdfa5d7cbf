// Units as areas: rates by level, and statistically significant hotspots. What is counted from few incidents or is not
// significant is hatched.

import * as api from '../api.mjs';
import {element} from '../parts/dom.mjs';
import {lang, nameOf, number, t, tOr} from '../parts/i18n.mjs';
import {busy} from '../parts/ready.mjs';
import {RATE_OPACITY} from './overlay.mjs';
import {densityParameters} from './state.mjs';

/** Below these many incidents a rate is hatched: chance alone moves it by half. */
export const FEW = 5;
const COLLECTIONS = {district: 'districts', subdistrict: 'subdistricts', community: 'communities', cell: 'cells'};
const MOST_UNITS = 10000;
const LEAST_FOR_SPOTS = 10; // fewer units have no neighbourhoods to speak of
/** Incidents per 1000 residents, per month where there is a period. */
const PER_1000 = [0.1, 0.3, 1, 3, 10, 30, 100, 300];
/** [colour, its least |z| class] of hot and cold: RdBu, told apart by those who see no red as well. */
const SPOT_COLOURS = {
  light: {hot: ['#ef8a62', '#b2182b'], cold: ['#67a9cf', '#2166ac'], none: '#d9d6de'},
  dark: {hot: ['#d6604d', '#ff8a7a'], cold: ['#4393c3', '#9dd0f5'], none: '#3a4150'},
};
const STRONG = 0.01; // the darker class: q at most this

/** Levels of the city that can be shown as rates, the finest last. */
export const rateLevels = city => city.levels.filter(level => COLLECTIONS[level.level] && level.count > 1);
export const rateLevelOf = (state, city) => pick(state.more.rates, rateLevels(city).map(level => level.level), 'community');
export const rateKindOf = state => (state.more.rate === 'per-1000' ? 'per-1000' : 'per-km2');

/** What hotspots are computed of: levels, hexagons, street segments. */
export function spotChoices(city) {
  const levels = city.levels.filter(level => COLLECTIONS[level.level] && level.count >= LEAST_FOR_SPOTS).map(level => level.level);
  return [...levels, 'hex', ...(city.counts.segments > 0 ? ['streets'] : [])];
}
export const spotChoiceOf = (state, city) => pick(state.more.spots, spotChoices(city), 'cell');

const pick = (wanted, all, usual) => (all.includes(wanted) ? wanted : all.includes(usual) ? usual : all.at(-1));

const spotParameters = choice => ({
  hex: {grid: 'hex:250'},
  streets: {streets: 'true', value: 'per-km'},
}[choice] ?? {level: choice, value: 'per-km2'});

const swatch = (colour, hatched, opacity = 1) => {
  const made = element('span', {class: hatched ? 'swatch hatched' : 'swatch'});
  if (colour) made.style.background = colour;
  made.style.opacity = opacity;
  return made;
};

export class Areas {
  constructor(app) {
    this.app = app;
    this.geometry = new Map(); // level -> features, by version
    this.asking = {};
  }

  cancel() {
    for (const controller of Object.values(this.asking)) controller.abort();
  }

  /** A newer question of a name overtakes the older one; those of the other period stand apart. */
  #signal(name) {
    this.asking[name]?.abort();
    this.asking[name] = new AbortController();
    return this.asking[name].signal;
  }

  async #features(level, signal) {
    const key = `${level} ${this.app.city.version}`;
    if (!this.geometry.has(key)) {
      const answer = await api.features(COLLECTIONS[level], {limit: MOST_UNITS, f: 'json'}, signal);
      this.geometry.clear();
      this.geometry.set(key, answer.features);
    }
    return this.geometry.get(key);
  }

  /** Rates of the units of a level: [{id, code, name, count, area_km2, per_km2, per_1000, box}], months the same for all. */
  async rows(level, signal, change = {}) {
    const {state} = this.app;
    const [summary, features, legend] = await busy(Promise.all([
      api.summary(state, level, change, signal), this.#features(level, signal), api.legend(plainDraw(state, change), signal)]));
    const months = legend.months ?? 1;
    const areas = new Map(features.map(feature => [feature.id, feature]));
    const rows = summary.units.map(unit => {
      const feature = areas.get(unit.id);
      const area = feature?.properties.area_km2;
      // A count that is merged with others', where single incidents are not public, is null.
      return {
        ...unit, feature, area_km2: area,
        per_km2: area > 0 && unit.count != null ? unit.count / area / months : null,
        per_1000: unit.per_1000 == null ? null : unit.per_1000 / months,
      };
    });
    for (const [by, rank] of [['per_km2', 'rank'], ['per_1000', 'rank_1000']])
      rows.filter(row => row[by] != null).sort((a, b) => b[by] - a[by]).forEach((row, i) => { row[rank] = i + 1; });
    return {rows, legend, summary, perMonth: legend.months != null};
  }

  /** {collection, legend}: areas coloured by rate, and what tells of them. `change` replaces filters: the other period. */
  async rates(change) {
    const {state, city} = this.app;
    const level = rateLevelOf(state, city);
    const kind = rateKindOf(state);
    const {rows, legend, summary, perMonth} = await this.rows(level, this.#signal(change ? 'other rates' : 'rates'), change);
    const by = kind === 'per-1000' ? 'per_1000' : 'per_km2';
    const breaks = kind === 'per-1000' ? PER_1000 : legend.breaks;
    const classes = legend.classes.slice(-breaks.length);
    const colourOf = value => classes[breaks.findLastIndex(least => value >= least)]?.colour;
    const features = rows.filter(row => row.feature).map(row => ({
      ...row.feature,
      properties: {
        id: row.id, name: nameOf(row), value: row[by], count: row.count,
        ...(colourOf(row[by]) && {colour: colourOf(row[by])}), hatched: !(row.count >= FEW),
      },
    }));
    const unit = t(kind === 'per-1000' ? (perMonth ? 'rates.per1000Month' : 'rates.per1000') : (perMonth ? 'unit.perKm2Month' : 'unit.perKm2'));
    const levelName = nameOf(city.levels.find(other => other.level === level));
    const block = [
      element('h2', {}, t('rates.of', {level: levelName}), ' ', element('span', {class: 'unit'}, unit)),
      element('ol', {class: 'scale'}, ...breaks.map((least, i) => element('li', {}, swatch(classes[i].colour, false, RATE_OPACITY),
        element('span', {class: 'from'}, number(least, {maximumSignificantDigits: 2}))))),
      element('p', {class: 'hint keys'}, swatch(null, true), t('rates.few', {n: FEW})),
      element('p', {class: 'hint'}, t('rates.counted', {n: number(summary.total), outside: outsideText(summary)})),
    ];
    return {collection: {type: 'FeatureCollection', features}, legend: block};
  }

  /** The same of hotspots by Getis-Ord Gi*. */
  async hotspots(change) {
    const {state, city} = this.app;
    const choice = spotChoiceOf(state, city);
    const answer = await busy(api.hotspots(state, 'gi-star', change, spotParameters(choice), this.#signal(change ? 'other hotspots' : 'hotspots')));
    const colours = SPOT_COLOURS[state.theme];
    const alpha = answer.parameters.alpha;
    const features = answer.features.map(feature => {
      const {q_value: q, statistic, n} = feature.properties;
      const significant = answer.enough && q != null && q <= alpha;
      const colour = significant ? colours[statistic > 0 ? 'hot' : 'cold'][q <= STRONG ? 1 : 0] : undefined;
      return {...feature, properties: {id: feature.id, name: nameOf(feature.properties), value: statistic, count: n, significant, hatched: !significant, ...(colour && {colour})}};
    });
    const key = (colour, text, hatched) => element('li', {}, swatch(colour, hatched), text);
    const block = [
      element('h2', {}, t('spots.title'), ' ', element('span', {class: 'unit'}, tOr(`spots.of.${choice}`, nameOf(city.levels.find(level => level.level === choice))))),
      answer.enough ? null : element('p', {class: 'hint bad'}, t('spots.few')),
      element('ul', {class: 'keys'},
        key(colours.hot[1], t('spots.hot', {q: number(STRONG)})), key(colours.hot[0], t('spots.hot', {q: number(alpha)})),
        key(colours.cold[1], t('spots.cold', {q: number(STRONG)})), key(colours.cold[0], t('spots.cold', {q: number(alpha)})),
        key(null, t('spots.none'), true)),
      element('p', {class: 'hint', title: lang() === 'zh' ? answer.how_zh : answer.how_en},
        t('spots.method', {significant: number(answer.significant ?? 0), units: number(answer.units ?? features.length)})),
    ];
    return {collection: {type: 'FeatureCollection', features}, legend: block};
  }
}

/** How many of a summary are in no unit; fewer than five are merged, and not told, where incidents are not public. */
export function outsideText({outside, unmatched}) {
  return outside.count == null || unmatched.count == null ? '–' : number(outside.count + unmatched.count);
}

/** The classes of the density itself, whatever is compared. */
function plainDraw(state, change) {
  const query = densityParameters(state, change);
  for (const name of ['over', 'at', 'time-bandwidth', 'network', 'min-n', 'adaptive', 'edge-correction', 'kernel']) query.delete(name);
  query.set('ramp', state.theme);
  return query;
}
