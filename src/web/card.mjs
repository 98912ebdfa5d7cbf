// What a click on the map shows: the density there with its unit, the units and street, the incidents.

import {element} from './dom.mjs';
import {dateTime, density, nameOf, number, t, tOr} from './i18n.mjs';
import {unitWords} from './legend.mjs';

const MOST_INCIDENTS = 3;

const rows = pairs => element('dl', {}, ...pairs.filter(([, value]) => value != null && value !== '')
  .flatMap(([key, value]) => [element('dt', {}, key), element('dd', {}, value)]));

export const loadingCard = () => element('div', {class: 'card'}, element('p', {class: 'hint'}, t('value.loading')));
export const failedCard = error => element('div', {class: 'card'}, element('p', {class: 'bad'}, `${t('value.failed')}: ${error.message}`));

/** `value` is the answer of /density/value. */
export function valueCard(value, incidents, city, openCluster) {
  const place = value.units.filter(unit => unit.level !== 'cell' && unit.level !== 'city').map(nameOf).filter(Boolean);
  const about = [[t('value.place'), place.length ? place.join(' · ') : t('value.outside')]];
  if (value.street) about.push([t('value.street'), nameOf(value.street)]);
  return element('div', {class: 'card'},
    element('p', {class: 'figure'},
      element('strong', {}, density(value.value)), ' ',
      element('span', {class: 'unit'}, unitWords(value.unit))),
    element('p', {class: 'hint'}, t('value.near', {n: number(value.n), m: number(value.bandwidth_m)})),
    rows(about),
    ...incidentRows(incidents, city, openCluster));
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
