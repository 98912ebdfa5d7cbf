// Incidents over time below the map: bars of all that match but for the period, a brush that sets the period, buttons
// that step it, and two date fields that do the same.

import {timeline} from '../api.mjs';
import {charts, colour} from '../parts/chart.mjs';
import {byId, element} from '../parts/dom.mjs';
import {number, percent, t} from '../parts/i18n.mjs';
import {addDays, daysBetween, joinPeriod, splitPeriod} from '../parts/period.mjs';
import {busy} from '../parts/ready.mjs';

const STEPS = ['month', 'week', 'day'];
const DAY_S = 86400;
const HEIGHT_PX = 78;
const NARROW_HEIGHT_PX = 58;
/** Below this many found in a period the patrols' share of them is not drawn. */
const LEAST_FOUND = 20;
const STRAGGLERS = 0.002; // the share of incidents that may be left out

const toSeconds = day => Date.parse(`${day}T00:00:00Z`) / 1000;
const toDay = seconds => new Date(seconds * 1000).toISOString().slice(0, 10);

export class Histogram {
  /** `changed` runs after the period was set. */
  constructor(app, changed) {
    this.app = app;
    this.changed = changed;
    this.asking = new AbortController();
    this.shown = null; // what was asked for
    this.all = []; // periods of the answer
    this.periods = []; // those that are drawn
    this.before = 0; // incidents in those that are not
    this.step = null; // chosen by the server
    const form = byId('time-form');
    this.from = form['time-from'];
    this.to = form['time-to'];
    this.stepSelect = form['time-step'];
    for (const input of [this.from, this.to])
      input.addEventListener('change', () => this.#set(joinPeriod(this.from.value, this.to.value)));
    form.addEventListener('submit', event => event.preventDefault());
    this.stepSelect.addEventListener('change', () => {
      this.step = this.stepSelect.value;
      this.refresh();
    });
    byId('time-back').addEventListener('click', () => this.#move(-1));
    byId('time-on').addEventListener('click', () => this.#move(1));
    byId('time-all').addEventListener('click', () => this.#set(''));
    this.observer = new ResizeObserver(() => this.#resize());
    this.observer.observe(byId('bars'));
  }

  cancel() {
    this.asking.abort();
  }

  end() {
    this.asking.abort();
    this.observer.disconnect();
    this.plot?.destroy();
  }

  /** Shows the state; asks the server where anything but the period changed. */
  async refresh() {
    this.#showControls();
    const key = JSON.stringify([{...this.app.state.filters, datetime: null}, this.step, this.app.city.version]);
    if (key === this.shown) {
      this.plot?.redraw(false);
      this.#say(null);
      return;
    }
    this.asking.abort();
    this.asking = new AbortController();
    const {signal} = this.asking;
    try {
      const [answer] = await Promise.all([busy(timeline(this.app.state, this.step, {datetime: null}, signal)), this.#load()]);
      this.shown = key;
      this.all = answer.periods;
      [this.periods, this.before] = withoutStragglers(answer.periods);
      this.unit = answer.step;
      this.#draw();
      this.#showControls();
      this.#say(null);
    } catch (error) {
      if (error.name === 'AbortError') return;
      this.shown = null;
      byId('bars').replaceChildren(element('p', {class: 'hint'}, t('error.load', {reason: error.message})));
      this.plot = null;
    }
  }

  /** Colours follow the theme. */
  recolour() {
    if (this.periods.length) this.#draw();
  }

  async #load() {
    this.library ??= await charts();
  }

  /** First and last day of the data. */
  #extent() {
    const {all} = this;
    if (!all.length) return [];
    return [all[0].from.slice(0, 10), addDays(all.at(-1).to.slice(0, 10), -1)];
  }

  #set(period) {
    const {filters} = this.app.state;
    if (period) filters.datetime = period;
    else delete filters.datetime;
    this.changed();
  }

  /** The period by its own length, or whole months where it is of whole months; at first the last bar. */
  #move(direction) {
    const [first, last] = this.#extent();
    if (!first) return;
    const [from, to] = splitPeriod(this.app.state.filters.datetime ?? '');
    if (!from && !to) {
      const bar = direction < 0 ? this.periods.at(-1) : this.periods[0];
      this.#set(joinPeriod(bar.from.slice(0, 10), addDays(bar.to.slice(0, 10), -1)));
      return;
    }
    const [start, end] = [from || first, to || last];
    const moved = wholeMonths(start, end) ? moveMonths(start, end, direction) : moveDays(start, end, direction);
    if (moved[1] >= first && moved[0] <= last) this.#set(joinPeriod(...moved));
  }

  #showControls() {
    const [from, to] = splitPeriod(this.app.state.filters.datetime ?? '');
    const [first, last] = this.#extent();
    this.from.value = from;
    this.to.value = to;
    for (const input of [this.from, this.to]) {
      input.min = first ?? '';
      input.max = last ?? '';
    }
    byId('time-all').disabled = !from && !to;
    for (const [id, key] of [['time-back', 'time.back'], ['time-on', 'time.on']]) {
      byId(id).title = t(key);
      byId(id).setAttribute('aria-label', t(key));
    }
    this.stepSelect.replaceChildren(...STEPS.map(step => element('option', {value: step}, t(`time.per.${step}`))));
    this.stepSelect.value = this.step ?? this.unit ?? STEPS[0];
  }

  /** The bar under the pointer: bars stand to the right of their beginning. */
  #barAt(plot) {
    const {left} = plot.cursor;
    if (!(left >= 0)) return null;
    const day = toDay(plot.posToVal(left, 'x'));
    return this.periods.findLast(bar => bar.from.slice(0, 10) <= day);
  }

  /** A bar in words; else what the figure is. */
  #say(bar) {
    byId('time-text').textContent = bar
      ? t('time.bar', {period: bar.period, n: number(bar.count)}) + (effortOf(bar) === null ? '' : t('time.effort', {share: percent(bar.patrol_share, 0)}))
      : this.before > 0 ? t('time.histogramBefore', {n: number(this.before), first: this.periods[0].period}) : t('time.histogram');
  }

