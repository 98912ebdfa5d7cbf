// The Data page: what comes in, what came in, what could not be placed, how well, and what is wrong with the ground.

import {element, needStyle} from '../parts/dom.mjs';
import {t} from '../parts/i18n.mjs';
import {busy} from '../parts/ready.mjs';

export const parameters = ['section', 'review', 'level'];
export const words = 'data';

const SECTIONS = {
  import: () => import('../data/import.mjs'),
  batches: () => import('../data/batches.mjs'),
  review: () => import('../data/review.mjs'),
  located: () => import('../data/located.mjs'),
  check: () => import('../data/check.mjs'),
};

let page;

export async function mount(root, app) {
  await needStyle(new URL('../css/data.css', import.meta.url));
  page = new DataPage(root, app);
  await page.show();
}

export function unmount() {
  page?.end();
  page = null;
}

export function refresh(what) {
  page?.refresh(what);
}

/** The session's role suffices for `role`, and for the whole city where it must. */
export function may(app, role, wholeCity = false) {
  const ROLES = ['viewer', 'reporter', 'editor', 'admin'];
  const {session} = app;
  return session.signed_in && ROLES.indexOf(session.role) >= ROLES.indexOf(role) && !(wholeCity && session.unit);
}

/** Why something cannot be done, with the way to sign in. */
export function signInNote(app, key) {
  const open = event => {
    event.stopPropagation();
    const account = document.getElementById('account');
    account.open = true;
    account.querySelector('input:not([hidden]), button')?.focus();
  };
  return element('div', {class: 'note'}, element('p', {}, t(key)),
    app.session.signed_in ? null : element('button', {type: 'button', class: 'button', onclick: open}, t('account.signIn')));
}

class DataPage {
  constructor(root, app) {
    this.app = app;
    this.who = JSON.stringify(app.session);
    this.tabs = element('div', {class: 'tabs', role: 'tablist'});
    this.body = element('div', {id: 'section', role: 'tabpanel', tabindex: '-1'});
    root.append(element('div', {class: 'column data'}, this.tabs, this.body));
    this.tabs.addEventListener('keydown', event => this.#move(event));
  }

  get name() {
    const {section} = this.app.state.more;
    return section in SECTIONS ? section : 'import';
  }

  async show() {
    this.part?.end();
    this.part = null;
    this.#showTabs();
    this.body.replaceChildren();
    const {name} = this;
    const module = await busy(SECTIONS[name]());
    if (this.ended || name !== this.name) return;
    this.part = new module.Section(this.body, this.app);
    await this.part.start();
  }

  refresh(what) {
    if (what === 'words') this.#showTabs();
    const who = JSON.stringify(this.app.session);
    const signed = who !== this.who;
    this.who = who;
    if (what === 'data' && !signed) this.#tellNews();
    else this.part?.refresh(what);
  }

  /** What is being looked at is not taken away because data came in meanwhile: it is said, and one click away. */
  #tellNews() {
    if (!this.part?.showsData || this.body.querySelector('.news')) return;
    this.body.prepend(element('div', {class: 'note news', role: 'status'}, element('p', {}, t('data.news')),
      element('button', {type: 'button', class: 'button', onclick: () => this.show()}, t('data.reload'))));
  }

  end() {
    this.ended = true;
    this.part?.end();
  }

  #showTabs() {
    this.tabs.setAttribute('aria-label', t('data.sections'));
    const focused = this.tabs.contains(document.activeElement);
    this.tabs.replaceChildren(...Object.keys(SECTIONS).map(name => {
      const selected = name === this.name;
      return element('button', {
        type: 'button', role: 'tab', id: `tab-${name}`, 'aria-selected': String(selected), 'aria-controls': 'section',
        tabindex: selected ? '0' : '-1', 'data-section': name, onclick: () => this.#choose(name),
      }, t(`data.${name}`));
    }));
    this.body.setAttribute('aria-labelledby', `tab-${this.name}`);
    if (focused) this.tabs.querySelector('[aria-selected=true]').focus();
  }

  #choose(name) {
    if (name === this.name) return;
    this.app.state.more.section = name;
    this.app.write();
    this.show();
  }

  /** Arrow keys walk the tabs, as the pattern of tabs wants. */
  #move(event) {
    const names = Object.keys(SECTIONS);
    const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
    const to = step ? names[(names.indexOf(this.name) + step + names.length) % names.length] : {Home: names[0], End: names.at(-1)}[event.key];
    if (!to) return;
    event.preventDefault();
    this.#choose(to);
    this.tabs.querySelector(`[data-section=${to}]`).focus();
  }
}
