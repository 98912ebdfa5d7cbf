// The Public page: what everybody may see of the city. Counts of communities, none below five, in no order of merit;
// how they were made; and a form to report a problem.

import * as api from '../api.mjs';
import {element, needStyle} from '../parts/dom.mjs';
import {date, dateTime, nameOf, number, t} from '../parts/i18n.mjs';
import {SmallMap} from '../parts/small_map.mjs';
import {nothing, Task} from '../parts/task.mjs';
import {hatchImage} from '../map/hatch.mjs';
import {classesOf, classOf, Measure} from '../public/measure.mjs';
import {Report} from '../public/report.mjs';
import {filterParameters} from '../state.mjs';

export const parameters = ['rate'];
export const words = 'public';

const STREET_ZOOM = 14;

let page;

export async function mount(root, app) {
  await Promise.all([needStyle(new URL('../css/data.css', import.meta.url)), needStyle(new URL('../css/public.css', import.meta.url))]);
  page = new PublicPage(root, app);
  await page.start();
}

export function unmount() {
  page?.end();
  page = null;
}

export function refresh(what) {
  page?.refresh(what);
}

const parentOf = ({parent: name, parent_en: english}) => nameOf({name, name_en: english});

class PublicPage {
  constructor(root, app) {
    this.root = root;
    this.app = app;
    this.measure = new Measure(app);
  }

  async start() {
    this.#layOut();
    await this.#startMap();
    await this.#load();
  }

  end() {
    this.ended = true;
    this.task?.end();
    this.map?.end();
    this.map = null;
  }

  async refresh(what) {
    if (what === 'filters') this.#load();
    else if (what === 'theme') {
      await this.map?.restyle();
      this.#load();
    } else if (what === 'words') {
      this.map?.end();
      this.start();
    } else {
      this.#load();
      this.report.session();
    }
  }

