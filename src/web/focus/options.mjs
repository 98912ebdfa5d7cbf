// What a plan is asked for: the budget, what may be chosen, constraints. Kept in the URL under the names that /focus takes.

import {element} from '../parts/dom.mjs';
import {nameOf, t} from '../parts/i18n.mjs';
import {filterParameters} from '../state.mjs';

/** Names in the address; `kept` is another plan to compare with, as its own query. */
export const NAMES = ['budget', 'level', 'grid', 'min-per', 'connected', 'avoid', 'weight', 'visits', 'minutes', 'crews',
  'horizon', 'origin', 'method'];
export const PARAMETERS = [...NAMES, 'kept'];

const METHODS = ['stack', 'mixture', 'regression', 'self-exciting', 'kernel', 'last-period', 'all-history'];
const HORIZONS = [7, 14, 30, 60, 90];
const GRIDS = ['square:100', 'square:150', 'square:250'];
const WEIGHTS = ['count', 'severity', 'complaints'];
const USUAL = {horizon: '30', weight: 'count', visits: '1', minutes: '60', avoid: 'none', method: 'auto'};
const BUDGET = {km: '10', h: '120'};

/** {amount, unit} of `10km` or `120h`; null for anything else. */
export function readBudget(text) {
  const found = /^(\d+(?:\.\d+)?)(km|h)$/.exec(text ?? '');
  return found && {amount: Number(found[1]), unit: found[2]};
}

/** The plan that the state asks for, as /focus takes it; null where there is no budget. */
export function planOf(state) {
  if (!readBudget(state.more.budget)) return null;
  const query = filterParameters(state);
  for (const name of NAMES) if (state.more[name]) query.set(name, state.more[name]);
  return query;
}

export class Options {
  /** `make` runs when a plan is wanted. */
  constructor(app, make) {
    this.app = app;
    this.make = make;
    this.element = element('form', {class: 'plan-form stack', 'aria-label': t('focus.options')});
    this.element.addEventListener('submit', event => {
      event.preventDefault();
      this.#take();
      this.make();
    });
    this.element.addEventListener('change', () => this.#take());
    this.show();
  }

  get budget() {
    return readBudget(this.app.state.more.budget) ?? {amount: Number(BUDGET.km), unit: 'km'};
  }

  show() {
    const {more} = this.app.state;
    const {unit, amount} = this.budget;
    const value = name => more[name] || USUAL[name] || '';
    this.element.replaceChildren(...[
      element('fieldset', {class: 'field'}, element('legend', {}, t('focus.budget')), this.#units(unit),
        element('label', {class: 'amount'}, element('span', {class: 'unseen'}, t('focus.amount')),
          element('input', {type: 'number', name: 'amount', min: '0.1', step: 'any', required: true, value: amount, inputmode: 'decimal'}),
          element('span', {'aria-hidden': 'true'}, t(`focus.unit.${unit}`)))),
      unit === 'h' ? element('div', {class: 'pair'}, this.#number('visits', value('visits'), 1, 24), this.#number('minutes', value('minutes'), 1, 720)) : null,
      this.#select('candidates', this.#candidates(), more.level ? `level:${more.level}` : more.grid ? `grid:${more.grid}` : 'streets'),
      element('div', {class: 'pair'},
        this.#select('horizon', this.#horizons(value('horizon')), value('horizon')),
        element('label', {class: 'field'}, element('span', {}, t('focus.origin')), element('input', {type: 'date', name: 'origin', value: more.origin ?? ''}))),
      this.#number('crews', more.crews ?? '', 1, 100),
      element('fieldset', {class: 'field constraints'}, element('legend', {}, t('focus.constraints')),
        this.#subdistricts(), this.#check('connected', 'true', unit === 'h'), this.#check('avoid', 'permitted', false)),
      element('details', {class: 'more', open: Boolean(more.weight || more.method)}, element('summary', {}, t('focus.more')),
        element('div', {class: 'stack'},
          this.#select('weight', WEIGHTS.map(name => [name, t(`focus.weight.${name}`)]), value('weight')),
          this.#select('method', [['auto', t('focus.method.auto')], ...METHODS.map(name => [name, t(`focus.method.${name}`)])], value('method')))),
      element('button', {type: 'submit', class: 'button main'}, t('focus.make')),
    ].filter(Boolean));
  }

  #units(unit) {
    return element('div', {class: 'segments'}, ...['km', 'h'].map(name => element('label', {},
      element('input', {type: 'radio', name: 'unit', value: name, checked: name === unit}), element('span', {}, t(`focus.budget.${name}`)))));
  }

  #select(name, choices, chosen) {
    return element('label', {class: 'field'}, element('span', {}, t(`focus.${name}`)),
      element('select', {name}, ...choices.map(([value, text]) => element('option', {value, selected: value === chosen}, text))));
  }

  #number(name, value, min, max) {
    return element('label', {class: 'field'}, element('span', {}, t(`focus.${name}`)),
      element('input', {type: 'number', name, min, max, step: 1, value, placeholder: t(`focus.${name}None`), inputmode: 'numeric'}));
  }

  #check(name, value, disabled) {
    const on = this.app.state.more[name] === value && !disabled;
    return element('label', {class: 'tick'}, element('input', {type: 'checkbox', name, checked: on, disabled}), element('span', {}, t(`focus.${name}`)));
  }

  /** At least so many of each subdistrict. */
  #subdistricts() {
    const least = /^subdistrict:(\d+)$/.exec(this.app.state.more['min-per'] ?? '')?.[1] ?? '';
    return element('label', {class: 'tick least'}, element('span', {}, t('focus.minPer')),
      element('input', {type: 'number', name: 'min-per', min: 0, max: 100, step: 1, value: least, placeholder: '0', inputmode: 'numeric'}));
  }

