// Two figures of a plan: how much is caught as the budget is spent, and what plans made alike at earlier times caught.

import {charts, colour} from '../parts/chart.mjs';
import {element} from '../parts/dom.mjs';
import {number, percent, t} from '../parts/i18n.mjs';

const HEIGHT_PX = 168;

const axisStyle = () => ({
  stroke: colour('--ink-faint'), font: `11px ${colour('--font')}`, grid: {show: true, stroke: colour('--line'), width: 1},
  ticks: {show: false},
});

const shares = (plot, marks) => marks.map(mark => percent(mark, 0));

/** [[spent], [share]]: from nothing to the whole plan, in the order of ranks. */
export function curveOf(plan) {
  const spent = [0];
  const caught = [0];
  for (const {properties} of plan.features) {
    spent.push(spent.at(-1) + (properties.crew_hours ?? properties.length_km ?? 0));
    caught.push(properties.cumulative_share);
  }
  return [spent, caught];
}

/** Several curves on one axis: each has values of its own where it was spent so much, else none. */
function joined(curves) {
  const xs = [...new Set(curves.flatMap(([spent]) => spent))].sort((a, b) => a - b);
  return [xs, ...curves.map(([spent, caught]) => {
    const at = new Map(spent.map((x, i) => [x, caught[i]]));
    return xs.map(x => at.get(x) ?? null);
  })];
}

export class Figures {
  constructor() {
    this.plots = [];
    this.observer = new ResizeObserver(entries => {
      for (const {target} of entries) this.plots.find(plot => plot.root.parentElement === target)?.setSize({width: this.#width(target), height: HEIGHT_PX});
    });
  }

  end() {
    this.observer.disconnect();
    for (const plot of this.plots) plot.destroy();
    this.plots = [];
  }

  #width(place) {
    return Math.max(160, place.clientWidth);
  }

  #put(uPlot, place, options, data, label) {
    place.replaceChildren();
    place.setAttribute('role', 'img');
    place.setAttribute('aria-label', label);
    const plot = new uPlot({width: this.#width(place), height: HEIGHT_PX, legend: {show: false}, cursor: {show: false}, ...options}, data, place);
    this.plots.push(plot);
    this.observer.observe(place);
  }

  /** Capture curves of plans: the first is the present one, a second the kept one. */
  async captured(place, plans, unit) {
    const uPlot = await charts();
    const curves = plans.map(curveOf);
    const series = (stroke, more) => ({stroke: colour(stroke), width: 2, spanGaps: true, points: {show: false}, ...more});
    const last = plans[0].features.at(-1)?.properties.cumulative_share ?? 0;
    this.#put(uPlot, place, {
      padding: [10, 12, 0, 0],
      scales: {x: {time: false, range: (u, low, high) => [0, high || 1]}, y: {range: [0, 1]}},
      axes: [
        {...axisStyle(), size: 24, gap: 4, values: (u, marks) => marks.map((mark, i) => (i === marks.length - 1 ? `${number(mark)} ${unit}` : number(mark)))},
        {...axisStyle(), size: 44, gap: 4, splits: () => [0, 0.25, 0.5, 0.75, 1], values: shares},
      ],
      series: [{}, series('--accent', {fill: colour('--band')}), series('--good', {dash: [6, 4]})].slice(0, curves.length + 1),
    }, joined(curves), t('focus.curveLabel', {n: plans[0].features.length, share: percent(last)}));
  }

  /** Hit rates of the held-out periods, the oldest first, with their mean and its interval. */
  async heldOut(place, score) {
    const uPlot = await charts();
    const folds = [...score.folds].reverse();
    const {mean, low, high} = score.hit_rate;
    const days = folds.map(fold => fold.origin.slice(0, 10));
    this.#put(uPlot, place, {
      padding: [10, 12, 0, 0],
      scales: {x: {time: false, range: [-0.6, folds.length - 0.4]}, y: {range: [0, 1]}},
      axes: [
        {...axisStyle(), grid: {show: false}, size: 24, gap: 4, space: 66, incrs: [1, 2, 3, 4, 6, 12, 24], values: (u, marks) => marks.map(mark => days[mark]?.slice(0, 7) ?? '')},
        {...axisStyle(), size: 44, gap: 4, splits: () => [0, 0.25, 0.5, 0.75, 1], values: shares},
      ],
      series: [{}, {paths: uPlot.paths.bars({size: [0.7, 40]}), fill: colour('--bar-fill'), stroke: 'transparent', width: 0, points: {show: false}}],
      hooks: {draw: [plot => drawMean(plot, mean, low, high)]},
    }, [folds.map((fold, i) => i), folds.map(fold => fold.hit_rate)],
    t('focus.foldsLabel', {n: folds.length, mean: percent(mean), low: percent(low), high: percent(high)}));
  }
}

function drawMean(plot, mean, low, high) {
  const {ctx, bbox} = plot;
  const y = share => plot.valToPos(share, 'y', true);
  ctx.save();
  ctx.fillStyle = colour('--band');
  ctx.fillRect(bbox.left, y(high), bbox.width, y(low) - y(high));
  ctx.strokeStyle = colour('--accent');
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(bbox.left, y(mean));
  ctx.lineTo(bbox.left + bbox.width, y(mean));
  ctx.stroke();
  ctx.restore();
}

/** A figure with its title and words. */
export const figure = (title, hint, place) => element('figure', {class: 'panel figure'},
  element('figcaption', {}, element('h2', {}, title), element('p', {class: 'hint'}, hint)), place);
