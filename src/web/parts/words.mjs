// What the server says of a density, in the page's words: unit, numbers, how it was computed.

import {dateTime, dayOf, density, number, t, tOr} from './i18n.mjs';
import {splitPeriod} from './period.mjs';

const isRatio = answer => answer.measure === 'relative-risk';
const isChange = answer => answer.measure === 'difference';

/** The unit of a legend or value. A ratio is told as times, not as its logarithm. */
export function unitWords(answer) {
  if (isRatio(answer)) return t('unit.ratio');
  const unit = answer.unit ?? '';
  return t(`unit.per${unit.includes('km²') ? 'Km2' : 'Km'}${unit.includes('month') ? 'Month' : ''}`);
}

/** 2 to the power of a value: 1/4, 1/2, 0.71, 2, 4. */
function ratioText(log2) {
  if (Number.isInteger(log2)) return log2 < 0 ? `1/${number(2 ** -log2)}` : number(2 ** log2);
  return number(2 ** log2, {maximumSignificantDigits: 2});
}

/** A value or limit of a class in the unit of `unitWords`. */
export function valueText(value, answer) {
  if (value == null) return '–';
  if (isRatio(answer)) return ratioText(value);
  const text = density(Math.abs(value));
  if (value < 0) return `−${text}`;
  return isChange(answer) && value > 0 ? `+${text}` : text;
}

/** A class or an interval: both ends, or one. */
export function rangeText(from, to, answer) {
  const ends = [from, to].map(end => end != null && valueText(end, answer));
  if (!ends[0]) return `< ${ends[1]}`;
  if (!ends[1]) return `≥ ${ends[0]}`;
  return t('unit.range', {from: ends[0], to: ends[1]});
}

/** A duration of whole days, else hours. */
export function durationText(seconds) {
  const days = seconds / 86400;
  return Number.isInteger(days) ? t('time.days', {n: number(days)}) : t('time.hours', {n: number(seconds / 3600)});
}

/** How it was computed: kernel and bandwidth, the moment, corrections. Parts, for a line or a list. */
export function methodParts(answer, timeZone) {
  const parts = [t('method.kernel', {kernel: tOr(`kernel.${answer.kernel}`, answer.kernel), m: number(answer.bandwidth_m)})];
  if (answer.at) parts.push(t('method.at', {at: dateTime(answer.at, timeZone), time: durationText(answer.time_bandwidth_s)}));
  if (answer.edge_correction) parts.push(t('method.edge'));
  if (answer.network) parts.push(t('method.network'));
  if (answer.min_n > 0) parts.push(t('method.minN', {n: number(answer.min_n)}));
  return parts;
}

/** A period in ISO days, its open ends those of the data. */
export function periodText(datetime, city) {
  const [from, to] = splitPeriod(datetime ?? '');
  const first = from || (city.min_time ? dayOf(city.min_time, city.timezone) : '');
  const last = to || (city.max_time ? dayOf(city.max_time, city.timezone) : '');
  if (datetime && !from && !to) return datetime;
  return first && last ? t('unit.days', {from: first, to: last}) : '';
}
