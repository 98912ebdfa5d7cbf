// The dock at the side: what a click told, the incidents behind a number, the table beside the map. One at a time, with
// a way back.

import {byId, element} from '../parts/dom.mjs';
import {t} from '../parts/i18n.mjs';

export class Dock {
  /** `resized` runs after it opened or closed. */
  constructor(resized) {
    this.resized = resized;
    this.owner = null;
  }

  /** Shows content under a title. `closed` runs when the reader closes it; `back`, where given, gets a button. */
  show(owner, title, content, {closed, back, wide} = {}) {
    const dock = byId('dock');
    const opened = dock.hidden || dock.classList.contains('wide') !== Boolean(wide);
    this.owner = owner;
    this.closed = closed;
    dock.hidden = false;
    dock.classList.toggle('wide', Boolean(wide));
    dock.replaceChildren(
      element('div', {class: 'row head'},
        back ? element('button', {type: 'button', class: 'quiet', 'aria-label': t('dock.back'), title: t('dock.back'), onclick: back},
          element('span', {class: 'arrow back', 'aria-hidden': 'true'})) : null,
        element('h2', {}, title),
        element('button', {type: 'button', class: 'quiet close', 'aria-label': t('map.close'), title: t('map.close'), onclick: () => this.close()}, '×')),
      content);
    dock.scrollTop = 0;
    if (opened) this.resized();
  }

  /** Whether it shows what `owner` put there. */
  shows(owner) {
    return !byId('dock').hidden && this.owner === owner;
  }

  close() {
    if (byId('dock').hidden) return;
    byId('dock').hidden = true;
    byId('dock').replaceChildren();
    this.owner = null;
    const {closed} = this;
    this.closed = null;
    closed?.();
    this.resized();
  }
}