  #size() {
    const box = byId('bars');
    return {width: Math.max(120, box.clientWidth), height: innerWidth <= 720 ? NARROW_HEIGHT_PX : HEIGHT_PX};
  }

  #resize() {
    this.plot?.setSize(this.#size());
  }

  #draw() {
    const uPlot = this.library;
    const starts = this.periods.map(bar => toSeconds(bar.from.slice(0, 10)));
    const last = this.periods.at(-1);
    const end = last ? toSeconds(last.to.slice(0, 10)) : 0;
    const axis = {
      stroke: colour('--ink-faint'), font: `11px ${colour('--font')}`, grid: {show: false},
      ticks: {show: true, stroke: colour('--line'), size: 4, width: 1},
    };
    const bars = uPlot.paths.bars({size: [0.86, 60], align: 1});
    this.plot?.destroy();
    this.plot = new uPlot({
      ...this.#size(),
      padding: [6, 4, 0, 0],
      legend: {show: false},
      tzDate: seconds => uPlot.tzDate(new Date(seconds * 1000), 'UTC'),
      cursor: {y: false, points: {show: false}, drag: {x: true, y: false, setScale: false, dist: 5}},
      scales: {x: {time: true, range: [starts[0] ?? 0, end || 1]}, y: {range: (u, low, high) => [0, Math.max(1, high) * 1.05]}, share: {range: [0, 1]}},
      axes: [
        {...axis, size: 22, gap: 3, space: 64, values: (u, marks) => marks.map(seconds => toDay(seconds).slice(0, this.#dayLong() ? 10 : 7))},
        {...axis, size: 52, gap: 4, space: 26, values: (u, marks) => marks.map(mark => (Number.isInteger(mark) ? number(mark) : ''))},
        {...axis, scale: 'share', side: 1, size: 44, gap: 4, stroke: colour('--good'), label: t('time.effortAxis'), labelSize: 14, labelGap: 0, labelFont: `11px ${colour('--font')}`, splits: () => [0, 0.5, 1], values: (u, marks) => marks.map(mark => percent(mark, 0))},
      ],
      series: [{}, {paths: bars, points: {show: false}, fill: colour('--bar-fill'), stroke: 'transparent', width: 0},
        {scale: 'share', stroke: colour('--good'), width: 1.5, points: {show: false}, spanGaps: false}],
      hooks: {
        drawClear: [plot => this.#drawBands(plot)],
        setCursor: [plot => this.#say(this.#barAt(plot))],
        setSelect: [plot => this.#brushed(plot)],
      },
    }, [starts, this.periods.map(bar => bar.count), this.periods.map(effortOf)], element('div'));
    byId('bars').replaceChildren(this.plot.root);
    this.plot.over.addEventListener('click', event => this.#clicked(event));
  }

  /** Whether marks of time need their day. */
  #dayLong() {
    const {periods} = this;
    return periods.length > 0 && daysBetween(periods[0].from.slice(0, 10), periods.at(-1).to.slice(0, 10)) < 200;
  }

  /** The period, and what it is compared with, stand behind the bars. */
  #drawBands(plot) {
    const {state} = this.app;
    const {ctx, bbox} = plot;
    for (const [period, fill] of [[state.compare, '--band-other'], [state.filters.datetime, '--band']]) {
      const [from, to] = splitPeriod(period ?? '');
      if (!from && !to) continue;
      const edge = (day, instead, more) => (day ? plot.valToPos(toSeconds(day) + more, 'x', true) : instead);
      const left = Math.max(bbox.left, edge(from, bbox.left, 0));
      const right = Math.min(bbox.left + bbox.width, edge(to, bbox.left + bbox.width, DAY_S));
      if (right <= left) continue;
      ctx.save();
      ctx.fillStyle = colour(fill);
      ctx.fillRect(left, bbox.top, right - left, bbox.height);
      ctx.restore();
    }
  }

  /** From the start of the first bar that the brush touches to the end of the last one. */
  #brushed(plot) {
    const {left, width} = plot.select;
    if (width < 5) return;
    const [from, to] = [left, left + width].map(x => toDay(plot.posToVal(x, 'x')));
    const touched = this.periods.filter(bar => bar.to.slice(0, 10) > from && bar.from.slice(0, 10) <= to);
    plot.setSelect({left: 0, width: 0, top: 0, height: 0}, false);
    this.dragged = performance.now();
    if (touched.length) this.#set(joinPeriod(touched[0].from.slice(0, 10), addDays(touched.at(-1).to.slice(0, 10), -1)));
  }

  /** A press without a drag takes one bar. */
  #clicked() {
    if (performance.now() - (this.dragged ?? -1000) < 300) return;
    const bar = this.#barAt(this.plot);
    if (bar) this.#set(joinPeriod(bar.from.slice(0, 10), addDays(bar.to.slice(0, 10), -1)));
  }
}

/** A few dates long before the others (1900, say) would squeeze all bars into a corner: such beginnings are left out, and
 * told. [periods, incidents left out]. */
function withoutStragglers(periods) {
  const total = periods.reduce((sum, period) => sum + period.count, 0);
  let before = 0;
  let first = 0;
  while (first < periods.length && before + periods[first].count <= total * STRAGGLERS) before += periods[first++].count;
  return first > periods.length / 4 && first < periods.length ? [periods.slice(first), before] : [periods, 0];
}

/** The patrols' share of what patrols and residents found; a few incidents tell nothing of it. */
const effortOf = bar => (bar.patrol + bar.residents >= LEAST_FOUND ? bar.patrol_share : null);

const firstOfMonth = day => day.slice(8) === '01';
const wholeMonths = (from, to) => firstOfMonth(from) && firstOfMonth(addDays(to, 1));

function moveDays(from, to, direction) {
  const days = direction * (daysBetween(from, to) + 1);
  return [addDays(from, days), addDays(to, days)];
}

function moveMonths(from, to, direction) {
  const index = day => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1;
  const first = month => `${String(Math.floor(month / 12)).padStart(4, '0')}-${String(month % 12 + 1).padStart(2, '0')}-01`;
  const [start, end] = [index(from), index(addDays(to, 1))];
  const months = direction * (end - start);
  return [first(start + months), addDays(first(end + months), -1)];
}
