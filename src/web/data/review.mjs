// The review queue, worked by keyboard: addresses that could not be placed for sure, the most frequent first.

import * as api from '../api.mjs';
import {element} from '../parts/dom.mjs';
import {number, t, tOr} from '../parts/i18n.mjs';
import {busy} from '../parts/ready.mjs';
import {boxOf, PIN, SmallMap} from '../parts/small_map.mjs';
import {failure, nothing, Task} from '../parts/task.mjs';
import {may, signInNote} from '../pages/data.mjs';

const STATES = ['waiting', 'skipped', 'unlocatable', 'decided', 'all'];
const MOST_CANDIDATES = 9; // one key each
const KEYS = 'hotspotd-review-keys';

export class Section {
  constructor(root, app) {
    this.app = app;
    this.root = root;
    this.entries = [];
    this.at = 0;
    this.remember = false;
    this.keys = sessionStorage.getItem(KEYS) !== 'off';
    this.onKey = event => this.#key(event);
  }

  get state() {
    const {review} = this.app.state.more;
    return STATES.includes(review) ? review : 'waiting';
  }

  async start() {
    document.addEventListener('keydown', this.onKey);
    this.#layOut();
    await this.#load();
  }

  end() {
    document.removeEventListener('keydown', this.onKey);
    this.task?.end();
    this.map?.end();
    this.map = null;
  }

  refresh(what) {
    if (what === 'theme') this.map?.restyle();
    else if (what === 'words') {
      this.end();
      this.start();
    } else if (what === 'data' && !this.deciding && may(this.app, 'editor') !== this.allowed) {
      this.end();
      this.start();
    }
  }

