// What communities are coloured by, and its classes.

import {number, t} from '../parts/i18n.mjs';

const CLASSES = 5;

/** Counts alone would show where communities are large: they stand per people, or per area where those are unknown. */
export class Measure {
  constructor(app) {
    this.app = app;
    this.name = 'per1000';
  }

  choices(units) {
    return units.length && units.every(unit => unit.population > 0) ? ['per1000', 'perKm2'] : ['perKm2'];
  }

  settle(units) {
    const possible = this.choices(units);
    const {rate} = this.app.state.more;
    this.name = possible.includes(rate) ? rate : possible[0];
  }

  choose(name) {
    this.app.state.more.rate = name === 'per1000' ? '' : name;
    this.app.write();
  }

  value({count, area_km2: area, per_1000: rate}) {
    if (count === null) return null;
    return this.name === 'per1000' ? rate : area > 0 ? count / area : 0;
  }

  get unit() {
    return t(`public.unit.${this.name}`);
  }

  format(value) {
    return number(value, {maximumSignificantDigits: 2});
  }
}

const rounded = value => Number(value.toPrecision(2));

/** Classes of about as many communities each, with round limits: [{from, to, colour}]. */
export function classesOf(values, colours) {
  const sorted = values.filter(value => value > 0).sort((a, b) => a - b);
  if (!sorted.length) return [];
  const [least, most] = [sorted[0], sorted.at(-1)];
  const limits = Array.from({length: CLASSES - 1}, (_, i) => rounded(sorted[Math.floor((i + 1) * sorted.length / CLASSES)]));
  const ends = [...new Set(limits)].filter(limit => limit > least && limit < most).sort((a, b) => a - b).concat(most);
  return ends.map((to, i) => ({from: i ? ends[i - 1] : least, to, colour: colours[Math.round(i * (colours.length - 1) / Math.max(1, ends.length - 1))]}));
}

export const classOf = (classes, value) => classes.find(({to}) => value <= to) ?? classes.at(-1);
