// The page: reads the URL, asks what the city is, draws, and follows what the reader changes.

import * as api from './api.mjs';
import {failedCard, loadingCard, valueCard} from './card.mjs';
import {DensityControls} from './density.mjs';
import {byId, element} from './dom.mjs';
import {Filters} from './filters.mjs';
import {date, lang, nameOf, number, setLanguage, t, translate} from './i18n.mjs';
import {showLegend} from './legend.mjs';
import {isTold, settle, tell} from './messages.mjs';
import {SWITCHES, valueParameters} from './overlay.mjs';
import {PlainMap} from './plain.mjs';
import {busy} from './ready.mjs';
import {drawParameters, pictureParameters, readState, settleState, writeState} from './state.mjs';

const FOLLOW_MS = 15000;
const NARROW_PX = 720; // as in the style sheets

const state = readState();
settleState(state);
let city;
let categories = [];
let view;
let showing = new AbortController();
const filters = new Filters(state, filtersChanged);
const controls = new DensityControls(state, filtersChanged, () => filters.refresh());

async function start() {
  if (innerWidth <= NARROW_PX) fold(true);
  document.documentElement.dataset.theme = state.theme;
  await setLanguage(state.lang ?? (navigator.language.startsWith('zh') ? 'zh' : 'en'));
  const asked = state.lang;
  state.lang = lang();
  translate();
  if (!(await readCity())) return;
  if (!asked && city.lang && city.lang !== state.lang) await setLanguage(state.lang = city.lang);
  writeState(state);
  showWords();
  await makeMap();
  await Promise.all([showMap(), showNumbers()]);
}

/** False when it failed: said, with a way to try again. */
async function readCity() {
  try {
    const [about, classes] = await busy(Promise.all([api.city(), api.categories(), api.learn()]));
    city = about;
    categories = classes.categories;
    settle('city');
    return true;
  } catch (error) {
    tell('city', 'error.load', error, start);
    return false;
  }
}

async function makeMap() {
  if (view) return;
  const events = {
    click: showValue,
    // Wrong filters and a lost server spoil tiles and legend alike: the legend's message says why.
    error: error => isTold('numbers') || wrongRequest(error) || tell('tiles', 'error.tiles', error, () => view.showData()),
  };
  try {
    const {MapView} = await busy(import('./map.mjs'));
    view = new MapView(state, city, events);
  } catch (error) {
    byId('map').replaceChildren();
    byId('messages').append(element('div', {class: 'message calm', title: error.message}, element('p', {'data-i18n': 'fallback.note'}, t('fallback.note'))));
    view = new PlainMap(state, city, events);
    showLayers();
  }
}

const wrongRequest = error => error?.status >= 400 && error.status < 500;

async function showMap() {
  try {
    await view.showStyle();
    settle('style');
  } catch (error) {
    tell('style', 'error.load', error, showMap);
  }
}

/** Legend and count for the present filters; a newer request overtakes an older one. */
async function showNumbers() {
  showing.abort();
  showing = new AbortController();
  const {signal} = showing;
  try {
    const legend = await busy(api.legend(drawParameters(state), signal));
    showLegend(legend, city, categories, pictureParameters(state));
    byId('legend').hidden = city.counts.incidents === 0;
    filters.showMatched(legend);
    settle('numbers');
  } catch (error) {
    if (error.name === 'AbortError') return;
    byId('legend').hidden = true;
    byId('matched').replaceChildren();
    settle('tiles');
    const again = () => {
      view.showData();
      showNumbers();
    };
    tell('numbers', 'error.load', error, wrongRequest(error) ? null : again);
  }
}

function filtersChanged() {
  settleState(state);
  writeState(state);
  controls.refresh();
  if (!view) return;
  view.closePopup();
  settle('tiles');
  view.showData();
  showNumbers();
}

/** The last click wins; closing the card or changing a filter drops what is still under way. */
let asking = new AbortController();
async function showValue(lon, lat, incidents) {
  asking.abort();
  asking = new AbortController();
  const {signal} = asking;
  const drop = () => asking.signal === signal && asking.abort();
  view.popup([lon, lat], loadingCard(), drop);
  try {
    const value = await busy(api.densityValue(lon, lat, valueParameters(state), signal));
    if (!signal.aborted) view.popup([lon, lat], valueCard(value, incidents, city, position => view.zoomTo(position)));
  } catch (error) {
    if (!signal.aborted) view.popup([lon, lat], failedCard(error));
  }
}

