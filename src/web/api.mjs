// Every action of the page is one documented HTTP call, and every call stands here.

import {filterParameters} from './state.mjs';

export class ApiError extends Error {
  constructor(message, status, problem) {
    super(message);
    this.status = status; // 0: no answer at all
    this.problem = problem;
  }
}

/** Answers JSON, or throws ApiError (AbortError where `signal` was aborted). `body` is sent as JSON, a FormData as it is. */
async function call(method, path, {signal, body} = {}) {
  let response;
  const headers = {Accept: 'application/json'};
  const form = body instanceof FormData;
  if (body !== undefined && !form) headers['Content-Type'] = 'application/json';
  try {
    response = await fetch(path, {method, headers, signal, body: form || body === undefined ? body : JSON.stringify(body)});
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new ApiError(error.message, 0);
  }
  if (!response.ok) {
    const problem = await response.json().catch(() => ({}));
    throw new ApiError(problem.detail || problem.title || `HTTP ${response.status}`, response.status, problem);
  }
  return response.status === 204 ? null : response.json();
}

const get = (path, signal) => call('GET', path, {signal});

const withQuery = (path, parameters) => {
  const query = parameters.toString();
  return query ? `${path}?${query}` : path;
};

let endpoints = {};

/** Reads once which parameters each endpoint takes: what a server does not offer is neither shown nor sent. */
export async function learn(signal) {
  const {paths} = await get('/api', signal);
  endpoints = Object.fromEntries(Object.entries(paths).map(([path, {get: call}]) =>
    [path, new Set((call?.parameters ?? []).map(parameter => parameter.name))]));
}

/** A GET with the state's filters; `change` replaces some of them, `more` are the endpoint's own parameters. */
function filtered(path, state, change, more, signal) {
  const query = filterParameters(state, change);
  for (const [name, value] of Object.entries(more ?? {})) if (value != null && value !== '') query.set(name, value);
  return get(withQuery(path, query), signal);
}

/** Counts by day, week or month; the server chooses where `step` is null. */
export const timeline = (state, step, change, signal) => filtered('/timeline', state, change, {step}, signal);

/** Counts by weekday and hour of the city's zone. */
export const calendar = (state, change, signal) => filtered('/calendar', state, change, {}, signal);

/** Counts of the units of a level, by category, with people and area. */
export const summary = (state, level, change, signal) => filtered('/summary', state, change, {level}, signal);

/** Hotspots by a method: GeoJSON with how it was computed. */
export const hotspots = (state, method, change, parameters, signal) =>
  filtered(`/hotspots/${method}`, state, change, parameters, signal);

/** Incidents, a page of them. */
export const incidents = (state, change, parameters, signal) =>
  filtered('/ogc/collections/incidents/items', state, change, {f: 'json', ...parameters}, signal);
export const incidentsAddress = (state, change, f) => {
  const query = filterParameters(state, change);
  query.set('f', f);
  return withQuery('/ogc/collections/incidents/items', query);
};

/** Features of a collection. */
export const features = (collection, parameters, signal) =>
  get(withQuery(`/ogc/collections/${collection}/items`, new URLSearchParams(parameters)), signal);

/** Suggestions for what was typed, GeocodeJSON; what lies in `box` goes first. */
export const autocomplete = (q, box, signal) =>
  get(withQuery('/autocomplete', new URLSearchParams({q, limit: 8, ...(box && {bbox: box.map(x => x.toFixed(6)).join(',')})})), signal);

/** What is at a position: address, street with its cross streets, place, units. */
export const reverse = (lon, lat, signal) =>
  get(withQuery('/reverse', new URLSearchParams({lon: lon.toFixed(7), lat: lat.toFixed(7)})), signal);

/** Addresses of whole maps: a picture, or a sheet of paper. */
export const mapPicture = parameters => withQuery('/map.png', taken('/map.png', parameters));
export const mapSheet = parameters => withQuery('/map.pdf', taken('/map.pdf', parameters));

const TILE_PATH = '/tiles/density/{z}/{x}/{y}';

/** Whether heat tiles take a parameter. */
export const offers = name => endpoints[`${TILE_PATH}.png`]?.has(name) ?? false;

/** The parameters that an endpoint takes. Before anything was learnt, all of them. */
function taken(path, parameters) {
  const names = endpoints[path];
  return names ? new URLSearchParams([...parameters].filter(([name]) => names.has(name))) : parameters;
}

/** What the city is: name, time zone, extent, levels, counts, first and last time, version. */
export const city = signal => get('/city', signal);

/** Who is signed in; signing in with a token, and out. */
export const session = signal => get('/session', signal);
export const signIn = token => call('POST', '/session', {body: {token}});
export const signOut = () => call('DELETE', '/session');

/** Problem classes with their counts. */
export const categories = signal => get('/categories', signal);

/** Classes of colour with numbers and unit, and what was counted, for the same parameters as the heat tiles. */
export const legend = (parameters, signal) => get(withQuery('/density/legend', taken('/density/legend', parameters)), signal);

