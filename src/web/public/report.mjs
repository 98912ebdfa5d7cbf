// A resident reports a problem: what, where (an address, or a point on the map), and a few words.

import * as api from '../api.mjs';
import {element} from '../parts/dom.mjs';
import {number, t} from '../parts/i18n.mjs';
import {busy} from '../parts/ready.mjs';
import {failure} from '../parts/task.mjs';

const MOST_WORDS = 4000;

export class Report {
  /** `map()` is the map to point on, or null. */
  constructor(app, map) {
    this.app = app;
    this.map = map;
    this.element = element('section', {class: 'panel report', id: 'report'});
    this.position = null;
    this.pointing = false;
  }

  get open() {
    const {city, session} = this.app;
    return city.resident_reports || (session.signed_in && session.role !== 'viewer');
  }

  session() {
    if (this.open === this.shown) return;
    this.show();
  }

  async show() {
    this.shown = this.open;
    this.element.replaceChildren(element('h2', {}, t('report.title')));
    if (!this.open) {
      this.element.append(element('p', {class: 'hint'}, t('report.closed')));
      return;
    }
    try {
      const services = await busy(api.services(this.app.state.lang));
      this.element.append(element('p', {class: 'hint'}, t('report.intro')), this.#form(services));
    } catch (error) {
      this.element.append(failure(error, () => this.show()));
    }
  }

  #form(services) {
    const groups = [...new Set(services.map(service => service.group))];
    const kind = element('select', {name: 'service_code', required: true}, element('option', {value: ''}, t('report.choose')),
      ...groups.map(group => element('optgroup', {label: group || t('report.other')}, ...services.filter(service => service.group === group)
        .map(service => element('option', {value: service.service_code}, service.service_name)))));
    this.address = element('input', {name: 'address_string', maxlength: 1000, autocomplete: 'street-address', placeholder: t('report.addressExample')});
    this.pointed = element('span', {class: 'hint', role: 'status'});
    this.pointer = element('button', {type: 'button', class: 'button', 'aria-pressed': 'false', onclick: () => this.#startPointing()}, t('report.point'));
    const words = element('textarea', {name: 'description', rows: 3, maxlength: MOST_WORDS});
    const answer = element('div', {'aria-live': 'polite'});
    const form = element('form', {class: 'report-form', onsubmit: event => {
      event.preventDefault();
      this.#send({kind, words, answer, form});
    }},
    element('label', {class: 'field'}, element('span', {}, t('report.kind')), kind),
    element('label', {class: 'field'}, element('span', {}, t('report.address')), this.address),
    element('div', {class: 'field'}, element('span', {}, t('report.orPoint')), element('div', {class: 'row pointing'}, this.pointer, this.pointed)),
    element('label', {class: 'field wide'}, element('span', {}, t('report.words')), words),
    element('div', {class: 'actions wide'}, element('button', {class: 'button main'}, t('report.send')), element('span', {class: 'hint'}, t('report.privacy'))),
    answer);
    answer.className = 'wide';
    this.#showPosition();
    return form;
  }

  #startPointing() {
    const map = this.map();
    if (!map?.map) {
      this.pointed.textContent = t('smallMap.none');
      return;
    }
    this.pointing = !this.pointing;
    this.#showPosition();
    if (!this.pointing) return;
    map.container.scrollIntoView({block: 'center'});
    const canvas = map.map.getCanvas();
    canvas.focus({preventScroll: true});
    // By keyboard: arrows move the map, Enter takes its centre.
    canvas.addEventListener('keydown', event => {
      if (event.key === 'Enter' && this.pointing) this.point(map.map.getCenter().toArray());
    }, {once: false, signal: (this.keys = new AbortController()).signal});
  }

  /** A click on the map: true when it was meant for the report. */
  point(position) {
    if (!this.pointing) return false;
    this.pointing = false;
    this.keys?.abort();
    this.position = position;
    this.#showPosition();
    this.pointer.focus({preventScroll: true});
    this.element.scrollIntoView({block: 'nearest'});
    return true;
  }

  #showPosition() {
    this.pointer.setAttribute('aria-pressed', String(this.pointing));
    this.pointer.textContent = t(this.pointing ? 'report.pointing' : this.position ? 'report.pointAgain' : 'report.point');
    const map = this.map();
    if (map?.map) map.map.getCanvas().style.cursor = this.pointing ? 'crosshair' : '';
    map?.set('pointed', this.position ? [{type: 'Feature', properties: {}, geometry: {type: 'Point', coordinates: this.position}}] : []);
    this.pointed.textContent = this.position
      ? t('report.at', {lon: number(this.position[0], {maximumFractionDigits: 5}), lat: number(this.position[1], {maximumFractionDigits: 5})})
      : this.pointing ? t('report.pointHint') : '';
  }

  async #send({kind, words, answer, form}) {
    const address = this.address.value.trim();
    if (!address && !this.position) {
      answer.replaceChildren(element('p', {class: 'bad', role: 'alert'}, t('report.noPlace')));
      this.address.focus();
      return;
    }
    const fields = {service_code: kind.value, description: words.value.trim(), lang: this.app.state.lang};
    if (address) fields.address_string = address;
    if (this.position) Object.assign(fields, {long: this.position[0].toFixed(7), lat: this.position[1].toFixed(7)});
    form.inert = true;
    try {
      const stored = await busy(api.report(fields));
      form.reset();
      this.position = null;
      this.#showPosition();
      answer.replaceChildren(element('div', {class: 'note good'}, element('p', {}, t('report.done', {id: stored.service_request_id ?? stored.token}))));
    } catch (error) {
      answer.replaceChildren(failure(error, null));
    } finally {
      form.inert = false;
    }
  }
}
