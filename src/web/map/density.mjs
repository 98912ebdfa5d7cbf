// How density is computed: kernel, bandwidth, measure, what is hidden, corrections. One part of the form each; this one
// has the plain ones and keeps the others together.

import {offers} from '../api.mjs';
import {Bandwidth} from './bandwidth.mjs';
import {byId, element, redraw} from '../parts/dom.mjs';
import {t} from '../parts/i18n.mjs';
import {Measure} from './measure.mjs';

const KERNELS = ['quartic', 'epanechnikov', 'gaussian', 'triweight', 'uniform', 'triangular'];
const DEFAULT_KERNEL = 'quartic';
/** Those that some servers do not have. */
const SWITCHES = ['adaptive', 'edge-correction'];
/** What stands in the section that folds: it opens where the address sets one of them. */
const FOLDED = ['kernel', 'over', 'min-n', ...SWITCHES];

export class DensityControls {
  constructor(app, changed, filtersChanged) {
    const form = byId('controls');
    this.state = app.state;
    this.changed = changed;
    this.kernel = form.kernel;
    this.minN = form['min-n'];
    this.bandwidth = new Bandwidth(app.state, form, changed);
    this.measure = new Measure(app, form, changed, filtersChanged);
    form.addEventListener('submit', event => event.preventDefault());
    this.kernel.addEventListener('change', () => this.#set('kernel', this.kernel.value === DEFAULT_KERNEL ? '' : this.kernel.value));
    this.minN.addEventListener('change', () => this.#set('min-n', this.minN.validity.valid ? this.minN.value : ''));
  }

  refresh() {
    const {density} = this.state;
    this.kernel.replaceChildren(...KERNELS.map(kernel => element('option', {value: kernel}, t(`kernel.${kernel}`))));
    this.kernel.value = density.kernel ?? DEFAULT_KERNEL;
    this.minN.value = density['min-n'] ?? '';
    this.minN.placeholder = density.over ? '5' : '0';
    this.#showSwitches();
    this.bandwidth.refresh();
    this.measure.refresh();
    if (FOLDED.some(name => density[name])) byId('density').open = true;
  }

  #set(name, value) {
    if (value) this.state.density[name] = value;
    else delete this.state.density[name];
    this.changed();
  }

  #showSwitches() {
    const {density} = this.state;
    const {more} = this.state;
    const smooth = element('input', {type: 'checkbox', name: 'scale', value: 'continuous', checked: more.scale === 'continuous', disabled: Boolean(density.over)});
    smooth.addEventListener('change', () => {
      more.scale = smooth.checked ? 'continuous' : '';
      this.changed();
    });
    redraw(byId('density-switches'),
      element('label', {class: 'chip check', title: t('density.continuous.hint')}, smooth, element('span', {}, t('density.continuous'))),
      ...SWITCHES.filter(offers).map(name => {
      const box = element('input', {type: 'checkbox', name, value: name, checked: density[name] === 'true'});
      box.addEventListener('change', () => this.#set(name, box.checked ? 'true' : ''));
      return element('label', {class: 'chip check', title: t(`density.${name}.hint`)}, box, element('span', {}, t(`density.${name}`)));
    }));
  }
}
