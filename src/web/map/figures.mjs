// Small figures of the card: a sparkline of counts, a table of weekdays and hours.

import {element} from '../parts/dom.mjs';
import {number, t} from '../parts/i18n.mjs';

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 336;
const HEIGHT = 54;

const svg = (name, attributes, ...children) => {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};

/** Bars of a timeline's periods, told in words too. */
export function sparkline(periods) {
  const most = Math.max(1, ...periods.map(period => period.count));
  const width = WIDTH / Math.max(1, periods.length);
  const bars = periods.map((period, i) => {
    const height = period.count / most * HEIGHT;
    return svg('rect', {x: i * width, y: HEIGHT - height, width: Math.max(0.5, width - Math.min(1.5, width * 0.2)), height},
      Object.assign(svg('title', {}), {textContent: t('time.bar', {period: period.period, n: number(period.count)})}));
  });
  const peak = periods.reduce((best, period) => (period.count > (best?.count ?? -1) ? period : best), null);
  const label = peak ? t('card.trendLabel', {from: periods[0].period, to: periods.at(-1).period, peak: peak.period, n: number(peak.count)}) : '';
  return element('figure', {class: 'spark'},
    svg('svg', {viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': label}, ...bars),
    element('figcaption', {class: 'row hint'}, element('span', {}, periods[0]?.period ?? ''), element('span', {}, periods.at(-1)?.period ?? '')));
}

/** Hours down, weekdays across, each count a button where `choose(day, hour)` is given. */
export function weekTable(counts, choose) {
  const most = Math.max(1, ...counts.flat());
  const days = [1, 2, 3, 4, 5, 6, 7];
  const cell = (day, hour) => {
    const count = counts[day - 1][hour];
    const box = element('td', {});
    box.style.setProperty('--share', `${Math.round(count / most * 100)}%`);
    if (count / most > 0.55) box.className = 'strong';
    const label = t('card.weekCell', {day: t(`weekday.${day}`), hour: String(hour).padStart(2, '0'), n: number(count)});
    box.append(count > 0 && choose
      ? element('button', {type: 'button', 'aria-label': label, onclick: () => choose(day, hour)}, number(count))
      : count > 0 ? number(count) : '');
    return box;
  };
  return element('table', {class: 'week'},
    element('thead', {}, element('tr', {}, element('td', {}), ...days.map(day => element('th', {scope: 'col'}, t(`weekday.${day}`))))),
    element('tbody', {}, ...Array.from({length: 24}, (_, hour) =>
      element('tr', {}, element('th', {scope: 'row'}, String(hour).padStart(2, '0')), ...days.map(day => cell(day, hour))))));
}
