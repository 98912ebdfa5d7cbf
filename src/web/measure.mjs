// What is shown of the density: itself, its change against another period, or how the problem's share stands to
// that of all.

import {byId, element, redraw} from './dom.mjs';
import {dayOf, t} from './i18n.mjs';
import {addDays, joinPeriod, periodBefore, periodYearBefore, splitPeriod} from './period.mjs';

const DEFAULT_DAYS = 90;

export class Measure {
  /** `filtersToo` draws the filters anew when the measure needs a period. */
  constructor(state, changed, filtersToo) {
    this.state = state;
    this.changed = changed;
    this.filtersToo = filtersToo;
    const form = byId('filters');
    this.select = form.measure;
    this.from = form['compare-from'];
    this.to = form['compare-to'];
    this.select.addEventListener('change', () => this.#choose(this.select.value));
    for (const input of [this.from, this.to])
      input.addEventListener('change', () => this.#compare(joinPeriod(this.from.value, this.to.value)));
  }

  show(city) {
    this.city = city;
    this.refresh();
  }

  refresh() {
    const {density, filters} = this.state;
    const now = density.compare ? 'difference' : density.over ? 'relative-risk' : 'density';
    this.select.replaceChildren(...['density', 'difference', 'relative-risk'].map(measure =>
      element('option', {value: measure}, t(`measure.${measure}`))));
    this.select.value = now;
    byId('compare').hidden = now !== 'difference';
    if (now !== 'difference') return;
    [this.from.value, this.to.value] = splitPeriod(density.compare);
    const offers = [['measure.before', periodBefore(filters.datetime)], ['measure.yearBefore', periodYearBefore(filters.datetime)]];
    redraw(byId('compare-periods'), ...offers.filter(([, period]) => period).map(([key, period]) =>
      element('button', {type: 'button', class: 'chip', 'aria-pressed': String(period === density.compare),
        onclick: () => this.#compare(period)}, t(key))));
  }

  #compare(period) {
    if (period) this.state.density.compare = period;
    this.changed();
  }

  #choose(measure) {
    const {density} = this.state;
    delete density.over;
    delete density.compare;
    if (measure === 'relative-risk') density.over = 'all';
    if (measure === 'difference') this.#startComparing();
    this.changed();
  }

  /** A change needs a period with both ends: the last ninety days where none is set. */
  #startComparing() {
    const {density, filters} = this.state;
    const last = this.city?.max_time && dayOf(this.city.max_time, this.city.timezone);
    if (!periodBefore(filters.datetime ?? '') && last) {
      filters.datetime = joinPeriod(addDays(last, 1 - DEFAULT_DAYS), last);
      this.filtersToo();
    }
    const before = periodBefore(filters.datetime ?? '');
    if (before) density.compare = before;
  }
}
