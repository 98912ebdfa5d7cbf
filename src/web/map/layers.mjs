// The list of layers: statistics first, each with its own choices where it is on, then what the basemap shows.

import {offers} from '../api.mjs';
import {byId, element, redraw} from '../parts/dom.mjs';
import {nameOf, t, tOr} from '../parts/i18n.mjs';
import {rateKindOf, rateLevelOf, rateLevels, spotChoiceOf, spotChoices} from './areas.mjs';
import {isOn, switchLayer} from './state.mjs';

const BASE = ['incidents', 'streets', 'units', 'places', 'zones'];

export class Layers {
  /** `changed(name)` runs after a layer was switched or its choices changed. */
  constructor(app, changed) {
    this.app = app;
    this.changed = changed;
    this.able = null; // names that the map can draw; null: all
    this.bandwidths = element('div', {class: 'segments', id: 'bandwidths', role: 'radiogroup'}); // filled by Bandwidth
  }

  refresh() {
    redraw(byId('layers'), () => [
      element('h2', {}, t('layers.title')),
      ...this.#statistics().map(([name, ...choices]) => this.#layer(name, choices)),
      element('h3', {}, t('layers.base')),
      element('div', {class: 'chips'}, ...BASE.filter(name => this.#can(name)).map(name => this.#chip(name))),
    ]);
  }

  #can(name) {
    if (this.able && !this.able.includes(name)) return false;
    if (name === 'rates') return rateLevels(this.app.city).length > 0;
    if (name === 'hotspots') return spotChoices(this.app.city).length > 0;
    return name !== 'incidents' || this.app.city.public_incidents;
  }

  #choiceName(choice) {
    return tOr(`spots.of.${choice}`, nameOf(this.app.city.levels.find(level => level.level === choice)));
  }

  /** A choice that the address keeps under `name`; it makes the layer of `layer` anew. */
  #select(name, label, options, value, layer = 'hotspots') {
    const select = element('select', {name, 'aria-label': label}, ...options.map(([option, text]) => element('option', {value: option}, text)));
    select.value = value;
    select.addEventListener('change', () => {
      this.app.state.more[name] = select.value;
      this.changed(layer);
    });
    return select;
  }

  #rateChoices() {
    const {state, city} = this.app;
    const kinds = [['per-km2', t('rates.perArea')], ['per-1000', t('rates.perPeople')]];
    return [
      this.#select('rates', t('rates.level'), rateLevels(city).map(level => [level.level, nameOf(level)]), rateLevelOf(state, city), 'rates'),
      this.#segments('rate', t('layers.rates'), kinds, rateKindOf(state), kind => {
        state.more.rate = kind === 'per-km2' ? '' : kind;
        this.changed('rates');
      }),
    ];
  }

  #statistics() {
    return [
      ['heat', ...this.#heatChoices()],
      ['hotspots', this.#select('spots', t('spots.by'), spotChoices(this.app.city).map(choice => [choice, this.#choiceName(choice)]), spotChoiceOf(this.app.state, this.app.city))],
      ['rates', ...this.#rateChoices()],
    ].filter(([name]) => this.#can(name));
  }

  #box(name) {
    const {state} = this.app;
    const box = element('input', {type: 'checkbox', name: `layer-${name}`, value: name, checked: isOn(state, name)});
    box.addEventListener('change', () => {
      switchLayer(state, name, box.checked);
      this.changed(name);
    });
    return box;
  }

  #chip(name) {
    return element('label', {class: 'chip check'}, this.#box(name), element('span', {}, t(`layers.${name}`)));
  }

  #layer(name, choices) {
    const on = isOn(this.app.state, name);
    return element('div', {class: on ? 'layer on' : 'layer'},
      element('label', {class: 'switch'}, this.#box(name), element('span', {class: 'track', 'aria-hidden': 'true'}), element('span', {}, t(`layers.${name}`))),
      ...(on ? choices.filter(Boolean) : []));
  }

  /** Radios in a row: [value, text] each. */
  #segments(name, label, options, value, choose) {
    return element('div', {class: 'segments', role: 'radiogroup', 'aria-label': label}, ...options.map(([option, text]) => {
      const input = element('input', {type: 'radio', name, value: option, checked: option === value});
      input.addEventListener('change', () => choose(option));
      return element('label', {}, input, element('span', {}, text));
    }));
  }

  #heatChoices() {
    const {state} = this.app;
    this.bandwidths.setAttribute('aria-label', t('bandwidth.title'));
    const set = network => {
      if (network === 'true') state.density.network = 'true';
      else delete state.density.network;
      this.changed('density');
    };
    const shapes = [['false', t('density.planar')], ['true', t('density.network')]];
    return [
      offers('network') && this.#segments('network', t('layers.heat'), shapes, state.density.network ?? 'false', set),
      this.bandwidths,
    ];
  }
}