  #layOut() {
    const {app} = this;
    this.summary = element('div', {class: 'summary'});
    this.mapPlace = element('div', {class: 'small-map'});
    this.legend = element('div', {class: 'legend', 'aria-live': 'polite'});
    this.told = element('output', {class: 'told-unit', role: 'status'});
    this.table = element('div');
    this.method = element('div', {class: 'method'});
    this.downloads = element('div', {class: 'actions'});
    this.task = new Task(this.summary);
    this.report = new Report(app, () => this.map);
    this.root.replaceChildren(element('div', {class: 'column public'},
      element('header', {class: 'head row'},
        element('div', {}, element('h1', {}, t('public.title', {city: nameOf(app.city)})), element('p', {class: 'hint'}, t('public.intro'))),
        this.downloads),
      element('div', {class: 'public-grid'},
        element('div', {class: 'panel map-panel'}, this.mapPlace, this.told, this.legend),
        element('section', {class: 'panel', 'aria-label': t('public.numbers')}, this.summary)),
      this.report.element,
      element('div', {class: 'public-text'},
        element('section', {class: 'panel'}, element('h2', {}, t('public.table')), element('p', {class: 'hint'}, t('public.tableHint')), this.table),
        element('section', {class: 'panel', id: 'method'}, element('h2', {}, t('public.method')), this.method))));
    this.report.show();
  }

  async #startMap() {
    const map = (this.map = new SmallMap(this.mapPlace, this.app, {
      label: () => t('public.map'), sources: ['units', 'unit', 'pointed'], below: true,
      // Streets are for pointing, near by; further off they would hide the colours.
      adjust: layer => {
        if (layer.id.startsWith('street')) layer.minzoom = Math.max(layer.minzoom ?? 0, STREET_ZOOM);
        return !layer.id.startsWith('zone') && layer.id !== 'unit-line-cell';
      },
      images: theme => ({hatch: hatchImage(theme)}),
      layers: theme => {
        const line = theme === 'dark' ? '#eceef4' : '#231f33';
        return [
          {id: 'public-unit', type: 'fill', source: 'units', paint: {'fill-color': ['get', 'colour'], 'fill-opacity': ['case', ['get', 'drawn'], 0.78, 0]}},
          {id: 'public-hatch', type: 'fill', source: 'units', filter: ['get', 'hatched'], paint: {'fill-pattern': 'hatch', 'fill-opacity': 0.5}},
          {id: 'public-line', type: 'line', source: 'units', paint: {'line-color': line, 'line-width': 0.7, 'line-opacity': 0.45}},
          {id: 'public-chosen', type: 'line', source: 'unit', paint: {'line-color': line, 'line-width': 2.5}},
          {id: 'public-pointed', type: 'circle', source: 'pointed', paint: {'circle-radius': 8, 'circle-color': '#1463d8', 'circle-stroke-color': '#ffffff', 'circle-stroke-width': 3}},
        ];
      },
      click: (position, point) => {
        if (this.report.point(position)) return;
        const hit = map.at(point, ['public-unit']);
        this.#choose(hit?.id ?? null);
      },
    }));
    await map.start();
  }

  async #load() {
    const {app} = this;
    const query = filterParameters(app.state, {unit: null, bbox: null, batch: null, 'max-accuracy': null});
    // Communities, or what comes next above them in a city that has none.
    const levels = new Set(app.city.levels.map(({level}) => level));
    query.set('level', ['community', 'subdistrict', 'district'].find(level => levels.has(level)) ?? 'community');
    await this.task.run(async signal => {
      const [counts, legend] = await Promise.all([
        api.publishedCounts(query, signal), api.legend(new URLSearchParams({ramp: app.state.theme}), signal)]);
      return {counts, colours: legend.classes.filter(({opacity}) => opacity > 0).map(({colour}) => colour)};
    }, ({counts, colours}) => this.#show(counts, colours, query));
  }

  #show(counts, colours, query) {
    const {app, measure} = this;
    this.counts = counts;
    this.units = counts.features.map(({properties}) => properties);
    app.showMatched(counts.total === null ? null : {total: counts.total, unmatched: 0, left_out_by_accuracy: 0});
    measure.settle(this.units);
    this.root.firstElementChild.classList.toggle('bare', !counts.features.length);
    if (!counts.features.length) {
      this.summary.replaceChildren(nothing(t('public.none'), t('public.noneText')));
      return;
    }
    this.scale = classesOf(this.units.map(unit => measure.value(unit)), colours);
    const features = counts.features.map(({id, geometry, properties}) => {
      const value = measure.value(properties);
      const found = value > 0 ? classOf(this.scale, value) : null;
      return {type: 'Feature', id, geometry, properties: {name: nameOf(properties), colour: found?.colour ?? '#000000', drawn: Boolean(found), hatched: properties.count === null}};
    });
    this.map.set('units', features);
    this.#choose(this.chosen ?? null);
    this.#showLegend();
    this.#showSummary();
    this.#showTable();
    this.#showMethod();
    this.downloads.replaceChildren(...['csv', 'geojson'].map(form => element('a', {class: 'button', href: api.publishedTable(query, form), download: `communities.${form}`}, t(`public.${form}`))));
  }

  #choose(id) {
    this.chosen = id;
    const feature = this.counts?.features.find(other => other.id === id);
    this.map.set('unit', feature ? [feature] : []);
    this.told.textContent = feature ? this.#words(feature.properties) : t('public.pointHint');
  }

  #words(unit) {
    const name = [nameOf(unit), parentOf(unit)].filter(Boolean).join(' · ');
    if (unit.count === null) return `${name}: ${t('public.few')}`;
    return `${name}: ${t('public.count', {n: number(unit.count)})} · ${this.measure.format(this.measure.value(unit))} ${this.measure.unit}`;
  }

  #showLegend() {
    const {measure, scale} = this;
    const choice = element('select', {name: 'rate', 'aria-label': t('public.rate'), onchange: () => {
      measure.choose(choice.value);
      this.#load();
    }}, ...measure.choices(this.units).map(name => element('option', {value: name, selected: name === measure.name}, t(`public.rate.${name}`))));
    const swatch = (style, text) => {
      const box = element('span', {class: 'swatch'});
      Object.assign(box.style, style);
      return element('li', {}, box, text);
    };
    const hatch = element('span', {class: 'swatch hatched'});
    this.legend.replaceChildren(choice, element('ul', {class: 'swatches'},
      ...scale.map(({from, to, colour}) => swatch({background: colour}, from === to ? measure.format(to) : `${measure.format(from)} – ${measure.format(to)}`)),
      swatch({}, '0'), element('li', {}, hatch, t('public.fewShort'))),
    element('p', {class: 'hint'}, t('public.legend', {unit: measure.unit, period: this.#period()})));
  }

  #period() {
    const {city, state} = this.app;
    return state.filters.datetime || (city.min_time ? `${date(city.min_time, city.timezone)} – ${date(city.max_time, city.timezone)}` : '–');
  }

  #showSummary() {
    const {counts, app} = this;
    const few = count => (count === null ? t('public.fewer', {n: counts.least}) : number(count));
    const classes = [...counts.categories].filter(({code}) => code).sort((a, b) => a.code.localeCompare(b.code));
    const rest = counts.categories.filter(({code}) => !code);
    this.summary.replaceChildren(
      element('dl', {class: 'numbers'},
        element('div', {}, element('dt', {}, t('public.total')), element('dd', {}, few(counts.total))),
        element('div', {}, element('dt', {}, t('public.period')), element('dd', {class: 'period'}, this.#period())),
        element('div', {}, element('dt', {}, t('public.cutOff')), element('dd', {class: 'period'}, counts.data_until ? dateTime(counts.data_until, app.city.timezone) : '–'))),
      element('h2', {}, t('public.classes')),
      element('div', {class: 'scroll classes', tabindex: '0', role: 'region', 'aria-label': t('public.classes')},
        element('table', {class: 'table'},
          element('thead', {}, element('tr', {}, element('th', {scope: 'col'}, t('public.class')), element('th', {scope: 'col', class: 'number'}, t('public.n')))),
          element('tbody', {}, ...classes.map(category => element('tr', {}, element('td', {}, nameOf(category)), element('td', {class: 'number'}, number(category.count)))),
            ...rest.map(group => element('tr', {}, element('td', {}, t('public.otherClasses', {n: group.categories})), element('td', {class: 'number'}, few(group.count))))))));
  }

  /** Communities by name within their subdistrict; what was merged stands once, below them. */
  #showTable() {
    const {units, counts, measure, app} = this;
    const parents = [...new Set(units.map(parentOf))].sort((a, b) => a.localeCompare(b, app.state.lang));
    const row = (name, count, value) => element('tr', {}, element('td', {}, name), element('td', {class: 'number'}, count), element('td', {class: 'number'}, value));
    const few = count => (count === null ? t('public.fewer', {n: counts.least}) : number(count));
    const body = parents.flatMap(parent => [
      element('tr', {}, element('th', {scope: 'rowgroup', colspan: '3', class: 'group'}, parent || t('public.noParent'))),
      ...units.filter(unit => parentOf(unit) === parent).sort((a, b) => nameOf(a).localeCompare(nameOf(b), app.state.lang))
        .map(unit => row(nameOf(unit), unit.count === null ? t('public.mergedIn', {n: unit.merged}) : number(unit.count), unit.count === null ? '–' : measure.format(measure.value(unit)))),
    ]);
    const groups = counts.merged.map(group => row(t('public.group', {n: group.merged, units: group.units, parent: parentOf(group) || t('public.wholeCity')}), few(group.count), '–'));
    const others = ['outside', 'unmatched'].map(name => row(t(`public.${name}`), counts[name].count === null ? t('public.mergedIn', {n: counts[name].merged}) : number(counts[name].count), '–'));
    this.table.replaceChildren(element('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': t('public.table')},
      element('table', {class: 'table communities'},
        element('thead', {}, element('tr', {}, element('th', {scope: 'col'}, t('public.community')), element('th', {scope: 'col', class: 'number'}, t('public.n')), element('th', {scope: 'col', class: 'number'}, measure.unit))),
        element('tbody', {}, ...body),
        element('tbody', {class: 'sums'}, element('tr', {}, element('th', {scope: 'rowgroup', colspan: '3', class: 'group'}, t('public.merged'))), ...groups, ...others,
          row(element('strong', {}, t('public.sum')), element('strong', {}, few(counts.total)), '')))));
  }

  #showMethod() {
    const {counts, app} = this;
    const {city, state} = app;
    const of = {least: counts.least, less: counts.least - 1, zone: city.timezone, until: counts.data_until ? dateTime(counts.data_until, city.timezone) : '–', version: counts.version};
    this.method.replaceChildren(element('p', {}, counts[`how_${state.lang}`]),
      ...['what', 'where', 'rate', 'rank', 'until'].map(name => element('div', {}, element('h3', {}, t(`public.method.${name}`)), element('p', {}, t(`public.method.${name}Text`, of)))),
      element('p', {class: 'hint'}, element('a', {href: '/api.html'}, t('public.api'))));
  }
}