function showWords() {
  translate();
  document.title = `${nameOf(city)} · ${t('app.title')}`;
  byId('city-name').textContent = nameOf(city);
  byId('synthetic').hidden = !city.synthetic;
  const switchLang = byId('switch-lang');
  switchLang.textContent = t('app.language');
  switchLang.title = t('app.languageHint');
  switchLang.lang = state.lang === 'zh' ? 'en' : 'zh-CN';
  for (const [id, key] of [['switch-theme', 'app.theme'], ['fold', 'app.fold']]) {
    byId(id).title = t(key);
    byId(id).setAttribute('aria-label', t(key));
  }
  filters.show(city, categories);
  controls.show(city);
  showLayers();
  showAbout();
  showEmpty();
}

function showLayers() {
  const names = (view?.switches ?? Object.keys(SWITCHES)).filter(name => name !== 'incidents' || city.public_incidents);
  byId('layers').replaceChildren(...names.map(name => {
    const box = element('input', {type: 'checkbox', name: `layer-${name}`, checked: !state.hidden.includes(name)});
    box.addEventListener('change', () => {
      state.hidden = state.hidden.filter(other => other !== name);
      if (!box.checked) state.hidden.push(name);
      writeState(state);
      showMap();
    });
    return element('label', {class: 'chip check'}, box, element('span', {}, t(`layers.${name}`)));
  }));
}

function showAbout() {
  const {counts} = city;
  const lines = [t('about.incidents', {n: number(counts.incidents)})];
  if (city.min_time && city.max_time)
    lines.push(t('about.period', {from: date(city.min_time, city.timezone), to: date(city.max_time, city.timezone)}));
  lines.push(t('about.timezone', {zone: city.timezone}));
  byId('about').replaceChildren(
    element('p', {}, lines.join(' · ')),
    counts.unmatched > 0 ? element('p', {}, t('about.unmatched', {n: number(counts.unmatched)})) : '',
    element('p', {}, element('a', {href: '/api.html'}, t('about.api')), ' · ', element('a', {href: '/ogc'}, t('about.ogc'))));
}

function showEmpty() {
  const bare = !city.box;
  byId('empty').hidden = city.counts.incidents > 0;
  if (byId('empty').hidden) return;
  const commands = ['hotspotd import CITY.gpkg incidents cases.csv'];
  if (bare) commands.unshift('hotspotd import CITY.gpkg units communities.shp --level community', 'hotspotd import CITY.gpkg streets streets.geojson');
  byId('empty').replaceChildren(
    element('h2', {}, t('empty.title')),
    element('p', {}, t(bare ? 'empty.text' : 'empty.incidents')),
    element('pre', {}, commands.join('\n')));
}

async function switchLanguage() {
  const wanted = state.lang === 'zh' ? 'en' : 'zh';
  try {
    await busy(setLanguage(wanted));
  } catch (error) {
    tell('language', 'error.load', error, switchLanguage);
    return;
  }
  state.lang = wanted;
  writeState(state);
  if (!city) {
    translate();
    return;
  }
  showWords();
  view?.closePopup();
  await Promise.all([view && showMap(), showNumbers()]);
}

function switchTheme() {
  state.theme = state.theme === 'light' ? 'dark' : 'light';
  document.documentElement.dataset.theme = state.theme;
  writeState(state);
  if (!view) return;
  showMap();
  showNumbers();
}

function fold(folded) {
  byId('panel').classList.toggle('folded', folded);
  byId('fold').setAttribute('aria-expanded', String(!folded));
}

/** New data on the server: show them without being asked. */
async function follow() {
  if (document.hidden || !view) return;
  const before = city.version;
  try {
    const now = await api.city();
    settle('city');
    if (now.version === before) return;
    city = now;
    categories = (await api.categories()).categories;
  } catch (error) {
    tell('city', 'error.load', error, follow);
    return;
  }
  showWords();
  view.showData(city);
  showNumbers();
}

byId('switch-lang').addEventListener('click', switchLanguage);
byId('switch-theme').addEventListener('click', switchTheme);
byId('fold').addEventListener('click', () => fold(!byId('panel').classList.contains('folded')));
setInterval(follow, FOLLOW_MS);
start();