/** The same legend as a picture: its address. */
export const legendPicture = parameters => withQuery('/density/legend.png', taken('/density/legend.png', parameters));

/** Bandwidths by several methods for the same parameters, each with its reason. */
export const bandwidths = (parameters, signal) =>
  get(withQuery('/density/bandwidth', taken('/density/bandwidth', parameters)), signal);

/** Density at one position, with how many incidents made it and the units and street there. */
export function densityValue(lon, lat, parameters, signal) {
  const all = new URLSearchParams(taken('/density/value', parameters));
  all.set('lon', lon.toFixed(7));
  all.set('lat', lat.toFixed(7));
  return get(withQuery('/density/value', all), signal);
}

/** A MapLibre style: `light`, `dark` or `print`. */
export const style = (id, signal) => get(`/styles/${id}`, signal);

/** Addresses of tiles, for the map to fetch. */
export const heatTiles = (parameters, scale = '') =>
  withQuery(`${location.origin}${TILE_PATH}${scale}.png`, taken(`${TILE_PATH}${scale}.png`, parameters));
/** The whole base map as pictures. */
export const mapTiles = (theme, lang, version) =>
  withQuery(`${location.origin}/tiles/map/{z}/{x}/{y}.png`, new URLSearchParams({style: theme, lang, v: version}));
export const incidentTiles = parameters => withQuery(`${location.origin}/tiles/incidents/{z}/{x}/{y}.mvt`, parameters);

/** Sends a file to be imported: the job that reads it. `fields` are the form's, [name, value] each; `sent(share)` tells
 * how much has left. fetch() cannot tell, so this one call goes by XMLHttpRequest. */
export function importFile(files, fields, {signal, sent}) {
  const form = new FormData();
  for (const [name, value] of fields) form.append(name, value);
  for (const file of files) form.append('file', file, file.name);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', '/imports');
    request.setRequestHeader('Accept', 'application/json');
    request.responseType = 'json';
    request.upload.addEventListener('progress', event => event.lengthComputable && sent(event.loaded / event.total));
    request.addEventListener('error', () => reject(new ApiError('', 0)));
    request.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
    request.addEventListener('load', () => {
      const {status, response} = request;
      if (status === 202) resolve(response);
      else reject(new ApiError(response?.detail || response?.title || `HTTP ${status}`, status, response));
    });
    signal.addEventListener('abort', () => request.abort());
    request.send(form);
  });
}

/** A job; ending it; the rows that its import refused, as CSV: their address. */
export const job = (id, signal) => get(`/jobs/${id}`, signal);
export const endJob = id => call('DELETE', `/jobs/${id}`);
export const rejectsOf = id => `/jobs/${id}/rejects`;

/** What was imported and written, the newest first; taking one of it back. */
export const batches = signal => get('/batches', signal);
export const undo = id => call('POST', `/batches/${id}/undo`);

/** Addresses that wait for a decision (or were decided), with candidates; deciding, and taking a decision back. */
export const review = (state, after, signal) =>
  get(withQuery('/review', new URLSearchParams({state, limit: '50', ...(after ? {after} : {})})), signal);
export const decide = (id, decision) => call('POST', `/review/${id}`, {body: decision});
export const undecide = id => call('DELETE', `/review/${id}`);

/** Shares of incidents that were located, by month, unit of a level and more. */
export const hitRate = (level, signal) => get(`/review/hit-rate?level=${level}`, signal);
export const hitRateTable = level => `/review/hit-rate?level=${level}&f=csv`;

/** A plan under a budget: GeoJSON with how it was scored; and the address of the same in a form (geojson, gpx, kml, xlsx, pdf).
 * `plan` are the parameters of the plan, filters among them. */
export const focus = (plan, signal) => get(withQuery('/focus', plan), signal);
export const focusFile = (plan, f, more = {}) => withQuery('/focus', new URLSearchParams([...plan, ['f', f], ...Object.entries(more)]));

/** What is wrong with units and streets, as GeoJSON. */
export const check = signal => get('/check', signal);

/** Counts of units of a level that may be shown to everybody, as GeoJSON; and the address of the same in a form (csv,
 * geojson). */
const published = (parameters, f) =>
  withQuery('/summary', taken('/summary', new URLSearchParams([...parameters, ['least', '5'], ['f', f]])));
export const publishedCounts = (parameters, signal) => get(published(parameters, 'geojson'), signal);
export const publishedTable = published;

/** What can be reported, and a report: {service_code, description, address_string or lat and long}. */
export const services = (lang, signal) => get(`/open311/v2/services.json?lang=${lang}`, signal);
export async function report(fields, signal) {
  const response = await fetch('/open311/v2/requests.json', {method: 'POST', body: new URLSearchParams(fields), signal})
    .catch(error => { throw error.name === 'AbortError' ? error : new ApiError(error.message, 0); });
  const answer = await response.json().catch(() => []);
  if (!response.ok) throw new ApiError(answer[0]?.description || `HTTP ${response.status}`, response.status, answer);
  return answer[0];
}
