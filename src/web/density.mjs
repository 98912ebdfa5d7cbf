// How density is computed: kernel, bandwidth, measure, what is hidden, corrections, the moment. One part of the
// form each; this one has the plain ones and keeps the others together.

import {offers} from './api.mjs';
import {Bandwidth} from './bandwidth.mjs';
import {byId, element, redraw} from './dom.mjs';
import {t} from './i18n.mjs';
import {Measure} from './measure.mjs';
import {Timeline} from './timeline.mjs';

const KERNELS = ['quartic', 'epanechnikov', 'gaussian', 'triweight', 'uniform', 'triangular'];
const DEFAULT_KERNEL = 'quartic';
/** Those that some servers do not have. */
const SWITCHES = ['adaptive', 'edge-correction', 'network'];
/** What stands in the section that folds: it opens where the address sets one of them. */
const FOLDED = ['kernel', 'compare', 'over', 'min-n', ...SWITCHES];

export class DensityControls {
  constructor(state, changed, filtersToo) {
    this.state = state;
    this.changed = changed;
    this.kernel = byId('filters').kernel;
    this.minN = byId('filters')['min-n'];
    this.bandwidth = new Bandwidth(state, changed);
    this.measure = new Measure(state, changed, filtersToo);
    this.timeline = new Timeline(state, changed);
    this.kernel.addEventListener('change', () => this.#set('kernel', this.kernel.value === DEFAULT_KERNEL ? '' : this.kernel.value));
    this.minN.addEventListener('change', () => this.#set('min-n', this.minN.validity.valid ? this.minN.value : ''));
  }

  show(city) {
    this.measure.show(city);
    this.timeline.show(city);
    this.refresh();
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
    this.timeline.refresh();
    if (FOLDED.some(name => density[name])) byId('density').open = true;
  }

  #set(name, value) {
    if (value) this.state.density[name] = value;
    else delete this.state.density[name];
    this.changed();
  }

  #showSwitches() {
    const {density} = this.state;
    redraw(byId('density-switches'), ...SWITCHES.filter(offers).map(name => {
      const box = element('input', {type: 'checkbox', name, value: name, checked: density[name] === 'true'});
      box.addEventListener('change', () => this.#set(name, box.checked ? 'true' : ''));
      return element('label', {class: 'chip check', title: t(`density.${name}.hint`)}, box, element('span', {}, t(`density.${name}`)));
    }));
  }
}
