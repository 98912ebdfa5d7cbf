// The bandwidth: usual ones at a press, any one in metres, and what methods advise for the present filters.

import {bandwidths} from '../api.mjs';
import {byId, element, redraw} from '../parts/dom.mjs';
import {lang, number, t, tOr} from '../parts/i18n.mjs';
import {busy} from '../parts/ready.mjs';
import {BANDWIDTHS, densityParameters, LEAST_BANDWIDTH, MOST_BANDWIDTH} from './state.mjs';

const metresText = metres => (metres < 1000 ? `${number(metres)} m` : `${number(metres / 1000)} km`);
const within = metres => Math.min(MOST_BANDWIDTH, Math.max(LEAST_BANDWIDTH, metres));

export class Bandwidth {
  constructor(state, form, changed) {
    this.state = state;
    this.changed = changed;
    this.advice = null; // {key, answer} or {key, error}
    this.asking = new AbortController();
    this.input = form['bandwidth-m'];
    this.input.addEventListener('change', () => {
      const metres = this.input.valueAsNumber;
      if (metres > 0) this.#set(metres);
      else this.refresh();
    });
    byId('suggest').addEventListener('click', () => this.#ask());
  }

  refresh() {
    const {state} = this;
    const all = [...new Set([...BANDWIDTHS, Number(state.bandwidth)])].sort((a, b) => a - b);
    if (byId('bandwidths')) redraw(byId('bandwidths'), ...all.map(metres => this.#radio(metres)));
    this.input.value = state.bandwidth;
    this.#showAdvice();
  }

  #set(metres) {
    this.state.bandwidth = String(Math.round(within(metres) * 10) / 10);
    this.changed();
  }

  #radio(metres) {
    const input = element('input', {type: 'radio', name: 'bandwidth', value: metres, checked: String(metres) === this.state.bandwidth});
    input.addEventListener('change', () => this.#set(metres));
    return element('label', {}, input, element('span', {}, metresText(metres)));
  }

  /** What the advice depends on: everything but the bandwidth itself. */
  #key() {
    const parameters = densityParameters(this.state);
    parameters.delete('bandwidth');
    return parameters.toString();
  }

  async #ask() {
    const key = this.#key();
    this.asking.abort();
    this.asking = new AbortController();
    const {signal} = this.asking;
    byId('suggest').disabled = true;
    this.advice = {key};
    this.#showAdvice();
    try {
      this.advice = {key, answer: await busy(bandwidths(densityParameters(this.state), signal))};
    } catch (error) {
      if (!signal.aborted) this.advice = {key, error};
    }
    byId('suggest').disabled = false;
    this.#showAdvice();
  }

  #showAdvice() {
    const list = byId('suggestions');
    if (this.advice?.key !== this.#key()) this.advice = null;
    const {answer, error} = this.advice ?? {};
    list.hidden = !this.advice;
    if (!this.advice) return;
    if (error) list.replaceChildren(element('li', {class: 'bad'}, t('error.load', {reason: error.message})));
    else if (!answer) list.replaceChildren(element('li', {class: 'hint'}, t('value.loading')));
    else redraw(list, ...answer.choices.map(choice => this.#choice(choice)),
      element('li', {class: 'hint'}, t('bandwidth.basis', {n: number(answer.used), all: number(answer.n)})));
  }

  #choice(choice) {
    const name = tOr(`bandwidth.${choice.method}`, choice.method);
    const reason = element('span', {class: 'hint'}, lang() === 'zh' ? choice.reason_zh : choice.reason_en);
    if (choice.error) return element('li', {}, element('strong', {}, name), reason, element('span', {class: 'hint'}, choice.error));
    const metres = Math.round(choice.bandwidth_m);
    // A least value at the end of what was searched is no minimum; nor can less than the least be drawn.
    const note = (choice.at_limit || metres !== within(metres)) && element('span', {class: 'hint'}, t('bandwidth.limit'));
    const take = element('button', {type: 'button', class: 'chip', 'aria-pressed': String(String(metres) === this.state.bandwidth),
      disabled: metres !== within(metres), onclick: () => this.#set(metres)}, `${name} · ${number(metres)} m`);
    return element('li', {}, take, reason, note || null);
  }
}
