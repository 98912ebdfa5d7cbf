// What is wrong with units and streets: the kinds, the flaws of one kind, and where they lie.

import * as api from '../api.mjs';
import {element} from '../parts/dom.mjs';
import {number, t} from '../parts/i18n.mjs';
import {boxOf, SmallMap} from '../parts/small_map.mjs';
import {nothing, Task} from '../parts/task.mjs';

const COLOUR = {light: {bad: '#a8231c', note: '#2a5fb0', ring: '#ffffff'}, dark: {bad: '#ff9a90', note: '#8db8ff', ring: '#12151b'}};

export class Section {
  constructor(root, app) {
    this.app = app;
    this.root = root;
    this.showsData = true;
  }

  async start() {
    const body = element('div', {class: 'stack'});
    this.task = new Task(body);
    this.root.replaceChildren(
      element('header', {class: 'head'}, element('h1', {}, t('data.check')), element('p', {class: 'hint'}, t('check.intro'))), body);
    await this.task.run(signal => api.check(signal), found => this.#show(body, found));
  }

  end() {
    this.task?.end();
    this.map?.end();
    this.map = null;
  }

  refresh(what) {
    if (what === 'theme') this.map?.restyle();
    else if (what === 'words' || what === 'data') {
      this.end();
      this.start();
    }
  }

  async #show(body, found) {
    this.found = found;
    this.kind ??= (found.kinds.find(({problems}) => problems > 0) ?? found.kinds[0])?.kind;
    if (!found.kinds.some(({kind}) => kind === this.kind)) this.kind = found.kinds[0]?.kind;
    this.list = element('ol', {class: 'flaws'});
    this.kinds = element('div', {class: 'chips kinds', role: 'group', 'aria-label': t('check.kinds')});
    const place = element('div', {class: 'small-map'});
    body.replaceChildren(
      element('p', {class: found.problems ? 'verdict bad' : 'verdict'}, found.problems ? t('check.problems', {n: number(found.problems), notes: number(found.notes)}) : t('check.fine', {notes: number(found.notes)})),
      found.kinds.length
        ? element('div', {class: 'split'}, element('div', {class: 'panel list'}, this.kinds, this.list), element('div', {class: 'panel side'}, place))
        : nothing(t('check.none'), t('check.noneText')),
      element('section', {class: 'panel'}, element('h2', {}, t('check.levels')), this.#levels(found.levels)));
    if (!found.kinds.length) return;
    this.map?.end();
    const map = (this.map = this.#makeMap(place));
    this.#showKind(false);
    await map.start();
    if (this.map === map) this.#showKind();
  }

  #makeMap(place) {
    return new SmallMap(place, this.app, {
      label: () => t('check.map'), sources: ['flaws', 'chosen'],
      layers: theme => {
        const colour = COLOUR[theme];
        const own = ['match', ['get', 'severity'], 'problem', colour.bad, colour.note];
        const is = type => ['==', ['geometry-type'], type];
        return [
          {id: 'flaw', type: 'fill', source: 'flaws', filter: is('Polygon'), paint: {'fill-color': own, 'fill-opacity': 0.18}},
          {id: 'flaw-line', type: 'line', source: 'flaws', filter: ['!', is('Point')], paint: {'line-color': own, 'line-width': 2}},
          {id: 'flaw-point', type: 'circle', source: 'flaws', filter: is('Point'), paint: {'circle-radius': 4.5, 'circle-color': own, 'circle-stroke-color': colour.ring, 'circle-stroke-width': 1.2}},
          {id: 'chosen-line', type: 'line', source: 'chosen', filter: ['!', is('Point')], paint: {'line-color': own, 'line-width': 5}},
          {id: 'chosen', type: 'circle', source: 'chosen', paint: {'circle-radius': 13, 'circle-color': 'rgba(0, 0, 0, 0)', 'circle-stroke-color': own, 'circle-stroke-width': 3}},
        ];
      },
      click: (position, point) => {
        const hit = this.map.at(point, ['flaw-point', 'flaw-line', 'flaw']);
        if (hit) this.#choose(hit.id, true);
      },
    });
  }

  #showKind(fit = true) {
    const {found, app} = this;
    const english = app.state.lang === 'en';
    this.kinds.replaceChildren(...found.kinds.map(kind => element('button', {
      type: 'button', class: 'chip', 'aria-pressed': String(kind.kind === this.kind), onclick: () => {
        this.kind = kind.kind;
        this.#showKind();
        this.kinds.querySelector('[aria-pressed=true]').focus();
      },
    }, `${english ? kind.title_en : kind.title_zh} ${number(kind.problems + kind.notes)}`, kind.problems ? '' : element('span', {class: 'hint'}, ` ${t('check.note')}`))));
    const flaws = found.features.filter(({properties}) => properties.kind === this.kind);
    this.list.replaceChildren(...flaws.map(flaw => element('li', {}, element('button', {type: 'button', class: 'entry', 'data-flaw': flaw.id, onclick: () => this.#choose(flaw.id, false)},
      element('span', {class: 'text'}, flaw.properties[english ? 'message_en' : 'message_zh']),
      element('span', {class: 'hint'}, this.#measure(flaw.properties))))));
    this.map?.set('flaws', flaws);
    this.map?.set('chosen', []);
    if (fit) this.map?.fit(boxOf(flaws) ?? app.city.box);
  }

  #measure({level, area_m2: area, width_m: width, length_m: length, code}) {
    const metres = value => number(value, {maximumSignificantDigits: 3});
    return [level && t(`level.${level}`), code, area != null && `${metres(area)} m²`, width != null && t('check.width', {m: metres(width)}),
      length != null && t('check.length', {m: metres(length)})].filter(Boolean).join(' · ');
  }

  #choose(id, scroll) {
    const flaw = this.found.features.find(feature => feature.id === id);
    for (const button of this.list.querySelectorAll('[aria-current]')) button.removeAttribute('aria-current');
    const button = this.list.querySelector(`[data-flaw="${id}"]`);
    button?.setAttribute('aria-current', 'true');
    if (scroll) button?.scrollIntoView({block: 'nearest'});
    if (!flaw.geometry) return;
    this.map?.set('chosen', [flaw]);
    this.map?.fit(boxOf([flaw]), 17);
  }

  #levels(levels) {
    const names = ['units', 'inside', 'outside', 'unmatched', 'total', 'in_parent_only', 'across_parents'];
    return element('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': t('check.levels')},
      element('table', {class: 'table'},
        element('thead', {}, element('tr', {}, element('th', {scope: 'col'}, t('check.level')), ...names.map(name => element('th', {scope: 'col', class: 'number'}, t(`check.${name}`))))),
        element('tbody', {}, ...levels.map(level => element('tr', {}, element('th', {scope: 'row'}, t(`level.${level.level}`)),
          ...names.map(name => element('td', {class: 'number'}, number(level[name]))))))));
  }
}
