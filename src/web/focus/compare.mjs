// Two plans beside each other: what each expects, what plans made alike have caught, what they share.

import {element} from '../parts/dom.mjs';
import {density, number, percent, t} from '../parts/i18n.mjs';
import {readBudget} from './options.mjs';
import {keyOf} from './table.mjs';

/** A budget in words: 10 km of street, 120 crew-hours. */
export function budgetText(text) {
  const {amount, unit} = readBudget(text) ?? {};
  return unit ? t(`focus.budgetOf.${unit}`, {n: number(amount)}) : '';
}

const range = score => (score ? t('focus.withInterval', {mean: percent(score.mean), low: percent(score.low), high: percent(score.high)}) : '–');

/** What differs between the two requests, in words. */
function differences(a, b) {
  const names = [...new Set([...a.keys(), ...b.keys()])].filter(name => a.get(name) !== b.get(name));
  return names.map(name => [name, a.get(name) ?? '–', b.get(name) ?? '–']);
}

/** `a` and `b` are {query, plan}: the kept plan and the present one. */
export function comparison(a, b) {
  const ids = new Set(a.plan.features.map(keyOf(a.plan)));
  const shared = b.plan.features.map(keyOf(b.plan)).filter(key => ids.has(key)).length;
  const row = (label, of) => element('tr', {}, element('th', {scope: 'row'}, label), ...[a, b].map(({plan}) => element('td', {class: 'number'}, of(plan))));
  const asked = differences(a.query, b.query).map(([name, x, y]) => element('tr', {}, element('th', {scope: 'row'}, element('code', {}, name)), element('td', {class: 'number'}, x), element('td', {class: 'number'}, y)));
  return element('table', {class: 'table compare'},
    element('thead', {}, element('tr', {}, element('th', {scope: 'col'}, t('focus.compared')), element('th', {scope: 'col', class: 'number'}, t('focus.planA')), element('th', {scope: 'col', class: 'number'}, t('focus.planB')))),
    element('tbody', {}, ...asked,
      row(t('focus.tile.expected'), plan => t('focus.ofTotal', {share: percent(plan.expected_total > 0 ? plan.expected_in_chosen / plan.expected_total : 0), n: density(plan.expected_in_chosen)})),
      row(t('focus.tile.heldOut'), plan => range(plan.held_out?.hit_rate)),
      row(t('focus.tile.possible'), plan => range(plan.held_out?.of_possible)),
      row(t('focus.chosen'), plan => number(plan.chosen)),
      row(t('focus.tile.spent'), plan => (plan.chosen_h !== undefined ? `${number(plan.chosen_h, {maximumFractionDigits: 1})} ${t('focus.unit.h')}` : `${number(plan.chosen_km, {maximumFractionDigits: 2})} ${t('focus.unit.km')}`)),
      element('tr', {}, element('th', {scope: 'row'}, t('focus.shared')), element('td', {class: 'number', colspan: '2'}, number(shared)))));
}
