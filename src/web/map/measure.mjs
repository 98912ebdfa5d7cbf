// What is shown of the density: itself, its change against the comparison period, or how the problem's share stands to
// that of all.

import {startComparing} from '../parts/filters.mjs';
import {element} from '../parts/dom.mjs';
import {t} from '../parts/i18n.mjs';
import {viewOf} from './state.mjs';

export class Measure {
  /** `changed` runs after the density changed, `filtersChanged` after the periods did. */
  constructor(app, form, changed, filtersChanged) {
    this.app = app;
    this.select = form.measure;
    this.changed = changed;
    this.filtersChanged = filtersChanged;
    this.select.addEventListener('change', () => this.#choose(this.select.value));
  }

  refresh() {
    const {state} = this.app;
    this.select.replaceChildren(...['density', 'difference', 'relative-risk'].map(measure =>
      element('option', {value: measure}, t(`measure.${measure}`))));
    this.select.value = viewOf(state) === 'difference' ? 'difference' : state.density.over ? 'relative-risk' : 'density';
  }

  #choose(measure) {
    const {state, city} = this.app;
    delete state.density.over;
    if (measure === 'difference') {
      state.view = 'difference';
      if (!state.compare) startComparing(state, city);
      this.filtersChanged();
      return;
    }
    if (state.view === 'difference' || !state.view) state.view = state.compare ? 'one' : null;
    if (measure === 'relative-risk') state.density.over = 'all';
    this.changed();
  }
}
