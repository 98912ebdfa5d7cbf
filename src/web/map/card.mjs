// What a click on the map shows: the density there with its unit, the units and street, the incidents.

import {densityValue} from '../api.mjs';
import {byId, element} from '../parts/dom.mjs';
import {dateTime, nameOf, number, t, tOr} from '../parts/i18n.mjs';
import {busy} from '../parts/ready.mjs';
import {methodParts, rangeText, unitWords, valueText} from '../parts/words.mjs';
import {densityParameters} from './state.mjs';

const MOST_INCIDENTS = 3;

const rows = pairs => element('dl', {}, ...pairs.filter(([, value]) => value != null && value !== '')
  .flatMap(([key, value]) => [element('dt', {}, key), element('dd', {}, value)]));

const loadingCard = () => element('div', {class: 'card'}, element('p', {class: 'hint'}, t('value.loading')));
const failedCard = error => element('div', {class: 'card'}, element('p', {class: 'bad'}, `${t('value.failed')}: ${error.message}`));

export class Card {
  /** `map`: mark(position), zoomTo(position), resize(). */
  constructor(app, map) {
    this.app = app;
    this.map = map;
    this.asking = new AbortController();
    this.at = null;
  }

  /** The last click wins. */
  async show(lon, lat, incidents) {
    this.asking.abort();
    this.asking = new AbortController();
    const {signal} = this.asking;
    this.at = [lon, lat, incidents];
    this.#keep(`${lon.toFixed(6)},${lat.toFixed(6)}`);
    this.map.mark([lon, lat]);
    this.#put(loadingCard());
    try {
      const value = await busy(densityValue(lon, lat, densityParameters(this.app.state), signal));
      if (!signal.aborted) this.#put(this.#valueCard(value, incidents));
    } catch (error) {
      if (!signal.aborted) this.#put(failedCard(error));
    }
  }

  /** Other filters or words: the same place again. */
  refresh() {
    if (this.at) this.show(...this.at);
  }

  end() {
    this.asking.abort();
  }

  close() {
    this.asking.abort();
    if (!this.at) return;
    this.at = null;
    this.map.mark(null);
    this.#keep('');
    byId('dock').hidden = true;
    this.map.resize();
  }

  /** The place of the address, when the page opens. */
  open() {
    const at = (this.app.state.more.place ?? '').split(',').map(Number);
    if (at.length === 2 && at.every(Number.isFinite)) this.show(...at, []);
  }

  #keep(place) {
    this.app.state.more.place = place;
    this.app.write();
  }

  #put(content) {
    const dock = byId('dock');
    const opened = dock.hidden;
    dock.hidden = false;
    dock.replaceChildren(
      element('div', {class: 'row head'}, element('h2', {}, t('card.title')),
        element('button', {type: 'button', class: 'quiet close', 'aria-label': t('map.close'), onclick: () => this.close()}, '×')),
      content);
    if (opened) this.map.resize();
  }

  #valueCard(value, incidents) {
    const {city} = this.app;
    const place = value.units.filter(unit => unit.level !== 'cell' && unit.level !== 'city').map(nameOf).filter(Boolean);
    const about = [[t('value.place'), place.length ? place.join(' · ') : t('value.outside')]];
    if (value.street) about.push([t('value.street'), nameOf(value.street)]);
    return element('div', {class: 'card'},
      element('p', {class: 'figure'},
        element('strong', {}, valueText(value.value, value)), ' ',
        element('span', {class: 'unit'}, unitWords(value))),
      intervalLine(value),
      value.masked ? element('p', {class: 'hint'}, t('value.masked')) : null,
      rows([...about, ...counted(value), [t('value.method'), methodParts(value, city.timezone).join(' · ')]]),
      ...incidentRows(incidents, city, position => this.map.zoomTo(position)));
  }
}

function intervalLine(value) {
  const {lower, upper, confidence} = value.interval ?? {};
  if (lower == null && upper == null) return null;
  return element('p', {class: 'hint'}, t('value.interval', {share: number(confidence * 100), range: rangeText(lower, upper, value)}));
}

/** How many incidents made it: under the kernel, and as good as how many of equal weight. */
function counted(value) {
  const found = [[t('value.n'), number(value.n)]];
  const other = {difference: 'value.otherPeriod', 'relative-risk': 'value.otherAll'}[value.measure];
  if (other && value.other_n != null) found.push([t(other), number(value.other_n)]);
  if (value.effective_n != null) found.push([t('value.effective'), number(value.effective_n, {maximumSignificantDigits: 3})]);
  return found;
}

function incidentRows(incidents, city, openCluster) {
  const clusters = incidents.filter(i => i.properties.point_count);
  const singles = incidents.filter(i => !i.properties.point_count);
  const shown = unique(singles).slice(0, MOST_INCIDENTS).map(i => incidentRow(i.properties, city));
  if (clusters.length) {
    const [cluster] = clusters;
    shown.push(element('button', {type: 'button', class: 'link', onclick: () => openCluster(cluster.position)},
      t('value.cluster', {n: number(cluster.properties.point_count)})));
  }
  const more = unique(singles).length - MOST_INCIDENTS;
  if (more > 0) shown.push(element('p', {class: 'hint'}, `+ ${number(more)}`));
  return shown.length ? [element('hr'), ...shown] : [];
}

/** A feature at a tile's edge is drawn by both tiles. */
function unique(incidents) {
  const seen = new Set();
  return incidents.filter(i => {
    const key = JSON.stringify([i.position.map(x => x.toFixed(5)), i.properties]);
    return !seen.has(key) && seen.add(key);
  });
}

/** Sources and states have words of the page's where they are the usual ones. */
const wordOf = (kind, value) => value && tOr(`${kind}.${value}`, value);

function incidentRow(incident, city) {
  const name = nameOf({name: incident.category_zh, name_en: incident.category_en, code: incident.category});
  const when = incident.occurred ?? incident.reported;
  const placed = [incident.match_type && t('value.match', {by: tOr(`match.${incident.match_type}`, incident.match_type)}),
    incident.accuracy_m > 0 && `±${number(incident.accuracy_m)} m`];
  const known = [when && dateTime(when, city.timezone), wordOf('source', incident.source), wordOf('status', incident.status)];
  return element('article', {class: 'incident'},
    element('h3', {}, name),
    ...[known, placed].map(parts => element('p', {class: 'hint'}, parts.filter(Boolean).join(' · '))));
}
