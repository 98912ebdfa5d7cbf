// How well incidents are located: the share by month and by unit, against the least that maps need.

import * as api from '../api.mjs';
import {element} from '../parts/dom.mjs';
import {nameOf, number, percent, t} from '../parts/i18n.mjs';
import {nothing, Task} from '../parts/task.mjs';

const LEVELS = ['district', 'subdistrict', 'community'];

export class Section {
  constructor(root, app) {
    this.app = app;
    this.root = root;
    this.showsData = true;
  }

  get level() {
    const {level} = this.app.state.more;
    return LEVELS.includes(level) ? level : 'subdistrict';
  }

  async start() {
    const {app} = this;
    const there = new Set(app.city.levels.map(({level}) => level));
    const levels = element('select', {name: 'level', onchange: () => {
      app.state.more.level = levels.value === 'subdistrict' ? '' : levels.value;
      app.write();
      this.start();
    }}, ...LEVELS.filter(level => there.has(level) || level === this.level).map(level => element('option', {value: level, selected: level === this.level}, t(`level.${level}`))));
    const body = element('div', {class: 'stack'});
    this.task = new Task(body);
    this.root.replaceChildren(
      element('header', {class: 'head row'},
        element('div', {}, element('h1', {}, t('data.located')), element('p', {class: 'hint'}, t('located.intro'))),
        element('label', {class: 'field'}, element('span', {}, t('located.level')), levels)), body);
    await this.task.run(signal => api.hitRate(this.level, signal), rate => body.replaceChildren(...this.#content(rate)));
  }

  end() {
    this.task?.end();
  }

  refresh(what) {
    if (what === 'words' || what === 'data') this.start();
  }

  #content(rate) {
    if (!rate.n) return [nothing(t('located.none'), t('located.noneText'))];
    const figure = (name, text, bad) => element('div', {class: bad ? 'bad' : ''}, element('dt', {}, t(`located.${name}`)), element('dd', {}, text));
    return [
      element('section', {class: 'panel'},
        element('dl', {class: 'numbers'},
          figure('hitRate', percent(rate.hit_rate), rate.below_minimum), figure('ofAddresses', rate.hit_rate_of_addresses == null ? '–' : percent(rate.hit_rate_of_addresses)),
          figure('n', number(rate.n)), figure('given', number(rate.given)), figure('geocoded', number(rate.geocoded)),
          figure('unitOnly', number(rate.unit_only)), figure('unmatched', number(rate.unmatched)), figure('usable', number(rate.usable_for_density))),
        element('p', {class: 'hint'}, t('located.minimum', {share: percent(rate.minimum, 0), of: rate.minimum_of})),
        ...rate.warnings.map(warning => element('p', {class: 'note'}, warning[this.app.state.lang]))),
      element('section', {class: 'panel'}, element('h2', {}, t('located.months')), this.#months(rate)),
      element('section', {class: 'panel'},
        element('div', {class: 'row'}, element('h2', {}, t('located.units', {level: t(`level.${rate.level}`)})),
          element('a', {class: 'button', href: api.hitRateTable(this.level), download: 'hit-rate.csv'}, t('located.csv'))),
        this.#units(rate)),
    ];
  }

  /** Years down, months across; what lies below the least is marked, not only coloured. */
  #months({months, minimum}) {
    const byMonth = new Map(months.map(month => [month.month, month]));
    const years = [...new Set(months.map(({month}) => month.slice(0, 4)))];
    const cell = name => {
      const found = byMonth.get(name);
      if (!found || !found.n) return element('td', {class: 'empty'}, '');
      const bad = found.hit_rate < minimum;
      return element('td', {class: `share ${bad ? 'below' : ''} ${found.clustered ? 'clustered' : ''}`, 
        title: t('located.cell', {name, n: number(found.n), unmatched: number(found.unmatched + found.unit_only)}), 'data-step': String(step(found.hit_rate))},
      number(found.hit_rate * 100, {maximumFractionDigits: found.hit_rate === 1 ? 0 : 1}), bad ? ' ▼' : '');
    };
    return element('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': t('located.months')},
      element('table', {class: 'table months'},
        element('caption', {class: 'unseen'}, t('located.months')),
        element('thead', {}, element('tr', {}, element('th', {scope: 'col'}, t('located.year')), ...Array.from({length: 12}, (_, i) => element('th', {scope: 'col'}, String(i + 1))))),
        element('tbody', {}, ...years.map(year => element('tr', {}, element('th', {scope: 'row'}, year),
          ...Array.from({length: 12}, (_, i) => cell(`${year}-${String(i + 1).padStart(2, '0')}`)))))),
      element('p', {class: 'hint'}, t('located.percent')));
  }

  #units({units, minimum}) {
    return element('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': t('located.unitsLabel')},
      element('table', {class: 'table'},
        element('thead', {}, element('tr', {}, element('th', {scope: 'col'}, t('located.unit')), ...['n', 'given', 'geocoded', 'unmatched', 'hitRate']
          .map(name => element('th', {scope: 'col', class: 'number'}, t(`located.${name}`))))),
        element('tbody', {}, ...units.map(unit => element('tr', {},
          element('th', {scope: 'row'}, nameOf(unit) || t('located.nowhere')),
          ...['n', 'given', 'geocoded', 'unmatched'].map(name => element('td', {class: 'number'}, number(unit[name]))),
          element('td', {class: `number ${unit.hit_rate < minimum ? 'bad' : ''}`},
            bar(unit.hit_rate ?? 0), ` ${unit.hit_rate == null ? '–' : percent(unit.hit_rate)}`,
            unit.clustered ? element('span', {class: 'hint'}, ` ${t('located.clustered')}`) : ''))))));
  }
}

/** 0 below the least to 4 for all: what a cell is shaded by. */
const step = share => (share < 0.85 ? 0 : share < 0.9 ? 1 : share < 0.95 ? 2 : share < 0.99 ? 3 : 4);

function bar(share) {
  const filled = element('span');
  filled.style.width = `${100 * share}%`;
  return element('span', {class: 'bar', 'aria-hidden': 'true'}, filled);
}
