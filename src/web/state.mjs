// What the page shows, kept in its URL: language, theme and the filters under their own names.

/** The filters' names in the contract, in the order that URLs carry them. */
export const FILTERS = ['category', 'datetime', 'time', 'hours', 'weekdays', 'source', 'status', 'unit', 'batch', 'bbox',
  'max-accuracy'];
export const BANDWIDTHS = [100, 200, 300, 500, 1000];
const DEFAULT_BANDWIDTH = '300';
const LANGUAGES = ['zh', 'en'];
const THEMES = ['light', 'dark'];

const among = (value, allowed) => (allowed.includes(value) ? value : null);

export function readState() {
  const query = new URLSearchParams(location.search);
  const filters = {};
  for (const name of FILTERS) {
    const value = query.get(name)?.trim();
    if (value) filters[name] = value;
  }
  const bandwidth = Math.min(20000, Math.max(10, Number(query.get('bandwidth')) || Number(DEFAULT_BANDWIDTH)));
  return {
    lang: among(query.get('lang'), LANGUAGES),
    theme: among(query.get('theme'), THEMES) ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'),
    filters,
    bandwidth: String(bandwidth),
    hidden: (query.get('hide') ?? '').split(',').filter(Boolean),
  };
}

export function writeState(state) {
  const query = new URLSearchParams();
  query.set('lang', state.lang);
  query.set('theme', state.theme);
  for (const name of FILTERS) if (state.filters[name]) query.set(name, state.filters[name]);
  if (state.bandwidth !== DEFAULT_BANDWIDTH) query.set('bandwidth', state.bandwidth);
  if (state.hidden.length) query.set('hide', state.hidden.join(','));
  // Slashes and commas may stand in a query as they are (RFC 3986), and read better.
  const text = query.toString().replaceAll('%2F', '/').replaceAll('%2C', ',');
  history.replaceState(history.state, '', `${location.pathname}?${text}${location.hash}`);
}

/** The filters as query parameters. */
export function filterParameters(state) {
  const query = new URLSearchParams();
  for (const name of FILTERS) if (state.filters[name]) query.set(name, state.filters[name]);
  return query;
}

/** The filters and how density is drawn: what heat tiles, legend and value share. */
export function densityParameters(state) {
  const query = filterParameters(state);
  query.set('bandwidth', state.bandwidth);
  return query;
}

export function drawParameters(state) {
  const query = densityParameters(state);
  query.set('ramp', state.theme);
  return query;
}
