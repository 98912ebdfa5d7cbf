// Import: a file is looked at first (nothing is changed), its columns are settled, then it is read as a job.

import * as api from '../api.mjs';
import {element} from '../parts/dom.mjs';
import {dateTime, number, t, tOr} from '../parts/i18n.mjs';
import {busy} from '../parts/ready.mjs';
import {boxOf, SmallMap} from '../parts/small_map.mjs';
import {failure} from '../parts/task.mjs';
import {may, signInNote} from '../pages/data.mjs';
import {KINDS, LEVELS} from './fields.mjs';

const ASK_MS = 400;
const PREVIEW_ROWS = 8;
const running = job => ['accepted', 'running'].includes(job.status);

export class Section {
  constructor(root, app) {
    this.root = root;
    this.app = app;
    this.maps = new Map(); // field -> column chosen by hand
    this.files = [];
  }

  async start() {
    this.#layOut();
  }

  end() {
    this.working?.abort();
    this.map?.end();
    this.map = null;
  }

  refresh(what) {
    if (what === 'theme') this.map?.restyle();
    else if (what === 'words' || (what === 'data' && !this.working)) this.#layOut();
  }

  #layOut() {
    this.map?.end();
    this.map = null;
    const allowed = may(this.app, 'editor', true);
    this.outcome = element('div', {id: 'outcome', 'aria-live': 'polite'});
    this.root.replaceChildren(
      element('header', {class: 'head'}, element('h1', {}, t('data.import')), element('p', {class: 'hint'}, t('import.intro'))),
      allowed ? '' : signInNote(this.app, this.app.session.signed_in ? 'import.role' : 'import.signIn'),
      this.#form(allowed), this.outcome);
    if (this.last) this.#showResult(this.last);
  }

  #form(allowed) {
    const {form: before} = this;
    const option = (value, text, selected) => element('option', {value, selected}, text);
    const kept = name => before?.[name]?.value ?? '';
    const file = element('input', {type: 'file', name: 'file', multiple: true, required: this.files.length === 0});
    this.drop = element('span', {class: 'chosen'});
    file.addEventListener('change', () => this.#choose([...file.files]));
    const form = element('form', {class: 'panel import', autocomplete: 'off', onsubmit: event => { event.preventDefault(); this.#run(true); }},
      element('div', {class: 'fields'},
        element('label', {class: 'field'}, element('span', {}, t('import.kind')),
          element('select', {name: 'kind'}, ...Object.keys(KINDS).map(kind => option(kind, t(`kind.${kind}`), kind === (kept('kind') || 'incidents'))))),
        element('label', {class: 'field drop'}, element('span', {}, t('import.file')),
          element('span', {class: 'drop-zone'}, element('span', {class: 'button', 'aria-hidden': 'true'}, t('import.chooseFile')), this.drop, file))),
      element('details', {class: 'more'}, element('summary', {}, t('import.more')),
        element('div', {class: 'fields'},
          element('label', {class: 'field level'}, element('span', {}, t('import.level')),
            element('select', {name: 'level'}, option('', t('import.levelOfFile')), ...LEVELS.map(level => option(level, t(`level.${level}`), level === kept('level'))))),
          ...['crs', 'encoding', 'date-format', 'layer'].map(name => element('label', {class: 'field'},
            element('span', {}, t(`import.${name}`)),
            element('input', {name, value: kept(name), placeholder: t(`import.${name}Guess`), list: name === 'crs' ? 'crs-list' : null}))),
          element('datalist', {id: 'crs-list'}, ...['EPSG:4326', 'GCJ-02', 'BD-09', 'EPSG:4490', 'EPSG:3857'].map(value => element('option', {value}))))),
      element('div', {class: 'actions'},
        element('button', {class: 'button main', disabled: !allowed}, t('import.preflight')),
        element('span', {class: 'hint'}, t('import.preflightHint'))));
    form.kind.addEventListener('change', () => {
      this.maps.clear();
      this.#clear();
    });
    for (const name of ['dragover', 'drop']) form.addEventListener(name, event => {
      event.preventDefault();
      if (name === 'drop' && event.dataTransfer.files.length) this.#choose([...event.dataTransfer.files]);
    });
    this.form = form;
    this.#showFiles();
    return form;
  }

  #choose(files) {
    this.files = files;
    this.form.file.required = files.length === 0;
    this.maps.clear();
    this.#showFiles();
    this.#clear();
  }

  #showFiles() {
    const bytes = this.files.reduce((sum, file) => sum + file.size, 0);
    this.drop.classList.toggle('none', !this.files.length);
    this.drop.textContent = this.files.length
      ? `${this.files.map(file => file.name).join(', ')} · ${sizeOf(bytes)}` : t('import.dropHere');
  }

