// The Focus page: where to enforce next under a budget, how much that should catch, and how often such plans were right.

import * as api from '../api.mjs';
import {budgetText, comparison} from '../focus/compare.mjs';
import {Figures, figure} from '../focus/figures.mjs';
import {Options, PARAMETERS, planOf} from '../focus/options.mjs';
import {PlanMap} from '../focus/plan_map.mjs';
import {PlanTable} from '../focus/table.mjs';
import {element, needStyle} from '../parts/dom.mjs';
import {density, nameOf, number, percent, t} from '../parts/i18n.mjs';
import {busy} from '../parts/ready.mjs';
import {nothing, Task} from '../parts/task.mjs';

export const parameters = PARAMETERS;
export const words = 'focus';

const NARROW = matchMedia('(max-width: 720px)');
/** Gaps below this are sums of rounded numbers. */
const ROUNDING = 1e-9;
const FORMS = ['geojson', 'gpx', 'kml', 'xlsx'];

let page;

export async function mount(root, app) {
  await Promise.all(['data', 'focus'].map(name => needStyle(new URL(`../css/${name}.css`, import.meta.url))));
  page = new FocusPage(root, app);
  await page.start();
}

export function unmount() {
  page?.end();
  page = null;
}

export function refresh(what) {
  page?.refresh(what);
}

class FocusPage {
  constructor(root, app) {
    this.root = root;
    this.app = app;
    this.asked = null; // the query of the plan that is shown
  }

  async start() {
    const {app} = this;
    app.showMatched(null);
    this.options = new Options(app, () => {
      this.byHand = true;
      this.#make();
    });
    this.waiting = element('div', {class: 'waiting'});
    this.result = element('div', {class: 'result-area', hidden: true});
    this.task = new Task(this.waiting);
    this.figures = new Figures();
    this.root.replaceChildren(element('div', {class: 'focus-page'},
      element('aside', {class: 'plan-options', 'aria-label': t('focus.options')}, element('h1', {}, t('focus.title')), element('p', {class: 'hint'}, t('focus.intro')), this.options.element),
      element('div', {class: 'plan-result'}, this.waiting, this.result)));
    if (planOf(app.state)) await this.#make();
    else this.waiting.replaceChildren(nothing(t('focus.empty'), t('focus.emptyText')));
  }

  end() {
    this.task?.end();
    this.figures?.end();
    this.map?.end();
    this.map = null;
  }

  async refresh(what) {
    if (what === 'words') {
      this.end();
      await this.start();
    } else if (what === 'theme') {
      await this.map?.restyle();
      if (this.plan) this.#drawFigures();
    } else if (what === 'filters' || what === 'data') {
      this.#sayStale();
    }
  }

  /** Asks for the plan of the state, and for the kept one. A plan takes seconds: it is made when it is asked for. */
  async #make() {
    const {app} = this;
    const query = planOf(app.state) ?? new URLSearchParams([['budget', '10km']]);
    const kept = app.state.more.kept ? new URLSearchParams(app.state.more.kept) : null;
    this.result.hidden = true;
    await this.task.run(async signal => {
      const plan = await api.focus(query, signal);
      return {plan, keptPlan: kept && kept.toString() !== query.toString() ? await api.focus(kept, signal) : null};
    }, ({plan, keptPlan}) => busy(this.#show(plan, query, keptPlan && {query: kept, plan: keptPlan})));
  }

  async #show(plan, query, kept) {
    Object.assign(this, {plan, query, kept});
    this.asked = planOf(this.app.state)?.toString() ?? null;
    if (!plan.features.length) {
      this.waiting.replaceChildren(nothing(t('focus.none'), plan[`reason_${this.app.state.lang}`] ?? t('focus.noneText')));
      return;
    }
    this.result.hidden = false;
    this.#layOut();
    if (NARROW.matches && this.byHand) this.result.scrollIntoView();
    await this.#showMap();
    await this.#drawFigures();
  }

