// What is shown, kept in the URL: the page, language, theme, the filters under their own names, and what each page
// adds. A link reproduces the view.

/** The filters' names in the contract, in the order that URLs carry them. */
export const FILTERS = ['category', 'datetime', 'time', 'hours', 'weekdays', 'source', 'reports', 'status', 'unit', 'batch',
  'bbox', 'max-accuracy'];
const LANGUAGES = ['zh', 'en'];
const THEMES = ['light', 'dark'];
const SHARED = new Set(['lang', 'theme', 'compare', ...FILTERS]);
const HOME = 'map';

const among = (value, allowed) => (allowed.includes(value) ? value : null);

/** The name of the page in the address: `/app/NAME`, or `/`. */
const pageOf = path => path.match(/^\/app\/([a-z]+)\/?$/)?.[1] ?? HOME;

/**
 * {page, lang, theme, filters, compare, more}. `compare` is the comparison period; `more` has what pages add, by
 * parameter name, and keeps it while another page is shown. `pages` are the names that there are.
 */
export function readState(pages, kept = {}) {
  const query = new URLSearchParams(location.search);
  const filters = {};
  const more = {...kept};
  for (const [name, text] of query) {
    const value = text.trim();
    if (FILTERS.includes(name)) {
      if (value) filters[name] = value;
    } else if (!SHARED.has(name)) {
      more[name] = value;
    }
  }
  return {
    page: among(pageOf(location.pathname), pages) ?? HOME,
    lang: among(query.get('lang'), LANGUAGES),
    theme: among(query.get('theme'), THEMES) ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'),
    filters,
    compare: query.get('compare')?.trim() || null,
    more,
  };
}

/** A comparison needs a period to be compared. */
export function settleFilters(state) {
  if (!state.filters.datetime) state.compare = null;
}

/** The address of a page in the present state; `parameters` are the names in `more` that it keeps there. */
export function addressOf(state, page, parameters = []) {
  const query = new URLSearchParams({lang: state.lang, theme: state.theme});
  for (const name of FILTERS) if (state.filters[name]) query.set(name, state.filters[name]);
  if (state.compare) query.set('compare', state.compare);
  for (const name of parameters) if (state.more[name]) query.set(name, state.more[name]);
  // Slashes, commas and colons may stand in a query as they are (RFC 3986), and read better.
  const text = query.toString().replaceAll('%2F', '/').replaceAll('%2C', ',').replaceAll('%3A', ':');
  return `/app/${page}?${text}`;
}

/** The filters as query parameters. `change` replaces some of them; null takes one away. */
export function filterParameters(state, change = {}) {
  const query = new URLSearchParams();
  for (const name of FILTERS) {
    const value = name in change ? change[name] : state.filters[name];
    if (value) query.set(name, value);
  }
  return query;
}
