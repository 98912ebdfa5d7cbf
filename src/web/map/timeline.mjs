// The time slider: a kernel in time about a moment, moved by days or weeks over the data's extent, or played.

import {byId, element} from '../parts/dom.mjs';
import {date, dayOf, number, t} from '../parts/i18n.mjs';
import {addDays, daysBetween, splitPeriod} from '../parts/period.mjs';
import {whenReady} from '../parts/ready.mjs';
import {viewOf} from './state.mjs';

const STEPS = {day: 1, week: 7};
const WIDTHS = [1, 3, 7, 14, 30, 90]; // days
const DEFAULT_WIDTH = 'P7D';
const FRAME_MS = 500; // a picture stands at least this long

const pause = ms => new Promise(resolve => setTimeout(resolve, ms));

export class Timeline {
  constructor(app, form, changed) {
    this.app = app;
    this.state = app.state;
    this.changed = changed;
    this.step = 'day';
    this.playing = false;
    this.switch = form.moving;
    this.slider = form.moment;
    this.stepSelect = form.step;
    this.widthSelect = form['time-width'];
    this.playButton = byId('play');
    this.switch.addEventListener('change', () => this.#toggle(this.switch.checked));
    // The words follow the thumb; the map follows when it is let go.
    this.slider.addEventListener('input', () => this.#showMoment(this.#sliderDay()));
    this.slider.addEventListener('change', () => this.#go(this.#sliderDay()));
    this.stepSelect.addEventListener('change', () => {
      this.step = this.stepSelect.value;
      this.refresh();
    });
    this.widthSelect.addEventListener('change', () => {
      this.state.density['time-bandwidth'] = this.widthSelect.value;
      this.changed();
    });
    this.playButton.addEventListener('click', () => (this.playing ? this.stop() : this.#play()));
    byId('now').addEventListener('click', () => {
      this.stop();
      this.#go('now');
    });
  }

  refresh() {
    const {density} = this.state;
    this.city = this.app.city;
    const on = Boolean(density.at);
    const [first, last] = this.#extent();
    this.switch.checked = on;
    this.switch.disabled = !first;
    byId('timeline').hidden = !on || !first;
    if (!on) this.stop();
    if (!on || !first) return;
    // Days back from the last one, so that weeks end with the newest data.
    const step = STEPS[this.step];
    this.slider.min = -step * Math.floor(daysBetween(first, last) / step);
    this.slider.max = 0;
    this.slider.step = step;
    const day = density.at === 'now' ? this.#newest() : density.at.slice(0, 10);
    this.slider.value = daysBetween(last, day);
    this.#showMoment(density.at === 'now' ? 'now' : day);
    this.#showChoices();
    this.playButton.textContent = t(this.playing ? 'time.stop' : 'time.play');
    this.playButton.setAttribute('aria-pressed', String(this.playing));
    byId('now').setAttribute('aria-pressed', String(density.at === 'now'));
  }

  stop() {
    if (!this.playing) return;
    this.playing = false;
    this.refresh();
  }

  #newest() {
    return dayOf(this.city.max_time, this.city.timezone);
  }

  /** The days that the slider reaches over: the data's, inside the filter's period. */
  #extent() {
    const {city} = this;
    if (!city?.min_time || !city.max_time) return [];
    const [from, to] = splitPeriod(this.state.filters.datetime ?? '');
    const first = dayOf(city.min_time, city.timezone);
    const last = this.#newest();
    const extent = [from > first ? from : first, to && to < last ? to : last];
    return extent[0] <= extent[1] ? extent : [first, last];
  }

  #sliderDay() {
    return addDays(this.#extent()[1], Number(this.slider.value));
  }

  #showMoment(day) {
    // Noon in UTC is the same calendar day in most of the world, and here the day is a name only.
    const text = day === 'now' ? t('time.nowAt', {day: date(`${this.#newest()}T12:00:00Z`, 'UTC')}) : date(`${day}T12:00:00Z`, 'UTC');
    byId('moment-text').textContent = text;
    this.slider.setAttribute('aria-valuetext', text);
  }

  #showChoices() {
    this.stepSelect.replaceChildren(...Object.keys(STEPS).map(step => element('option', {value: step}, t(`time.by.${step}`))));
    this.stepSelect.value = this.step;
    const width = this.state.density['time-bandwidth'] ?? DEFAULT_WIDTH;
    const options = WIDTHS.map(days => [`P${days}D`, t('time.width', {n: number(days)})]);
    if (!options.some(([value]) => value === width)) options.push([width, width]);
    this.widthSelect.replaceChildren(...options.map(([value, text]) => element('option', {value}, text)));
    this.widthSelect.value = width;
  }

  #toggle(on) {
    const {density} = this.state;
    if (on) {
      density.at = 'now';
      if (viewOf(this.state) === 'difference') this.state.view = 'one';
    } else delete density.at;
    this.changed();
  }

  #go(day) {
    this.state.density.at = day;
    this.changed();
  }

  /** From where the slider stands, from the beginning when it stands at the end; each picture when the last is there. */
  async #play() {
    this.playing = true;
    this.refresh();
    const last = this.#extent()[1];
    const step = STEPS[this.step];
    let day = this.#sliderDay();
    if (addDays(day, step) > last) day = addDays(last, Number(this.slider.min) - step);
    while (this.playing && addDays(day, step) <= last) {
      day = addDays(day, step);
      this.#go(day);
      await Promise.all([pause(FRAME_MS), whenReady()]);
    }
    this.stop();
  }
}
