// What takes a while: said in its place with a way to end it; where it fails, why, with a way to try again.

import {element} from './dom.mjs';
import {t} from './i18n.mjs';
import {busy} from './ready.mjs';

const AFTER_MS = 250; // shorter waits are not worth a word

export class Task {
  constructor(place) {
    this.place = place;
    this.controller = new AbortController();
  }

  /** Runs `work(signal)` and hands its result to `show`; a newer call overtakes an older one. */
  async run(work, show) {
    this.end();
    const controller = (this.controller = new AbortController());
    const again = () => this.run(work, show);
    // What is there stays, paler, until what replaces it has come.
    const shown = this.place.childElementCount > 0 && !this.place.querySelector(':scope > .state');
    if (shown) this.place.setAttribute('aria-busy', 'true');
    const waiting = shown ? 0 : setTimeout(() => this.place.replaceChildren(this.#waiting()), AFTER_MS);
    try {
      const result = await busy(work(controller.signal));
      clearTimeout(waiting);
      if (controller.signal.aborted) return;
      this.place.removeAttribute('aria-busy');
      if (!shown) this.place.replaceChildren();
      await show(result);
    } catch (error) {
      clearTimeout(waiting);
      if (controller.signal.aborted && !controller.ended) return;
      this.place.removeAttribute('aria-busy');
      this.place.replaceChildren(error.name === 'AbortError' ? this.#stopped(again) : failure(error, again));
    }
  }

  /** Ends what runs, silently. */
  end() {
    this.controller.abort();
  }

  #waiting() {
    const {controller} = this;
    const stop = () => {
      controller.ended = true;
      controller.abort();
    };
    return element('div', {class: 'state', role: 'status'},
      element('span', {class: 'spinner', 'aria-hidden': 'true'}), element('p', {}, t('loading.text')),
      element('button', {type: 'button', class: 'button', onclick: stop}, t('loading.cancel')));
  }

  #stopped(again) {
    return element('div', {class: 'state', role: 'status'}, element('p', {}, t('task.stopped')),
      element('button', {type: 'button', class: 'button', onclick: again}, t('error.retry')));
  }
}

/** A box that says what failed and what to do. */
export function failure(error, again) {
  return element('div', {class: 'state bad', role: 'alert'},
    element('p', {}, error.status === 0 ? t('error.offline') : error.message),
    again ? element('button', {type: 'button', class: 'button', onclick: again}, t('error.retry')) : null);
}

/** A box for what there is nothing of. */
export const nothing = (title, text, ...more) => element('div', {class: 'state'},
  element('h3', {}, title), element('p', {class: 'hint'}, text), ...more);
