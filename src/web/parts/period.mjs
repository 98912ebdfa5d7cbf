// Periods as the contract writes them, by days: `2024-01-01/2024-06-30`, `../b`, `a/..`, a day alone.

const DAY_MS = 86400000;
const toMs = day => Date.parse(`${day}T00:00:00Z`);
const toDay = ms => new Date(ms).toISOString().slice(0, 10);

/** [first day, last day]; '' for an open or unreadable end. */
export function splitPeriod(text) {
  const [from = '', to = text.includes('/') ? '' : from] = text.split('/');
  return [from, to].map(end => (/^\d{4}-\d{2}-\d{2}/.test(end) ? end.slice(0, 10) : ''));
}

export function joinPeriod(from, to) {
  if (!from && !to) return '';
  if (from && to && from > to) [from, to] = [to, from];
  return `${from || '..'}/${to || '..'}`;
}

export const addDays = (day, days) => toDay(toMs(day) + days * DAY_MS);
export const daysBetween = (first, last) => Math.round((toMs(last) - toMs(first)) / DAY_MS);

/** The period of equal length just before one with both ends; '' where there is none. */
export function periodBefore(text) {
  const [from, to] = splitPeriod(text);
  if (!from || !to) return '';
  return joinPeriod(addDays(from, -daysBetween(from, to) - 1), addDays(from, -1));
}

/** The same days a year earlier; '' where an end is open. The 29th of February becomes the 28th. */
export function periodYearBefore(text) {
  const [from, to] = splitPeriod(text);
  if (!from || !to) return '';
  const earlier = day => `${String(Number(day.slice(0, 4)) - 1).padStart(4, '0')}${day.slice(4)}`.replace(/-02-29$/, '-02-28');
  return joinPeriod(earlier(from), earlier(to));
}
