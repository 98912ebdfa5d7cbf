// The filter bar, shared by all pages: problem, period, comparison period, hours, weekdays, source. It writes into the
// state's filters and calls `changed`; what it has no control for (unit, batch ...) stands as chips that can be removed.

import {byId, element, redraw} from './dom.mjs';
import {dayOf, nameOf, number, t, tOr} from './i18n.mjs';
import {addDays, joinPeriod, periodBefore, periodYearBefore, splitPeriod} from './period.mjs';

const CHIPS = ['unit', 'reports', 'status', 'batch', 'bbox', 'time', 'max-accuracy'];
const SOURCES = ['hotline', 'app', 'patrol', 'media', 'sensor'];
const HOURS = ['6-9', '9-17', '17-23', '23-6'];
const COMPARED_DAYS = 90;

/** The period that is compared: a comparison needs both of its ends, so the last ninety days where none are set. */
function comparablePeriod(state, city) {
  const period = state.filters.datetime ?? '';
  if (periodBefore(period) || !city?.max_time) return period;
  const last = dayOf(city.max_time, city.timezone);
  return joinPeriod(addDays(last, 1 - COMPARED_DAYS), last);
}

/** Sets the comparison period to the one before the period. */
export function startComparing(state, city) {
  const period = comparablePeriod(state, city);
  if (!periodBefore(period)) return;
  state.filters.datetime = period;
  state.compare = periodBefore(period);
}