  #layOut() {
    this.allowed = may(this.app, 'editor');
    const states = element('select', {name: 'review-state', onchange: () => {
      this.app.state.more.review = states.value === 'waiting' ? '' : states.value;
      this.app.write();
      this.#load();
    }}, ...STATES.map(state => element('option', {value: state, selected: state === this.state}, t(`review.state.${state}`))));
    this.queue = element('div', {class: 'panel queue'});
    this.detail = element('div', {class: 'detail'});
    this.mapPlace = element('div', {class: 'small-map'});
    this.told = element('p', {class: 'told', role: 'status'});
    this.task = new Task(this.queue);
    this.side = element('div', {class: 'panel side'}, this.detail, this.mapPlace);
    this.root.replaceChildren(
      element('header', {class: 'head row'},
        element('div', {}, element('h1', {}, t('data.review')), element('p', {class: 'hint'}, t('review.intro'))),
        element('label', {class: 'field'}, element('span', {}, t('review.show')), states)),
      this.allowed ? '' : signInNote(this.app, 'review.signIn'),
      this.#keysHelp(), this.told,
      element('div', {class: 'split'}, this.queue, this.side));
  }

  /** Single keys can be switched off: for who speaks to the screen, they would come by chance. */
  #keysHelp() {
    const names = [['1–9', 'accept'], ['S', 'skip'], ['U', 'unlocatable'], ['R', 'remember'], ['J', 'next'], ['K', 'previous'], ['Z', 'undo']];
    const box = element('input', {type: 'checkbox', name: 'keys', checked: this.keys, onchange: () => {
      this.keys = box.checked;
      sessionStorage.setItem(KEYS, this.keys ? 'on' : 'off');
    }});
    return element('div', {class: 'keys hint'}, element('label', {class: 'chip check'}, box, element('span', {}, t('review.keys'))),
      ...names.flatMap(([key, name]) => [element('kbd', {}, key), element('span', {}, t(`review.key.${name}`))]));
  }

  async #load() {
    this.entries = [];
    this.at = 0;
    this.side.hidden = true;
    await this.task.run(async signal => {
      const page = await api.review(this.state, null, signal);
      await this.#startMap();
      return page;
    }, page => this.#take(page));
  }

  #take(page) {
    this.entries.push(...page.entries);
    this.page = page;
    this.#show();
  }

  async #startMap() {
    if (this.map) return;
    this.mapPlace.hidden = false;
    this.map = new SmallMap(this.mapPlace, this.app, {
      label: () => t('review.map'), sources: ['reaches', 'candidates'],
      layers: theme => {
        const pin = PIN[theme];
        return [
          {id: 'reach', type: 'fill', source: 'reaches', paint: {'fill-color': pin.fill, 'fill-opacity': 0.08}},
          {id: 'reach-line', type: 'line', source: 'reaches', paint: {'line-color': pin.fill, 'line-width': 1.2, 'line-dasharray': [3, 2]}},
          {id: 'candidate', type: 'circle', source: 'candidates', paint: {'circle-radius': 14, 'circle-color': pin.fill, 'circle-stroke-color': pin.ring, 'circle-stroke-width': 2}},
          {id: 'number', type: 'symbol', source: 'candidates', layout: {'text-field': ['to-string', ['get', 'candidate']], 'text-size': 13, 'text-font': ['Noto Sans CJK SC Bold', 'Noto Sans CJK SC', 'sans-serif'], 'text-allow-overlap': true}, paint: {'text-color': pin.text}},
        ];
      },
      click: (position, point) => {
        const found = this.map.at(point, ['candidate']);
        if (found && this.allowed) this.#decide({action: 'accept', candidate: found.properties.candidate});
      },
    });
    const map = this.map;
    await map.start();
  }

  get entry() {
    return this.entries[this.at];
  }

  #show() {
    const {page} = this;
    if (!this.entries.length) {
      this.side.hidden = true;
      this.queue.replaceChildren(nothing(t(`review.none.${this.state === 'waiting' ? 'waiting' : 'other'}`), t('review.noneText')));
      return;
    }
    this.at = Math.min(this.at, this.entries.length - 1);
    this.side.hidden = false;
    this.map?.resize();
    this.queue.replaceChildren(
      element('p', {class: 'hint'}, t('review.count', {texts: number(page.texts), incidents: number(page.incidents)})),
      element('ol', {class: 'entries', 'aria-label': t('data.review')}, ...this.entries.map((entry, i) => this.#item(entry, i))),
      page.next ? element('button', {type: 'button', class: 'button', onclick: () => this.#more()}, t('review.more')) : '');
    this.#showDetail();
  }

  #item(entry, i) {
    return element('li', {}, element('button', {
      type: 'button', class: 'entry', 'aria-current': i === this.at ? 'true' : null, 'data-entry': entry.id, onclick: () => this.#go(i),
    }, element('span', {class: 'text'}, entry.address || t('review.empty')),
    element('span', {class: 'hint'}, `${t('review.times', {n: number(entry.count)})} · ${t(`review.reason.${entry.reason}`)}`)));
  }

  async #more() {
    const after = new URL(this.page.next).searchParams.get('after');
    try {
      const page = await busy(api.review(this.state, after));
      this.#take({...page, texts: this.page.texts, incidents: this.page.incidents});
    } catch (error) {
      this.told.textContent = error.message;
    }
  }

  #go(i) {
    if (i < 0 || i >= this.entries.length) return;
    this.at = i;
    this.#show();
    const current = this.queue.querySelector('[aria-current]');
    current.focus({preventScroll: true});
    current.scrollIntoView({block: 'nearest'});
  }

  #showDetail() {
    const {entry} = this;
    const candidates = entry.candidates.slice(0, MOST_CANDIDATES);
    const remember = element('input', {type: 'checkbox', name: 'remember', checked: this.remember, disabled: !this.allowed, onchange: () => (this.remember = remember.checked)});
    const act = (name, decision) => element('button', {type: 'button', class: 'button', disabled: !this.allowed, onclick: () => this.#decide(decision)}, t(`review.key.${name}`));
    this.detail.replaceChildren(
      element('h2', {}, entry.address || t('review.empty')),
      element('p', {class: 'hint'}, `${t('review.times', {n: number(entry.count)})} · ${t(`review.reason.${entry.reason}`)}`
        + (entry.examples.length ? ` · ${t('review.examples')} ${entry.examples.slice(0, 3).map(example => example.id || `#${example.row}`).join(', ')}` : '')),
      entry.decision ? this.#decided(entry) : '',
      candidates.length
        ? element('ol', {class: 'candidates'}, ...candidates.map(candidate => element('li', {}, this.#candidate(candidate))))
        : element('p', {class: 'note'}, t('review.noCandidates')),
      element('div', {class: 'actions'},
        element('label', {class: 'chip check'}, remember, element('span', {}, t('review.remember'))),
        act('skip', {action: 'skip'}), act('unlocatable', {action: 'unlocatable'})));
    const feature = (candidate, geometry) => ({type: 'Feature', properties: {candidate: candidate.candidate}, geometry});
    const reaches = candidates.map(candidate => feature(candidate, circle(candidate)));
    this.map?.set('candidates', candidates.map(candidate => feature(candidate, {type: 'Point', coordinates: [candidate.lon, candidate.lat]})));
    this.map?.set('reaches', reaches);
    this.map?.fit(boxOf(reaches) ?? this.app.city.box, 17);
  }

  #candidate(candidate) {
    const accuracy = t('review.accuracy', {m: number(candidate.accuracy_m, {maximumFractionDigits: 0})});
    return element('button', {type: 'button', class: 'candidate', disabled: !this.allowed, onclick: () => this.#decide({action: 'accept', candidate: candidate.candidate})},
      element('kbd', {}, String(candidate.candidate)),
      element('span', {}, element('strong', {}, candidate.label),
        element('span', {class: 'hint'}, [tOr(`match.${candidate.match_type}`, candidate.match_type), accuracy,
          t('review.score', {score: number(candidate.score, {maximumFractionDigits: 2})}), candidate.unit_name].filter(Boolean).join(' · '))));
  }

  #decided({decision}) {
    const words = [t(`review.did.${decision.action}`), decision.label, decision.user].filter(Boolean).join(' · ');
    return element('p', {class: 'note good'}, words, ' ', this.allowed
      ? element('button', {type: 'button', class: 'link', onclick: () => this.#takeBack(this.entry)}, t('review.takeBack')) : '');
  }

  /** A decision is sent, and the next address is there at once. */
  async #decide(decision) {
    const {entry} = this;
    if (!entry || this.deciding || !this.allowed) return;
    const chosen = entry.candidates.find(({candidate}) => candidate === decision.candidate);
    if (decision.action === 'accept' && !chosen) return;
    this.deciding = true;
    try {
      const answer = await busy(api.decide(entry.id, {
        ...decision, ...(chosen ? {label: chosen.label} : {}), ...(decision.action === 'skip' ? {} : {remember: this.remember})}));
      this.done = {entry, at: this.at};
      this.told.textContent = t('review.told', {what: t(`review.did.${decision.action}`), address: entry.address, n: number(answer.incidents ?? entry.count)});
      this.remember = false;
      this.entries.splice(this.at, 1);
      this.page.texts--;
      this.page.incidents -= entry.count;
      if (!this.entries.length && this.page.next) await this.#load();
      else this.#show();
      this.queue.querySelector('[aria-current]')?.focus({preventScroll: true});
    } catch (error) {
      this.told.replaceChildren(failure(error, null));
    } finally {
      this.deciding = false;
    }
  }

  async #takeBack(entry, at = null) {
    try {
      await busy(api.undecide(entry.id));
      this.told.textContent = t('review.tookBack', {address: entry.address});
      if (at === null) {
        await this.#load();
        return;
      }
      this.done = null;
      this.entries.splice(at, 0, entry);
      this.page.texts++;
      this.page.incidents += entry.count;
      this.at = at;
      this.#show();
    } catch (error) {
      this.told.replaceChildren(failure(error, null));
    }
  }

  #key(event) {
    const typing = event.target.closest('input:not([type=checkbox]), select, textarea, [contenteditable]');
    if (!this.keys || typing || event.ctrlKey || event.metaKey || event.altKey || !this.entry && event.key !== 'z') return;
    const key = event.key.toLowerCase();
    const actions = {
      s: () => this.#decide({action: 'skip'}),
      u: () => this.#decide({action: 'unlocatable'}),
      j: () => this.#go(this.at + 1),
      k: () => this.#go(this.at - 1),
      arrowdown: () => this.#go(this.at + 1),
      arrowup: () => this.#go(this.at - 1),
      r: () => {
        this.remember = !this.remember;
        this.#showDetail();
      },
      z: () => this.done && this.#takeBack(this.done.entry, this.done.at),
    };
    const inMap = event.target.closest('.small-map');
    const action = /^[1-9]$/.test(key) ? () => this.#decide({action: 'accept', candidate: Number(key)}) : actions[key];
    if (!action || (inMap && key.startsWith('arrow'))) return;
    event.preventDefault();
    action();
  }
}

/** How far off a candidate may be, as a polygon on the ground. */
function circle({lon, lat, accuracy_m: radius}) {
  const [dLat, corners] = [radius / 111195, 48];
  const dLon = dLat / Math.cos(lat * Math.PI / 180);
  const ring = Array.from({length: corners + 1}, (_, i) => [lon + dLon * Math.cos(2 * Math.PI * i / corners), lat + dLat * Math.sin(2 * Math.PI * i / corners)]);
  return {type: 'Polygon', coordinates: [ring]};
}
