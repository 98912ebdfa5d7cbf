// The search box: names, pinyin, initials and house numbers as they are typed, by the geocoder's suggestions.

import {autocomplete} from '../api.mjs';
import {byId, element} from '../parts/dom.mjs';
import {t, tOr} from '../parts/i18n.mjs';

const PAUSE_MS = 120;

export class Search {
  /** `found(position, suggestion)` runs when one was chosen; `box()` is what is in sight. */
  constructor(box, found) {
    Object.assign(this, {box, found, asking: new AbortController(), suggestions: [], active: -1});
    this.input = element('input', {
      type: 'search', id: 'search-text', role: 'combobox', 'aria-autocomplete': 'list', 'aria-expanded': 'false',
      'aria-controls': 'suggested', autocomplete: 'off', spellcheck: 'false',
    });
    this.list = element('ul', {id: 'suggested', role: 'listbox', hidden: true});
    byId('search').replaceChildren(this.input, this.list);
    this.input.addEventListener('input', () => {
      clearTimeout(this.pause);
      this.pause = setTimeout(() => this.#ask(), PAUSE_MS);
    });
    this.input.addEventListener('keydown', event => this.#pressed(event));
    this.input.addEventListener('blur', () => setTimeout(() => this.#close(), 150));
    this.input.addEventListener('focus', () => this.suggestions.length && this.#show());
  }

  refresh() {
    this.input.placeholder = t('search.placeholder');
    this.input.setAttribute('aria-label', t('search.label'));
    this.list.setAttribute('aria-label', t('search.suggestions'));
  }

  end() {
    clearTimeout(this.pause);
    this.asking.abort();
  }

  async #ask() {
    const text = this.input.value.trim();
    this.asking.abort();
    this.asking = new AbortController();
    const {signal} = this.asking;
    if (!text) {
      this.suggestions = [];
      this.#close();
      return;
    }
    try {
      const answer = await autocomplete(text, this.box(), signal);
      this.suggestions = answer.features;
      this.active = -1;
      this.#show(answer.features.length ? null : t('search.nothing'));
    } catch (error) {
      if (signal.aborted) return;
      this.suggestions = [];
      this.#show(error.status === 403 ? t('search.closed') : t('error.load', {reason: error.message}));
    }
  }

  #show(note) {
    const items = this.suggestions.map((feature, i) => {
      const {geocoding: found} = feature.properties;
      const where = [found.locality, found.district].filter(part => part && part !== found.label && part !== found.name);
      return element('li', {
        id: `suggested-${i}`, role: 'option', 'aria-selected': String(i === this.active),
        onpointerdown: event => {
          event.preventDefault();
          this.#take(i);
        },
      }, element('strong', {}, found.name ?? found.label), ' ',
      element('span', {class: 'hint'}, [tOr(`match.${found.match_type}`, ''), ...where].filter(Boolean).join(' · ')));
    });
    this.list.replaceChildren(...(note ? [element('li', {class: 'hint', role: 'option', 'aria-disabled': 'true', 'aria-selected': 'false'}, note)] : items));
    this.list.hidden = false;
    this.input.setAttribute('aria-expanded', 'true');
    if (this.active >= 0) this.input.setAttribute('aria-activedescendant', `suggested-${this.active}`);
    else this.input.removeAttribute('aria-activedescendant');
  }

  #close() {
    this.list.hidden = true;
    this.input.setAttribute('aria-expanded', 'false');
    this.input.removeAttribute('aria-activedescendant');
  }

  #pressed(event) {
    const {suggestions} = this;
    const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (step && suggestions.length) {
      this.active = (this.active + step + suggestions.length) % suggestions.length;
      this.#show();
    } else if (event.key === 'Enter' && suggestions.length) {
      this.#take(Math.max(0, this.active));
    } else if (event.key === 'Escape' && !this.list.hidden) {
      this.#close();
      event.stopPropagation();
    } else {
      return;
    }
    event.preventDefault();
  }

  #take(i) {
    const feature = this.suggestions[i];
    this.input.value = feature.properties.geocoding.label;
    this.#close();
    if (feature.geometry) this.found(feature.geometry.coordinates, feature.properties.geocoding);
  }
}
