// The Map page's own part of the state: how density is computed, what is shown, how two periods are put side by side.

import {filterParameters} from '../state.mjs';

/** How density is computed, under the contract's names beside `bandwidth`; what is absent has the server's default. */
export const DENSITY = ['kernel', 'at', 'time-bandwidth', 'over', 'min-n', 'adaptive', 'edge-correction', 'network'];
/** Names in the address. */
export const PARAMETERS = ['bandwidth', ...DENSITY, 'view', 'panels', 'hide', 'show', 'rates', 'rate', 'spots', 'scale', 'tab', 'place', 'draw'];
export const BANDWIDTHS = [100, 200, 300, 500, 1000];
export const LEAST_BANDWIDTH = 10;
export const MOST_BANDWIDTH = 20000;
/** What can be put beside each other. `difference` where there is a comparison period and nothing else is said. */
export const VIEWS = ['one', 'difference', 'swipe', 'side', 'panels'];
/** The most classes that the server takes, less one for those at the ends. */
const FINEST = 46;
const DEFAULT_BANDWIDTH = '300';
/** Adaptive bandwidths: with which kernels, and up to which bandwidth. */
const SMOOTH = ['quartic', 'triweight', 'gaussian'];
const MOST_ADAPTIVE_M = 10000;
/** Layers that are shown unless hidden, and those that are hidden unless shown. */
export const USUAL = ['heat', 'incidents', 'streets', 'units', 'places', 'zones'];
export const EXTRA = ['hotspots', 'rates'];

const list = text => (text ?? '').split(',').filter(Boolean);

/** Reads what is in `state.more` into the state: {bandwidth, density, hidden, shown, view}. */
export function readMap(state) {
  const {more} = state;
  const bandwidth = Math.min(MOST_BANDWIDTH, Math.max(LEAST_BANDWIDTH, Number(more.bandwidth) || Number(DEFAULT_BANDWIDTH)));
  state.bandwidth = String(bandwidth);
  state.density = {};
  for (const name of DENSITY) if (more[name]) state.density[name] = more[name];
  state.hidden = list(more.hide);
  state.shown = list(more.show).filter(name => EXTRA.includes(name));
  state.view = VIEWS.includes(more.view) ? more.view : null;
  settleMap(state);
}

/** Takes away what the rest makes senseless, so that every state is one that the server answers. */
export function settleMap(state) {
  const {density, bandwidth} = state;
  if (viewOf(state) === 'difference') {
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

/** Writes it back into `state.more`. */
export function writeMap(state) {
  const {more} = state;
  settleMap(state);
  more.bandwidth = state.bandwidth === DEFAULT_BANDWIDTH ? '' : state.bandwidth;
  for (const name of DENSITY) more[name] = state.density[name] ?? '';
  more.hide = state.hidden.join(',');
  more.show = state.shown.join(',');
  more.view = state.view ?? '';
}

/** Whether a layer is on. */
export const isOn = (state, name) => (EXTRA.includes(name) ? state.shown.includes(name) : !state.hidden.includes(name));

export function switchLayer(state, name, on) {
  if (EXTRA.includes(name)) state.shown = EXTRA.filter(other => (other === name ? on : state.shown.includes(other)));
  else state.hidden = USUAL.filter(other => (other === name ? !on : state.hidden.includes(other)));
}

/** The view in force: two periods need the second one. */
export function viewOf(state) {
  if (state.view === 'panels' || state.view === 'one') return state.view;
  if (!state.compare) return 'one';
  return state.view ?? 'difference';
}

/** The filters and how density is computed: what heat tiles, legend and value share. `change` replaces filters. */
export function densityParameters(state, change) {
  const query = filterParameters(state, change);
  query.set('bandwidth', state.bandwidth);
  for (const name of DENSITY) if (state.density[name]) query.set(name, state.density[name]);
  if (viewOf(state) === 'difference' && !change) query.set('compare', state.compare);
  return query;
}

/** What decides which classes the server takes. */
const classKey = query => ['category', 'over', 'compare', 'network'].map(name => query.get(name) ?? '').join('|')
  + (query.has('datetime') || query.has('at'));

/** Classes so fine that colours look continuous, between those of a legend. */
export function refine(state, legend) {
  const {breaks} = legend;
  const fine = [];
  for (let i = 0; i + 1 < breaks.length; i++) {
    const [from, to] = [breaks[i], breaks[i + 1]];
    const steps = from < 0 && to > 0 ? 1 : Math.max(1, Math.floor(FINEST / breaks.length));
    for (let k = 0; k < steps; k++) fine.push(from * (to / from) ** (k / steps));
  }
  fine.push(breaks.at(-1));
  const key = classKey(densityParameters(state));
  const text = fine.map(x => Number(x.toPrecision(5))).join(',');
  const changed = state.fine?.key !== key || state.fine.breaks !== text;
  state.fine = {key, breaks: text};
  return changed;
}

export const isContinuous = state => state.more.scale === 'continuous' && !state.density.over;

/** The same with the colours of the theme; `classed` without the fine classes. */
export function drawParameters(state, change, classed = false) {
  const query = densityParameters(state, change);
  query.set('ramp', state.theme);
  if (!classed && isContinuous(state) && state.fine?.key === classKey(densityParameters(state))) query.set('breaks', state.fine.breaks);
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
