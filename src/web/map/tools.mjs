// The map's tools: panel, table, print and picture.

import {mapPicture, mapSheet} from '../api.mjs';
import {byId, element} from '../parts/dom.mjs';
import {t} from '../parts/i18n.mjs';
import {drawParameters, isOn} from './state.mjs';

const PAPERS = ['a4', 'a3'];
const ORIENTATIONS = ['landscape', 'portrait'];
const DPI = 300;
const MM_PER_INCH = 25.4;
const SHEET_MM = [277, 190]; // A4 within its margins
const NARROW = matchMedia('(max-width: 720px)');

export class Tools {
  /** `does`: view() the map, table() opens it, legend() puts the legend where there is room. */
  constructor(app, does) {
    Object.assign(this, {app, does});
    this.narrow = () => this.fold(NARROW.matches);
    NARROW.addEventListener('change', this.narrow);
    this.beforePrint = () => this.#printed();
    this.afterPrint = () => byId('printed')?.remove();
    addEventListener('beforeprint', this.beforePrint);
    addEventListener('afterprint', this.afterPrint);
    byId('show-panel').addEventListener('click', () => this.fold(!byId('page').classList.contains('folded')));
    this.fold(NARROW.matches);
  }

  end() {
    NARROW.removeEventListener('change', this.narrow);
    removeEventListener('beforeprint', this.beforePrint);
    removeEventListener('afterprint', this.afterPrint);
    byId('page').classList.remove('folded');
  }

  /** Shows or hides the panel. */
  fold(folded) {
    byId('page').classList.toggle('folded', folded);
    byId('show-panel').setAttribute('aria-expanded', String(!folded));
    this.does.legend();
    this.does.view()?.resize();
  }

  refresh() {
    byId('show-panel').replaceChildren(element('span', {class: 'bars', 'aria-hidden': 'true'}));
    byId('show-panel').title = t('tools.panel');
    byId('show-panel').setAttribute('aria-label', t('tools.panel'));
    byId('tools').replaceChildren(
      element('button', {type: 'button', onclick: this.does.table}, t('tools.table')),
      element('details', {class: 'pop right', ontoggle: event => event.target.open && this.#fillPrint(event.target)},
        element('summary', {class: 'quiet'}, t('tools.print')), element('div', {class: 'sheet stack'})));
  }

  #fillPrint(details) {
    const options = (name, values) => element('select', {name}, ...values.map(value => element('option', {value}, t(`print.${value}`))));
    const [paper, orientation] = [options('paper', PAPERS), options('orientation', ORIENTATIONS)];
    const title = element('input', {type: 'text', name: 'title', maxlength: 120, autocomplete: 'off'});
    const sheet = element('a', {class: 'button main', target: '_blank'}, 'PDF');
    const picture = element('a', {class: 'button', download: 'map.png'}, t('print.png'));
    const update = () => {
      sheet.href = mapSheet(this.#parameters({paper: paper.value, orientation: orientation.value, title: title.value.trim()}));
      const [long, short] = SHEET_MM.map(mm => Math.round(mm / MM_PER_INCH * DPI));
      const [width, height] = orientation.value === 'portrait' ? [short, long] : [long, short];
      picture.href = mapPicture(this.#parameters({width, height, dpi: DPI, style: 'print'}));
    };
    for (const control of [paper, orientation, title]) control.addEventListener('input', update);
    update();
    details.querySelector('.sheet').replaceChildren(
      element('h2', {}, t('print.title')),
      element('label', {class: 'field'}, element('span', {}, t('print.heading')), title),
      element('div', {class: 'pair'},
        element('label', {class: 'field'}, element('span', {}, t('print.paper')), paper),
        element('label', {class: 'field'}, element('span', {}, t('print.orientation')), orientation)),
      element('div', {class: 'row'}, sheet, picture));
  }

  /** Filters and density as they are on screen, and the part of the map in sight. */
  #parameters(more) {
    const {state} = this.app;
    const query = drawParameters(state);
    query.delete('ramp');
    query.set('bbox', this.does.view().box.map(x => x.toFixed(6)).join(','));
    query.set('lang', state.lang);
    query.set('density', String(isOn(state, 'heat')));
    for (const [name, value] of Object.entries(more)) if (value) query.set(name, value);
    return query;
  }

  /** The browser's own printing: what WebGL shows, as a picture that prints. */
  #printed() {
    const canvas = this.does.view()?.snapshot();
    if (!canvas) return;
    canvas.id = 'printed';
    byId('printed')?.remove();
    byId('maps').append(canvas);
  }
}