  #layOut() {
    const {plan, app} = this;
    this.stale = element('p', {class: 'note', role: 'status', hidden: true}, element('span', {}, t('focus.stale')), element('button', {type: 'button', class: 'button', onclick: () => this.#make()}, t('focus.again')));
    this.curve = element('div', {class: 'chart'});
    this.folds = element('div', {class: 'chart'});
    this.mapPlace = element('div', {class: 'small-map plan-map'});
    this.table = new PlanTable(feature => this.#choose(feature), box => app.go('map', {tab: 'incidents'}, {bbox: box.join(',')}));
    this.table.show(plan);
    const caution = plan[`caution_${app.state.lang}`];
    this.result.replaceChildren(...[
      this.#head(), this.stale, caution ? element('p', {class: 'note', role: 'status'}, caution) : null, this.#tiles(),
      element('div', {class: 'plan-grid'},
        element('div', {class: 'panel map-panel'}, this.mapPlace, this.#legend()),
        element('div', {class: 'figures'},
          figure(t('focus.curve'), t('focus.curveHint'), this.curve),
          plan.held_out ? figure(t('focus.folds'), t('focus.foldsHint', {n: plan.held_out.periods}), this.folds) : null)),
      this.kept ? element('section', {class: 'panel'}, element('h2', {}, t('focus.comparison')), element('div', {class: 'scroll'}, comparison(this.kept, {plan, query: this.query}))) : null,
      element('section', {class: 'panel', id: 'ranked'}, element('h2', {}, t('focus.table')), element('p', {class: 'hint'}, t('focus.tableHint')), this.table.element),
      element('details', {class: 'panel method'}, element('summary', {}, t('focus.how')), ...(plan[`how_${app.state.lang}`] ?? '').split('\n').map(line => element('p', {}, line))),
    ].filter(Boolean));
    this.#sayStale();
  }

  /** What it is, and what can be done with it. */
  #head() {
    const {plan, query, app} = this;
    const {parameters: p} = plan;
    const problem = app.categories.find(({code}) => code === app.state.filters.category);
    const lang = {lang: app.state.lang};
    const files = FORMS.map(form => element('a', {class: 'button', href: api.focusFile(query, form, form === 'geojson' ? {} : lang), download: `plan.${form}`}, t(`focus.form.${form}`)));
    const kept = app.state.more.kept;
    return element('header', {class: 'head row'},
      element('div', {},
        element('h2', {class: 'plan-title'}, `${budgetText(app.state.more.budget || '10km')} · ${problem ? nameOf(problem) : app.state.filters.category ?? t('filters.allCategories')}`),
        element('p', {class: 'hint'}, t('focus.period', {from: p.origin.slice(0, 10), to: p.until.slice(0, 10), days: number(p.horizon)}))),
      element('div', {class: 'actions'},
        element('a', {class: 'button main', href: api.focusFile(query, 'pdf', lang), target: '_blank', rel: 'noopener'}, t('focus.form.pdf')), ...files,
        kept
          ? element('button', {type: 'button', class: 'button', onclick: () => this.#keep('')}, t('focus.forget'))
          : element('button', {type: 'button', class: 'button', onclick: () => this.#keep(query.toString())}, t('focus.keep'))));
  }

  #keep(query) {
    this.app.state.more.kept = query;
    this.app.write();
    if (!query) this.kept = null;
    this.#layOut();
    busy(Promise.all([this.#showMap(), this.#drawFigures()]));
  }

  #tiles() {
    const {plan} = this;
    const {held_out: held, in_sample: seen} = plan;
    const share = plan.expected_total > 0 ? plan.expected_in_chosen / plan.expected_total : 0;
    const inHours = plan.chosen_h !== undefined;
    const unit = t(`focus.unit.${inHours ? 'h' : 'km'}`);
    const tile = (kind, name, value, ...hints) => element('div', {class: `tile ${kind}`}, element('dt', {}, t(`focus.tile.${name}`)), element('dd', {}, value), ...hints.map(hint => element('dd', {class: 'hint'}, hint)));
    const interval = score => t('focus.interval', {low: percent(score.low), high: percent(score.high)});
    return element('dl', {class: 'tiles'},
      tile('', 'expected', percent(share), t('focus.expectedHint', {n: density(plan.expected_in_chosen), all: density(plan.expected_total)})),
      held ? tile('', 'heldOut', percent(held.hit_rate.mean), interval(held.hit_rate), t('focus.heldOutHint', {n: held.periods}))
        : tile('', 'heldOut', '–', t('focus.noHeldOut')),
      held ? tile('', 'possible', percent(held.of_possible.mean), interval(held.of_possible), t('focus.possibleHint')) : null,
      seen ? tile('seen', 'inSample', percent(seen.hit_rate), t('focus.inSampleHint')) : null,
      tile('', 'spent', `${number(inHours ? plan.chosen_h : plan.chosen_km, {maximumFractionDigits: 2})} ${unit}`, t('focus.spentHint', {n: number(plan.chosen), budget: number(inHours ? plan.parameters.budget_h : plan.parameters.budget_km), unit}), plan.routes ? t('focus.routes', {n: number(plan.routes)}) : ''),
      tile('', 'gap', plan.gap > ROUNDING ? percent(plan.gap, 2) : '0 %', plan.gap > ROUNDING ? t('focus.gapHint') : t('focus.gapNone')));
  }

  #legend() {
    const item = (kind, key) => element('li', {}, element('span', {class: `swatch line ${kind}`}), t(key));
    return element('div', {class: 'legend'}, this.kept
      ? element('ul', {class: 'swatches'}, item('here', 'focus.legend.here'), item('kept', 'focus.legend.kept'))
      : element('p', {class: 'hint'}, t('focus.legend')));
  }

  async #showMap() {
    this.map?.end();
    this.map = new PlanMap(this.mapPlace, this.app, rank => this.#choose(this.plan.features.find(({properties}) => properties.rank === rank), true));
    this.map.show(this.plan, this.query, this.kept?.plan);
    await this.map.start();
    this.map?.show(this.plan, this.query, this.kept?.plan);
  }

  async #drawFigures() {
    const {plan} = this;
    this.figures.end();
    this.figures = new Figures();
    const plans = this.kept && (this.kept.plan.chosen_h === undefined) === (plan.chosen_h === undefined) ? [plan, this.kept.plan] : [plan];
    await this.figures.captured(this.curve, plans, t(`focus.unit.${plan.chosen_h !== undefined ? 'h' : 'km'}`));
    if (plan.held_out) await this.figures.heldOut(this.folds, plan.held_out);
  }

  #choose(feature, fromMap = false) {
    this.map?.choose(feature);
    this.table.mark(feature.properties.rank, fromMap);
  }

  /** The plan on screen is not that of the filters or of the data any more. */
  #sayStale() {
    if (!this.stale) return;
    this.stale.hidden = (planOf(this.app.state)?.toString() ?? null) === this.asked && this.plan?.version === this.app.city.version;
  }
}
