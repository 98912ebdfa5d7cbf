// Two periods: as one map of their change, with a line to swipe, side by side; and small maps of many parts of the
// period on one legend.

import * as api from '../api.mjs';
import {byId, element, redraw} from '../parts/dom.mjs';
import {startComparing} from '../parts/filters.mjs';
import {dayOf, number, t} from '../parts/i18n.mjs';
import {addDays, joinPeriod, splitPeriod} from '../parts/period.mjs';
import {busy} from '../parts/ready.mjs';
import {periodText} from '../parts/words.mjs';
import {drawParameters, VIEWS, viewOf} from './state.mjs';

const MOST_PANELS = 12;
const KINDS = ['month', 'quarter', 'year', 'weekday', 'hours'];
const HOURS_A_PART = 3;

const pad = n => String(n).padStart(2, '0');

/** Calendar parts of `months` months that touch [first, last], the last ones where there are too many. */
function calendarParts(first, last, months) {
  const parts = [];
  const at = Number(first.slice(0, 4)) * 12 + Math.floor((Number(first.slice(5, 7)) - 1) / months) * months;
  const day = month => `${Math.floor(month / 12)}-${pad(month % 12 + 1)}-01`;
  for (let month = at; day(month) <= last; month += months) {
    const [from, to] = [day(month), addDays(day(month + months), -1)];
    const name = months === 12 ? from.slice(0, 4) : months === 3 ? `${from.slice(0, 4)} Q${Math.floor(month % 12 / 3) + 1}` : from.slice(0, 7);
    parts.push({name, change: {datetime: joinPeriod(from < first ? first : from, to > last ? last : to)}});
  }
  return parts.slice(-MOST_PANELS);
}

export class Compare {
  /** `view()` gives the map; `changed` runs after the view changed, `filtersChanged` after filters did. */
  constructor(app, view, changed, filtersChanged) {
    Object.assign(this, {app, view, changed, filtersChanged, asking: new AbortController()});
    this.able = undefined; // names that the map can show; undefined: all
    byId('swipe').addEventListener('input', () => this.#swipe());
    byId('panels-by').addEventListener('change', () => {
      this.app.state.more.panels = byId('panels-by').value;
      this.changed();
    });
  }

  cancel() {
    this.asking.abort();
  }

  /** Buttons and the frame of the view in force. */
  refresh() {
    const {state, city} = this.app;
    const view = viewOf(state);
    byId('maps').dataset.view = view;
    redraw(byId('views'), ...VIEWS.filter(name => !this.able || this.able.includes(name)).map(name => {
      const input = element('input', {type: 'radio', name: 'view', value: name, checked: name === view});
      input.addEventListener('change', () => this.#choose(name));
      return element('label', {title: t(`view.${name}.hint`)}, input, element('span', {}, t(`view.${name}`)));
    }));
    byId('swipe').hidden = view !== 'swipe';
    this.#swipe();
    const two = view === 'swipe' || view === 'side';
    byId('period-names').hidden = !two;
    if (two) {
      const [before, now] = byId('period-names').children;
      before.textContent = periodText(state.compare, city);
      now.textContent = periodText(state.filters.datetime, city);
    }
    byId('panels').hidden = view !== 'panels';
    byId('panels-by').hidden = view !== 'panels';
    redraw(byId('panels-by'), ...KINDS.map(kind => element('option', {value: kind}, t(`panels.${kind}`))));
    byId('panels-by').value = this.#kind();
  }

  #kind() {
    const {panels} = this.app.state.more;
    return KINDS.includes(panels) ? panels : 'month';
  }

  #choose(name) {
    const {state, city} = this.app;
    const needsOther = ['difference', 'swipe', 'side'].includes(name);
    state.view = name === 'one' && !state.compare ? null : name;
    if (needsOther && !state.compare) {
      startComparing(state, city);
      this.filtersChanged();
    } else {
      this.changed();
    }
  }

  #swipe() {
    const share = byId('swipe').value;
    byId('maps').style.setProperty('--swipe', `${share}%`);
    byId('swipe').setAttribute('aria-valuetext', t('compare.share', {share}));
  }

  #parts() {
    const {state, city} = this.app;
    const kind = this.#kind();
    if (kind === 'weekday')
      return [1, 2, 3, 4, 5, 6, 7].map(day => ({name: t(`weekday.${day}`), change: {weekdays: String(day)}}));
    if (kind === 'hours') {
      return Array.from({length: 24 / HOURS_A_PART}, (_, i) => i * HOURS_A_PART).map(hour =>
        ({name: `${pad(hour)}:00–${pad(hour + HOURS_A_PART)}:00`, change: {hours: `${hour}-${hour + HOURS_A_PART - 1}`}}));
    }
    const [from, to] = splitPeriod(state.filters.datetime ?? '');
    const first = from || (city.min_time && dayOf(city.min_time, city.timezone));
    const last = to || (city.max_time && dayOf(city.max_time, city.timezone));
    return first && last ? calendarParts(first, last, {month: 1, quarter: 3, year: 12}[kind]) : [];
  }

  /** Draws the small maps, pictures of the server; answers the legend that holds for all. */
  async drawPanels() {
    this.asking.abort();
    this.asking = new AbortController();
    const {signal} = this.asking;
    const {state} = this.app;
    const parts = this.#parts();
    byId('panels').style.setProperty('--columns', String(parts.length > 8 ? 4 : parts.length > 4 ? Math.ceil(parts.length / 2) : Math.max(1, Math.ceil(Math.sqrt(parts.length)))));
    byId('panels').replaceChildren(...parts.map(part => this.#panel(part)));
    const figures = [...byId('panels').children];
    const box = figures[0]?.querySelector('.frame').getBoundingClientRect();
    const legends = await busy(Promise.all(parts.map(async (part, i) => {
      const picture = this.#picture(part, box);
      const [legend] = await Promise.all([api.legend(drawParameters(state, part.change, true), signal), busy(loaded(figures[i].querySelector('img'), picture))]);
      if (!signal.aborted) figures[i].querySelector('.hint').textContent = t('legend.n', {n: number(legend.n)});
      return legend;
    })));
    return legends[0];
  }

  #panel(part) {
    const {state} = this.app;
    const open = () => {
      Object.assign(state.filters, part.change);
      state.view = null;
      this.filtersChanged();
    };
    return element('figure', {class: 'small'},
      element('button', {type: 'button', class: 'frame', 'aria-label': t('panels.open', {name: part.name}), onclick: open},
        element('img', {alt: t('panels.picture', {name: part.name})})),
      element('figcaption', {class: 'row'}, element('strong', {}, part.name), element('span', {class: 'hint'})));
  }

  #picture(part, box) {
    const {state} = this.app;
    const query = drawParameters(state, part.change);
    const [width, height] = [Math.max(80, Math.round(box.width)), Math.max(80, Math.round(box.height))];
    const more = {
      bbox: this.view().box.map(x => x.toFixed(6)).join(','), width: width * 2, height: height * 2, scale: 1,
      density: 'true', style: state.theme, lang: state.lang, v: this.app.city.version,
    };
    for (const [name, value] of Object.entries(more)) query.set(name, value);
    return api.mapPicture(query);
  }
}

function loaded(image, address) {
  image.src = address;
  return image.decode().catch(() => image.closest('figure').classList.add('failed'));
}
