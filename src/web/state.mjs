// What the page shows, kept in its URL: language, theme and the filters under their own names.

/** The filters' names in the contract, in the order that URLs carry them. */
export const FILTERS = ['category', 'datetime', 'time', 'hours', 'weekdays', 'source', 'status', 'unit', 'batch', 'bbox',
  'max-accuracy'];
/** Adaptive bandwidths: with which kernels, and up to which bandwidth. */
const SMOOTH = ['quartic', 'triweight', 'gaussian'];
const MOST_ADAPTIVE_M = 10000;
/** How density is computed, under the contract's names beside `bandwidth`; what is absent has the server's default. */
export const DENSITY = ['kernel', 'at', 'time-bandwidth', 'compare', 'over', 'min-n', 'adaptive',
  'edge-correction', 'network'];
export const BANDWIDTHS = [100, 200, 300, 500, 1000];
export const LEAST_BANDWIDTH = 10;
export const MOST_BANDWIDTH = 20000;
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
  const density = {};
  for (const name of DENSITY) {
    const value = query.get(name)?.trim();
    if (value) density[name] = value;
  }
  const bandwidth = Math.min(MOST_BANDWIDTH,
    Math.max(LEAST_BANDWIDTH, Number(query.get('bandwidth')) || Number(DEFAULT_BANDWIDTH)));
  return {
    lang: among(query.get('lang'), LANGUAGES),
    theme: among(query.get('theme'), THEMES) ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'),
    filters,
    density,
    bandwidth: String(bandwidth),
    hidden: (query.get('hide') ?? '').split(',').filter(Boolean),
  };
}

/** Takes away what the rest makes senseless, so that every state is one that the server answers: a comparison
 * needs a period and excludes a moment and a ratio; a bandwidth in time needs its moment. */
export function settleState({filters, density, bandwidth}) {
  if (!filters.datetime) delete density.compare;
  if (density.compare) {
    delete density.at;
    delete density.over;
  }
  if (!density.at) delete density['time-bandwidth'];
  // What the server has on the plane only, and with smooth kernels only.
  if (density.network) {
    delete density['edge-correction'];
    delete density['min-n'];
    if (density.kernel === 'gaussian') delete density.kernel;
  } else if (!SMOOTH.includes(density.kernel ?? 'quartic')) {
    delete density.adaptive;
  }
  if (Number(bandwidth) > MOST_ADAPTIVE_M) delete density.adaptive;
}

export function writeState(state) {
  const query = new URLSearchParams();
  query.set('lang', state.lang);
  query.set('theme', state.theme);
  for (const name of FILTERS) if (state.filters[name]) query.set(name, state.filters[name]);
  if (state.bandwidth !== DEFAULT_BANDWIDTH) query.set('bandwidth', state.bandwidth);
  for (const name of DENSITY) if (state.density[name]) query.set(name, state.density[name]);
  if (state.hidden.length) query.set('hide', state.hidden.join(','));
  // Slashes, commas and colons may stand in a query as they are (RFC 3986), and read better.
  const text = query.toString().replaceAll('%2F', '/').replaceAll('%2C', ',').replaceAll('%3A', ':');
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
  for (const name of DENSITY) if (state.density[name]) query.set(name, state.density[name]);
  return query;
}

/** The same for the legend as a picture. */
export function pictureParameters(state) {
  const query = densityParameters(state);
  query.set('theme', state.theme);
  query.set('lang', state.lang);
  query.set('scale', '2');
  return query;
}

export function drawParameters(state) {
  const query = densityParameters(state);
  query.set('ramp', state.theme);
  return query;
}