export class Filters {
  constructor(state, changed) {
    this.state = state;
    this.changed = changed;
    this.form = byId('filters');
    this.city = null;
    this.categories = [];
    const {form} = this;
    form.addEventListener('submit', event => event.preventDefault());
    form.addEventListener('reset', event => {
      event.preventDefault();
      this.state.compare = null;
      this.#set(Object.fromEntries(Object.keys(this.state.filters).map(name => [name, null])));
    });
    form.category.addEventListener('change', () => this.#set({category: form.category.value}));
    for (const input of [form.from, form.to])
      input.addEventListener('change', () => this.#set({datetime: joinPeriod(form.from.value, form.to.value)}));
    form.datetime.addEventListener('change', () => this.#set({datetime: form.datetime.value.trim()}));
    for (const input of [form['compare-from'], form['compare-to']])
      input.addEventListener('change', () => this.#compare(joinPeriod(form['compare-from'].value, form['compare-to'].value)));
    for (const select of [form['hour-from'], form['hour-to']])
      select.addEventListener('change', () => this.#setHours(select));
  }

  /** Fills the controls from what the city has and from the state. */
  show(city, categories) {
    this.city = city;
    this.categories = categories;
    this.refresh();
    if (this.counts) this.showMatched(this.counts);
  }

  refresh() {
    this.#showCategories();
    this.#showPeriod();
    this.#showCompare();
    this.#showHours();
    this.#showWeekdays();
    this.#showClock();
    this.#showSources();
    this.#showOthers();
  }

  /** How many incidents pass, and how many of them the heat leaves out and why. */
  showMatched(counts) {
    this.counts = counts;
    if (!counts) {
      byId('matched').replaceChildren();
      return;
    }
    const {total, unmatched, left_out_by_accuracy: coarse} = counts;
    const left = [[unmatched, 'filters.unmatched'], [coarse, 'filters.coarse']].filter(([n]) => n > 0);
    byId('matched').replaceChildren(
      element('strong', {}, total > 0 ? t('filters.matched', {n: number(total)}) : t('filters.matchedNone')),
      ...left.map(([n, key]) => element('span', {class: 'hint'}, t(key, {n: number(n)}))));
  }

  #set(change) {
    for (const [name, value] of Object.entries(change)) {
      if (value) this.state.filters[name] = value;
      else delete this.state.filters[name];
    }
    this.changed();
  }

  #showCategories() {
    const select = this.form.category;
    const option = (value, text, count) =>
      element('option', {value}, count ? `${text}  (${number(count)})` : text);
    select.replaceChildren(option('', t('filters.allCategories')));
    for (const [label, members, own] of groupsOf(this.categories)) {
      const options = members.map(c => option(c.code, nameOf(c), c.count));
      if (own) options.unshift(option(own.code, nameOf(own), own.count));
      select.append(element('optgroup', {label}, ...options));
    }
    const wanted = this.state.filters.category ?? '';
    const known = this.categories.find(c => [c.code, c.name, c.name_en].includes(wanted));
    if (wanted && !known) select.append(option(wanted, this.#namesOf(wanted)));
    select.value = known?.code ?? wanted;
    // A class without incidents is left out of the list, but may be asked for.
    if (select.selectedIndex < 0 && known) {
      select.append(option(known.code, nameOf(known)));
      select.value = known.code;
    }
  }

  #namesOf(codes) {
    const names = codes.split(',').map(code => {
      const found = this.categories.find(c => c.code === code.trim());
      return found ? nameOf(found) : code;
    });
    return names.join(', ');
  }

  #showPeriod() {
    const {form, city} = this;
    const text = this.state.filters.datetime ?? '';
    const [from, to] = splitPeriod(text);
    form.from.value = from;
    form.to.value = to;
    form.datetime.value = text;
    const zone = city?.timezone;
    const first = city?.min_time && dayOf(city.min_time, zone);
    const last = city?.max_time && dayOf(city.max_time, zone);
    for (const input of [form.from, form.to]) {
      if (first) input.min = first;
      if (last) input.max = last;
    }
    form.datetime.placeholder = first ? t('filters.allOf', {from: first, to: last}) : t('filters.all');
    form.datetime.title = t('filters.datetime');
    const chips = [['filters.all', '']];
    if (last)
      for (const [key, days] of [['filters.lastYear', 365], ['filters.last90', 90], ['filters.last30', 30]])
        chips.push([key, `${addDays(last, 1 - days)}/${last}`]);
    redraw(byId('periods'), ...chips.map(([key, period]) => chip(t(key), text === period, () => this.#set({datetime: period}))));
  }

  #showHours() {
    const {form} = this;
    const [from = '', to = ''] = (this.state.filters.hours ?? '').split('-');
    for (const [select, value] of [[form['hour-from'], from], [form['hour-to'], to]]) {
      select.replaceChildren(element('option', {value: ''}, t('filters.anyHour')));
      for (let hour = 0; hour < 24; hour++)
        select.append(element('option', {value: hour}, `${String(hour).padStart(2, '0')}:${select.name === 'hour-to' ? '59' : '00'}`));
      select.value = value === '' ? '' : String(Number(value));
    }
    redraw(byId('hour-choices'), ...['', ...HOURS].map(hours => chip(hours ? hoursText(hours) : t('filters.anyHour'),
      (this.state.filters.hours ?? '') === hours, () => this.#set({hours}))));
  }

  /** Hours and weekdays in one line, for the closed sheet. */
  #showClock() {
    const {hours, weekdays} = this.state.filters;
    const days = [...daysOf(weekdays)].sort().map(day => t(`weekday.${day}`)).join(' ');
    const parts = [hours && hoursText(hours), days].filter(Boolean);
    showValue('clock', 'clock-text', parts.join(' · '), t('filters.anyTime'));
  }

  #showCompare() {
    const {form, state} = this;
    const {compare} = state;
    [form['compare-from'].value, form['compare-to'].value] = splitPeriod(compare ?? '');
    showValue('comparison', 'compare-text', compare, t('filters.noCompare'));
    const period = comparablePeriod(this.state, this.city);
    const choices = [['filters.noCompare', null], ['filters.before', periodBefore(period)], ['filters.yearBefore', periodYearBefore(period)]];
    redraw(byId('compare-periods'), ...choices.filter(([, value]) => value !== '').map(([key, value]) =>
      chip(t(key), compare === value, () => this.#compare(value))));
  }

  #compare(compare) {
    this.state.compare = compare || null;
    this.#set(compare ? {datetime: comparablePeriod(this.state, this.city)} : {});
  }

  /** Several sources at once; those that the address names and are not usual ones too. */
  #showSources() {
    const chosen = new Set((this.state.filters.source ?? '').split(',').filter(Boolean));
    const all = [...new Set([...SOURCES, ...chosen])];
    showValue('origin', 'source-text', [...chosen].map(source => tOr(`source.${source}`, source)).join(', '), t('filters.anySource'));
    redraw(byId('sources'), chip(t('filters.anySource'), chosen.size === 0, () => this.#set({source: null})),
      ...all.map(source => chip(tOr(`source.${source}`, source), chosen.has(source), () => {
        if (!chosen.delete(source)) chosen.add(source);
        this.#set({source: [...chosen].join(',')});
      })));
  }

  #setHours(changedSelect) {
    const {form} = this;
    const from = form['hour-from'].value;
    const to = form['hour-to'].value;
    // One end alone reaches to the end of the day; taking one away takes both.
    if (changedSelect.value === '' || (from === '' && to === '')) this.#set({hours: null});
    else this.#set({hours: `${from === '' ? 0 : from}-${to === '' ? 23 : to}`});
  }

  #showWeekdays() {
    const chosen = daysOf(this.state.filters.weekdays);
    redraw(byId('weekdays'), ...[1, 2, 3, 4, 5, 6, 7].map(day => {
      const box = element('input', {type: 'checkbox', value: day, checked: chosen.has(day)});
      box.addEventListener('change', () => {
        if (box.checked) chosen.add(day);
        else chosen.delete(day);
        const all = chosen.size === 0 || chosen.size === 7;
        this.#set({weekdays: all ? null : [...chosen].sort().join(',')});
      });
      return element('label', {}, box, element('span', {}, t(`weekday.${day}`)));
    }));
  }

  #showOthers() {
    const chips = CHIPS.filter(name => this.state.filters[name]).map(name =>
      element('button', {type: 'button', class: 'chip', 'aria-pressed': 'true', title: t('filters.remove'), onclick: () => this.#set({[name]: null})},
        `${t(`filters.name.${name}`)}: ${this.state.filters[name]} ×`));
    redraw(byId('others'), ...chips);
    const set = Object.keys(this.state.filters).length;
    this.form.querySelector('[type=reset]').hidden = set === 0;
    byId('fold-count').textContent = set > 0 ? number(set) : '';
  }
}

function chip(text, pressed, onclick) {
  return element('button', {type: 'button', class: 'chip', 'aria-pressed': String(pressed), onclick}, text);
}

/** The line of a closed sheet: what is set, or in faint that nothing is. */
function showValue(sheet, line, text, nothing) {
  byId(line).textContent = text || nothing;
  byId(sheet).classList.toggle('set', Boolean(text));
}

/** `18-23` means to the end of that hour. */
function hoursText(hours) {
  const [from, to = from] = hours.split('-').map(Number);
  if (!(from >= 0 && to >= 0)) return hours;
  const clock = hour => `${String(hour).padStart(2, '0')}:00`;
  return `${clock(from)}–${clock(to + 1)}`;
}

/** [label, classes, large class] for the list: topics first, then each large class, then unknown ones. */
function groupsOf(categories) {
  const used = categories.filter(c => c.count > 0);
  const topics = used.filter(isTopic);
  const classes = used.filter(c => !isTopic(c));
  const groups = topics.length ? [[t('filters.groups'), topics, null]] : [];
  const parents = new Set(categories.map(c => c.parent).filter(Boolean));
  for (const parent of categories.filter(c => parents.has(c.code))) {
    const members = classes.filter(c => c.parent === parent.code);
    if (members.length) groups.push([nameOf(parent), members, members.length > 1 ? parent : null]);
  }
  const own = classes.filter(c => !c.parent && !parents.has(c.code)).sort((a, b) => b.count - a.count);
  if (own.length) groups.push([t(groups.length ? 'filters.ownCategories' : 'filters.category'), own, null]);
  return groups;
}

const isTopic = category => category.group;

/** ISO weekdays of `1-5`, `6,7`, `5-1`. */
function daysOf(text) {
  const days = new Set();
  for (const part of (text ?? '').split(',').filter(Boolean)) {
    const [from, to = from] = part.split('-').map(Number);
    if (!(from >= 1 && from <= 7 && to >= 1 && to <= 7)) continue;
    for (let day = from; ; day = (day % 7) + 1) {
      days.add(day);
      if (day === to) break;
    }
  }
  return days;
}
