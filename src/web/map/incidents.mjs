// The incidents behind a number: a page of them at a time, the newest first, with the same as a file.

import {incidents, incidentsAddress} from '../api.mjs';
import {element} from '../parts/dom.mjs';
import {dateTime, nameOf, number, t, tOr} from '../parts/i18n.mjs';
import {busy} from '../parts/ready.mjs';

const PAGE = 20;

/** Sources and states have words of the page's where they are the usual ones. */
const wordOf = (kind, value) => value && tOr(`${kind}.${value}`, value);

/** One incident; `showAt(position)` where it has a place. */
export function incidentRow({properties, geometry}, city, showAt) {
  const name = nameOf({name: properties.category_zh, name_en: properties.category_en, code: properties.category});
  const when = properties.occurred ?? properties.reported;
  const known = [when && dateTime(when, city.timezone), wordOf('source', properties.source), wordOf('status', properties.status)];
  const placed = [properties.address, properties.match_type && t('value.match', {by: tOr(`match.${properties.match_type}`, properties.match_type)}),
    properties.accuracy_m > 0 && `±${number(properties.accuracy_m)} m`];
  const position = geometry?.coordinates;
  return element('article', {class: 'incident'},
    element('h3', {}, position && showAt
      ? element('button', {type: 'button', class: 'link', title: t('incidents.show'), onclick: () => showAt(position)}, name) : name),
    ...[known, placed].map(parts => element('p', {class: 'hint'}, parts.filter(Boolean).join(' · '))));
}

export class IncidentList {
  constructor(app, dock, showAt) {
    this.app = app;
    this.dock = dock;
    this.showAt = showAt;
    this.asking = new AbortController();
  }

  cancel() {
    this.asking.abort();
  }

  /** `change` narrows the filters to what the number counts; `title` says what that is; `back` shows what was there. */
  async show(title, change, back, closed) {
    this.asking.abort();
    this.asking = new AbortController();
    const {signal} = this.asking;
    const list = element('div', {class: 'card'});
    this.dock.show(this, title, list, {back, closed});
    if (!this.app.city.public_incidents) {
      list.replaceChildren(element('p', {class: 'hint'}, t('incidents.closed')));
      return;
    }
    await this.#more(list, change, {}, signal);
  }

  async #more(list, change, after, signal) {
    const waiting = element('p', {class: 'hint'}, t('value.loading'));
    list.append(waiting);
    try {
      const answer = await busy(incidents(this.app.state, change, {limit: PAGE, sortby: '-reported', ...after}, signal));
      if (signal.aborted) return;
      waiting.remove();
      if (!list.querySelector('.total')) list.append(this.#head(answer.numberMatched, change));
      list.append(...answer.features.map(feature => incidentRow(feature, this.app.city, this.showAt)));
      const next = answer.links.find(link => link.rel === 'next');
      if (!next) return;
      const query = new URL(next.href).searchParams;
      const more = element('button', {type: 'button', class: 'button'}, t('incidents.more'));
      more.addEventListener('click', () => {
        more.remove();
        this.#more(list, change, {after: query.get('after'), version: query.get('version')}, signal);
      });
      list.append(more);
    } catch (error) {
      if (signal.aborted) return;
      waiting.className = 'bad';
      waiting.textContent = t('error.load', {reason: error.message});
    }
  }

  #head(total, change) {
    const file = f => element('a', {href: incidentsAddress(this.app.state, change, f), download: ''}, f.toUpperCase());
    return element('p', {class: 'row total'}, element('strong', {}, t('filters.matched', {n: number(total)})),
      element('span', {class: 'hint'}, t('incidents.files'), ' ', file('csv'), ' · ', file('xlsx')));
  }
}
