// The shell: reads the URL, asks what the city is, shows the page that the URL names, and keeps header, filters and URL
// in step. A page is a module of pages/:
//   parameters         names in state.more that its URL carries
//   words              name of its file of words, i18n/NAME.{zh,en}.json
//   mount(root, app)   shows itself in `root`; may be asynchronous
//   refresh(what)      'filters' | 'words' | 'theme' | 'data': what changed
//   cancel()           gives up what is under way (may be absent: then nothing can be cancelled)
//   unmount()          ends what it started

import * as api from './api.mjs';
import {Account} from './parts/account.mjs';
import {byId, closeSheets, element} from './parts/dom.mjs';
import {Filters} from './parts/filters.mjs';
import {lang, nameOf, needWords, setLanguage, t, translate} from './parts/i18n.mjs';
import {settle, settleAll, tell} from './parts/messages.mjs';
import {busy, onSlow, setMapIdle} from './parts/ready.mjs';
import {addressOf, readState, settleFilters} from './state.mjs';

/** In the order of the navigation. */
const PAGES = {
  map: () => import('./pages/map.mjs'),
  focus: () => import('./pages/focus.mjs'),
  data: () => import('./pages/data.mjs'),
  public: () => import('./pages/public.mjs'),
};
const FOLLOW_MS = 15000;
const NARROW = matchMedia('(max-width: 720px)');

const state = readState(Object.keys(PAGES));
settleFilters(state);
let page; // the module that is mounted
let mounting = 0;

/** What pages see of the shell. */
const app = {
  state,
  city: null,
  categories: [],
  session: {signed_in: false},
  /** The page's own part of the state changed: writes the URL. */
  write,
  /** Filters changed by something beside the form. */
  filtersChanged,
  /** How many incidents match, with what is left out: {total, unmatched, left_out_by_accuracy}. */
  showMatched: counts => filters.showMatched(counts),
  go,
};

const filters = new Filters(state, filtersChanged);
const account = new Account(app, () => page?.refresh('data'));

async function start() {
  if (NARROW.matches) fold(true);
  document.documentElement.dataset.theme = state.theme;
  await setLanguage(state.lang ?? (navigator.language.startsWith('zh') ? 'zh' : 'en'));
  const asked = state.lang;
  state.lang = lang();
  translate();
  if (!(await readCity())) return;
  if (!asked && app.city.lang && app.city.lang !== state.lang) await setLanguage(state.lang = app.city.lang);
  await show();
}

/** False when it failed: said, with a way to try again. */
async function readCity() {
  try {
    const [city, classes, session] = await busy(Promise.all([api.city(), api.categories(), api.session(), api.learn()]));
    Object.assign(app, {city, categories: classes.categories, session});
    settle('city');
    return true;
  } catch (error) {
    tell('city', 'error.load', error, start);
    return false;
  }
}

/** Mounts the page that the state names. */
async function show() {
  const mine = ++mounting;
  page?.unmount();
  page = null;
  settleAll();
  setMapIdle(true);
  const root = byId('page');
  root.replaceChildren();
  root.className = state.page;
  try {
    const module = await busy(PAGES[state.page]());
    await busy(needWords(module.words));
    if (mine !== mounting) return;
    page = module;
    settle('page');
    write();
    showWords();
    await busy(Promise.resolve(module.mount(root, app)));
  } catch (error) {
    if (mine === mounting) tell('page', 'error.load', error, show);
  }
}

function write() {
  history.replaceState(history.state, '', addressOf(state, state.page, page?.parameters) + location.hash);
  showNavigation();
}

/** Another page; `more` changes its own part of the state, `filters` the shared one. */
function go(name, more = {}, filtersToo = {}) {
  Object.assign(state.more, more);
  Object.assign(state.filters, filtersToo);
  state.page = name;
  history.pushState(null, '', addressOf(state, name));
  filters.refresh();
  show().then(() => byId('page').focus({preventScroll: true}));
}