  #clear() {
    this.last = null;
    this.map?.end();
    this.map = null;
    this.outcome.replaceChildren();
  }

  #fields(dry) {
    const fields = [['kind', this.form.kind.value], ['dry-run', String(dry)], ['lang', this.app.state.lang]];
    for (const name of ['level', 'crs', 'encoding', 'date-format', 'layer']) {
      const value = this.form[name].value.trim();
      if (value) fields.push([name, value]);
    }
    for (const [field, column] of this.maps) fields.push(['map', `${field}=${column}`]);
    return fields;
  }

  /** Sends the file and follows its job to the end. */
  async #run(dry) {
    if (!this.files.length || this.working) return;
    const working = (this.working = new AbortController());
    this.map?.end();
    this.map = null;
    this.form.inert = true;
    try {
      const job = await busy(this.#follow(dry, working));
      if (working.signal.aborted && !working.stopped) return;
      this.last = {job, dry};
      this.#showResult(this.last);
    } catch (error) {
      if (working.signal.aborted && !working.stopped) return;
      this.outcome.replaceChildren(error.name === 'AbortError'
        ? element('div', {class: 'state', role: 'status'}, element('p', {}, t('import.cancelled')))
        : failure(error, () => this.#run(dry)));
    } finally {
      this.working = null;
      this.form.inert = false;
    }
  }

  async #follow(dry, working) {
    const bar = element('progress', {max: 1, 'aria-label': t('import.progress')});
    const text = element('p', {}, t('import.sending'));
    let id = null;
    const stop = () => {
      working.stopped = true;
      if (id) api.endJob(id).catch(() => working.abort());
      else working.abort();
    };
    this.outcome.replaceChildren(element('div', {class: 'state', role: 'status'}, text, bar,
      element('button', {type: 'button', class: 'button', onclick: stop}, t('loading.cancel'))));
    let job = await api.importFile(this.files, this.#fields(dry), {signal: working.signal, sent: share => {
      bar.value = share;
    }});
    id = job.jobID;
    bar.removeAttribute('value');
    const events = new EventSource('/events');
    let wake = () => {};
    events.addEventListener('job', () => wake());
    try {
      while (running(job)) {
        text.textContent = job.status === 'accepted' ? t('import.waiting')
          : t(dry ? 'import.looking' : 'import.reading', {n: number(job.rows_read ?? 0)});
        if (job.rows_total > 0) bar.value = job.rows_read / job.rows_total;
        await new Promise(resolve => {
          wake = resolve;
          setTimeout(resolve, ASK_MS);
        });
        job = await api.job(id, working.signal);
      }
    } finally {
      events.close();
    }
    return job;
  }

  #showResult({job, dry}) {
    const {result} = job;
    if (job.status === 'dismissed') {
      this.outcome.replaceChildren(element('div', {class: 'state', role: 'status'}, element('p', {}, t('import.cancelled'))));
      return;
    }
    if (!result) {
      const reason = job.exception?.detail ?? job.message ?? job.error ?? '';
      this.outcome.replaceChildren(failure({message: reason || t('import.failed')}, null));
      return;
    }
    const rejects = job.links.find(link => link.rel === 'rejects');
    this.outcome.replaceChildren(element('section', {class: 'panel result'},
      element('h2', {}, t(dry ? 'import.found' : 'import.done', {name: job.title})),
      this.#numbers(result),
      ...this.#warnings(job, result),
      rejects ? element('p', {}, element('a', {class: 'button', href: api.rejectsOf(job.jobID), download: 'rejects.csv'}, t('import.rejects', {n: number(result.rows.rejected)}))) : '',
      ...(dry ? this.#preflight(result) : this.#imported(result))));
    if (dry) this.#showExtent(result.bbox);
  }

  #numbers({rows, positioned, unmatched, unknown_categories: unknown, from, to}) {
    const zone = this.app.city.timezone;
    const all = [['read', rows.read], ['added', rows.added], ['updated', rows.updated], ['unchanged', rows.unchanged],
      ['rejected', rows.rejected], ['repeated', rows.repeated_ids], ['identical', rows.identical],
      ['positioned', positioned], ['unmatched', unmatched], ['unknown', unknown]];
    const shown = all.filter(([name, n]) => n > 0 || ['read', 'added', 'rejected'].includes(name)).filter(([, n]) => n !== undefined);
    return element('dl', {class: 'numbers'}, ...shown.map(([name, n]) => element('div', {class: ['rejected', 'unknown'].includes(name) && n > 0 ? 'bad' : ''},
      element('dt', {}, t(`import.n.${name}`)), element('dd', {}, number(n)))),
    from ? element('div', {}, element('dt', {}, t('import.n.period')), element('dd', {class: 'period'}, `${dateTime(from, zone)} – ${dateTime(to, zone)}`)) : '');
  }

  #warnings(job, result) {
    const words = [...job.warnings, ...(result.first_rejected ? [t('import.firstRejected', {reason: result.first_rejected})] : [])];
    return words.length ? [element('ul', {class: 'warnings'}, ...words.map(text => element('li', {}, text)))] : [];
  }

  #preflight(result) {
    const {mapping, preview} = result;
    this.extent = element('div', {class: 'small-map'});
    const parts = [];
    if (mapping && KINDS[result.kind].length) parts.push(element('h3', {}, t('import.mapping')), element('p', {class: 'hint'}, t('import.mappingHint', {encoding: mapping.encoding ?? '–', crs: mapping.crs ?? '–'})), this.#mapping(result));
    if (result.bbox) parts.push(element('h3', {}, t('import.extent')), this.extent);
    if (preview?.length) parts.push(element('h3', {}, t('import.preview', {n: Math.min(preview.length, PREVIEW_ROWS)})), this.#preview(preview));
    return [...parts, element('div', {class: 'actions'},
      element('button', {type: 'button', class: 'button main', disabled: result.rows.read === 0, onclick: () => this.#run(false)},
        t('import.go', {n: number(result.rows.added + result.rows.updated)})),
      element('button', {type: 'button', class: 'button', id: 'again', hidden: true, onclick: () => this.#run(true)}, t('import.again')))];
  }

  /** One choice a field: the guess is chosen, and every column of the file can be. */
  #mapping({kind, mapping}) {
    const columns = [...new Set([...Object.values(mapping.fields), ...mapping.unused])].sort((a, b) => a.localeCompare(b));
    return element('div', {class: 'mapping'}, ...KINDS[kind].map(field => {
      const guess = mapping.fields[field] ?? '';
      const select = element('select', {name: `map-${field}`}, element('option', {value: ''}, t('import.none')),
        ...columns.map(column => element('option', {value: column, selected: column === guess}, column)));
      select.addEventListener('change', () => {
        this.maps.set(field, select.value);
        document.getElementById('again').hidden = false;
      });
      return element('label', {class: guess ? 'pairing' : 'pairing none'}, element('span', {}, tOr(`field.${field}`, field)), element('code', {}, field), select);
    }));
  }

  #preview(rows) {
    const names = [...new Set(rows.flatMap(row => Object.keys(row)))];
    return element('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': t('import.previewLabel')},
      element('table', {class: 'table'},
        element('thead', {}, element('tr', {}, ...names.map(name => element('th', {scope: 'col'}, name)))),
        element('tbody', {}, ...rows.slice(0, PREVIEW_ROWS).map(row => element('tr', {}, ...names.map(name => element('td', {}, this.#cell(row[name]))))))));
  }

  /** Times stand in the city's zone, as everywhere. */
  #cell(value) {
    return typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:]+Z$/.test(value) ? dateTime(value, this.app.city.timezone) : String(value ?? '');
  }

  async #showExtent(bbox) {
    if (!bbox) return;
    const [west, south, east, north] = bbox;
    const box = {type: 'Feature', properties: {}, geometry: {type: 'Polygon', coordinates: [[[west, south], [east, south], [east, north], [west, north], [west, south]]]}};
    const map = (this.map = new SmallMap(this.extent, this.app, {
      label: () => t('import.extent'), sources: ['extent'],
      layers: theme => [
        {id: 'extent', type: 'fill', source: 'extent', paint: {'fill-color': theme === 'dark' ? '#f0a6d3' : '#7a1f68', 'fill-opacity': 0.12}},
        {id: 'extent-line', type: 'line', source: 'extent', paint: {'line-color': theme === 'dark' ? '#f0a6d3' : '#7a1f68', 'line-width': 2}},
      ],
    }));
    if (!(await map.start()) || this.map !== map) return;
    map.set('extent', [box]);
    const {city} = this.app;
    const corners = city.box ? [[city.box[0], city.box[1]], [city.box[2], city.box[3]]] : [];
    map.fit(boxOf([box, {geometry: {type: 'LineString', coordinates: corners}}]), 15);
  }

  #imported(result) {
    const {app} = this;
    if (!result.batch) return [element('p', {}, t('import.nothingNew'))];
    const section = name => () => {
      app.state.more.section = name;
      app.go('data');
    };
    return [element('p', {}, t('import.batch', {id: result.batch})),
      element('div', {class: 'actions'},
        element('button', {type: 'button', class: 'button main', onclick: () => app.go('map', {}, result.kind === 'incidents' ? {batch: String(result.batch)} : {})}, t('import.onMap')),
        element('button', {type: 'button', class: 'button', onclick: section('batches')}, t('import.toBatches')),
        result.unmatched > 0 ? element('button', {type: 'button', class: 'button', onclick: section('review')}, t('import.toReview')) : '')];
  }
}

const sizeOf = bytes => (bytes < 1e6 ? number(Math.ceil(bytes / 1e3), {style: 'unit', unit: 'kilobyte'})
  : number(bytes / 1e6, {style: 'unit', unit: 'megabyte', maximumSignificantDigits: 3}));