  #candidates() {
    const levels = this.app.city.levels.filter(({level, count}) => level !== 'city' && count > 1);
    return [['streets', t('focus.streets')], ...levels.map(level => [`level:${level.level}`, nameOf(level)]),
      ...GRIDS.map(grid => [`grid:${grid}`, t('focus.grid', {m: grid.split(':')[1]})])];
  }

  #horizons(chosen) {
    const days = HORIZONS.includes(Number(chosen)) ? HORIZONS : [...HORIZONS, Number(chosen)].sort((a, b) => a - b);
    return days.map(n => [String(n), t('time.days', {n})]);
  }

  /** Reads the form into the state. */
  #take() {
    const form = this.element.elements;
    const {more} = this.app.state;
    const before = this.budget;
    const unit = form.unit.value;
    const amount = unit === before.unit ? Number(form.amount.value) : Number(BUDGET[unit]);
    const set = (name, value) => (more[name] = value && value !== USUAL[name] ? String(value) : '');
    if (amount > 0) more.budget = `${amount}${unit}`;
    const [kind, ...rest] = form.candidates.value.split(':');
    set('level', kind === 'level' ? rest.join(':') : '');
    set('grid', kind === 'grid' ? rest.join(':') : '');
    for (const name of ['horizon', 'origin', 'crews', 'weight', 'method']) set(name, form[name].value);
    if (form.visits) for (const name of ['visits', 'minutes']) set(name, form[name].value);
    if (unit === 'km') set('visits', '') || set('minutes', '');
    set('min-per', Number(form['min-per'].value) > 0 ? `subdistrict:${form['min-per'].value}` : '');
    set('connected', form.connected.checked && unit === 'km' ? 'true' : '');
    set('avoid', form.avoid.checked ? 'permitted' : '');
    this.app.write();
    if (unit !== before.unit) {
      this.show();
      form.unit.value = unit;
      this.element.querySelector('input[name="unit"]:checked').focus();
    }
  }
}