function showNavigation() {
  const names = Object.keys(PAGES);
  byId('navigation').hidden = names.length < 2;
  const links = [...byId('navigation').children];
  if (links.length !== names.length) {
    byId('navigation').replaceChildren(...names.map(name => element('a', {
      'data-page': name,
      onclick: event => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        if (name !== state.page) go(name);
      },
    })));
  }
  for (const link of byId('navigation').children) {
    const {page: name} = link.dataset;
    link.textContent = t(`nav.${name}`);
    link.href = addressOf(state, name);
    if (name === state.page) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
}

function showWords() {
  translate();
  const {city} = app;
  const here = Object.keys(PAGES).length > 1 && state.page !== 'map' ? t(`nav.${state.page}`) : t('app.title');
  document.title = `${nameOf(city)} · ${here}`;
  byId('city-name').textContent = nameOf(city);
  byId('synthetic').hidden = !city.synthetic;
  byId('synthetic').title = t('synthetic.text');
  const switchLang = byId('switch-lang');
  switchLang.textContent = t('app.language');
  switchLang.title = t('app.languageHint');
  switchLang.lang = state.lang === 'zh' ? 'en' : 'zh-CN';
  for (const [id, key] of [['switch-theme', 'app.theme'], ['fold', 'app.fold']]) {
    byId(id).title = t(key);
    byId(id).setAttribute('aria-label', t(key));
  }
  filters.show(city, app.categories);
  account.show();
  showNavigation();
}

function filtersChanged() {
  settleFilters(state);
  filters.refresh();
  write();
  page?.refresh('filters');
}

async function switchLanguage() {
  const wanted = state.lang === 'zh' ? 'en' : 'zh';
  try {
    await busy(setLanguage(wanted));
    settle('language');
  } catch (error) {
    tell('language', 'error.load', error, switchLanguage);
    return;
  }
  state.lang = wanted;
  if (!app.city) {
    translate();
    return;
  }
  write();
  showWords();
  page?.refresh('words');
}

function switchTheme() {
  state.theme = state.theme === 'light' ? 'dark' : 'light';
  document.documentElement.dataset.theme = state.theme;
  write();
  page?.refresh('theme');
}

/** On narrow screens the filters stand behind a button. */
function fold(folded) {
  byId('filters').classList.toggle('folded', folded);
  byId('fold').setAttribute('aria-expanded', String(!folded));
}

/** New data on the server: shown without being asked. What is on screen stays when the server is away. */
async function follow() {
  if (document.hidden || !app.city) return;
  try {
    const now = await api.city();
    settle('city');
    if (now.version === app.city.version) return;
    app.city = now;
    app.categories = (await api.categories()).categories;
  } catch (error) {
    tell('city', error.status === 0 ? 'error.stale' : 'error.load', error, follow);
    return;
  }
  showWords();
  page?.refresh('data');
}

function readAgain() {
  Object.assign(state, readState(Object.keys(PAGES), state.more), {lang: state.lang});
  settleFilters(state);
  document.documentElement.dataset.theme = state.theme;
  filters.refresh();
  show();
}

onSlow(slow => {
  byId('loading').hidden = !slow;
  byId('cancel').hidden = !page?.cancel;
});
byId('cancel').addEventListener('click', () => page?.cancel?.());
byId('switch-lang').addEventListener('click', switchLanguage);
byId('switch-theme').addEventListener('click', switchTheme);
byId('fold').addEventListener('click', () => fold(!byId('filters').classList.contains('folded')));
NARROW.addEventListener('change', () => fold(NARROW.matches));
addEventListener('popstate', () => app.city && readAgain());
addEventListener('offline', () => tell('city', 'error.stale', {status: 0}, follow));
addEventListener('online', follow);
document.addEventListener('click', event => closeSheets(event.composedPath()));
document.addEventListener('keydown', event => event.key === 'Escape' && closeSheets());
setInterval(follow, FOLLOW_MS);
start();
