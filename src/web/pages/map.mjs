// The Map page: density and other layers over the city, what a click tells, time below, periods side by side.

import * as api from '../api.mjs';
import {Areas} from '../map/areas.mjs';
import {Card} from '../map/card.mjs';
import {Compare} from '../map/compare.mjs';
import {DensityControls} from '../map/density.mjs';
import {Dock} from '../map/dock.mjs';
import {Histogram} from '../map/histogram.mjs';
import {IncidentList} from '../map/incidents.mjs';
import {Layers} from '../map/layers.mjs';
import {layOut} from '../map/layout.mjs';
import {densityBlock, Legend} from '../map/legend.mjs';
import {PlainMap} from '../map/plain.mjs';
import {Search} from '../map/search.mjs';
import {drawParameters, EXTRA, isContinuous, isOn, PARAMETERS, pictureParameters, readMap, refine, viewOf, writeMap} from '../map/state.mjs';
import {Table} from '../map/table.mjs';
import {Timeline} from '../map/timeline.mjs';
import {Tools} from '../map/tools.mjs';
import {byId, element, needStyle} from '../parts/dom.mjs';
import {date, number, t, translate} from '../parts/i18n.mjs';
import {isTold, note, settle, tell} from '../parts/messages.mjs';
import {busy, setMapIdle} from '../parts/ready.mjs';

export const parameters = PARAMETERS;
export const words = 'map';

let page;

export async function mount(root, app) {
  page = new MapPage(root, app);
  await page.start();
}

export function unmount() {
  page?.end();
  page = null;
}

export function refresh(what) {
  page?.refresh(what);
}

export function cancel() {
  page?.cancel();
}

const wrongRequest = error => error?.status >= 400 && error.status < 500;

class MapPage {
  constructor(root, app) {
    this.app = app;
    this.root = root;
    this.showing = new AbortController();
  }

  async start() {
    const {app} = this;
    readMap(app.state);
    writeMap(app.state);
    app.write();
    setMapIdle(false);
    const vendor = new URL('../vendor/maplibre-gl/dist/maplibre-gl.css', import.meta.url);
    await Promise.all([needStyle(vendor), needStyle(new URL('../css/map.css', import.meta.url))]);
    layOut(this.root);
    this.layers = new Layers(app, name => this.#layerChanged(name));
    this.density = new DensityControls(app, () => this.#changed(), () => app.filtersChanged());
    this.timeline = new Timeline(app, byId('moving'), () => this.#changed());
    this.areas = new Areas(app);
    this.legend = new Legend();
    this.histogram = new Histogram(app, () => app.filtersChanged());
    const dock = new Dock(() => this.view?.resize());
    this.list = new IncidentList(app, dock, position => this.view?.zoomTo(position));
    const marks = {
      mark: position => this.view?.mark(position),
      reveal: position => this.#reveal(position),
      zoomTo: position => this.view?.zoomTo(position),
    };
    this.card = new Card(app, marks, dock, this.areas, this.list);
    this.table = new Table(app, dock, this.areas, this.list, {fit: box => this.view?.fit(box)}, () => this.#layerChanged('rates'));
    this.compare = new Compare(app, () => this.view, () => this.#viewChanged(), () => app.filtersChanged());
    this.search = new Search(() => this.view?.box, position => {
      this.view.zoomTo(position, 16);
      this.card.show(...position);
    });
    this.tools = new Tools(app, {view: () => this.view, table: () => this.table.toggle(), legend: () => this.legend.place()});
    this.#showWords();
    await this.#makeView();
    if (page !== this) return;
    await Promise.all([this.#showMap(), this.#showNumbers()]);
    this.card.open();
    if (this.table.isOpen && !app.state.more.place) this.table.open();
  }

  /** On a narrow screen the dock leaves a part of the map: the place moves into it. */
  #reveal(position) {
    const [dock, maps] = ['dock', 'maps'].map(id => byId(id).getBoundingClientRect());
    if (dock.top >= maps.bottom - 1) this.view?.reveal(position);
  }

  end() {
    this.showing.abort();
    for (const part of [this.areas, this.card, this.list, this.table, this.compare]) part?.cancel();
    this.timeline?.stop();
    for (const part of [this.histogram, this.search, this.tools]) part?.end();
    this.view?.remove();
    this.view = null;
  }

  /** Gives up what is under way, and offers to take it up again. */
  cancel() {
    this.showing.abort();
    for (const part of [this.areas, this.card, this.list, this.table, this.compare, this.histogram]) part.cancel();
    this.view?.cancel();
    tell('cancelled', 'loading.cancelled', null, () => {
      this.#refreshDock();
      this.#showMap();
      this.#showNumbers();
      this.histogram.refresh();
    });
  }

  refresh(what) {
    if (!this.view) return;
    if (what === 'filters') this.#changed(false);
    else if (what === 'words') {
      this.#showWords();
      this.#refreshDock();
      this.#showMap();
      this.#showNumbers();
    } else if (what === 'theme') {
      this.histogram.recolour();
      this.#showMap();
      this.#showNumbers();
    } else {
      this.#showWords();
      this.view.showData(this.app.city);
      this.#refreshDock();
      this.#showNumbers();
    }
  }

  /** Density or filters changed. */
  #changed(own = true) {
    writeMap(this.app.state);
    this.app.write();
    this.#showControls();
    if (!this.view) return;
    settle('tiles');
    settle('cancelled');
    this.#refreshDock();
    if (own) this.view.showData();
    else this.#showMap();
    this.#showNumbers();
  }

  /** What the dock tells depends on filters, words and data. */
  #refreshDock() {
    this.card.refresh();
    this.table.refresh();
  }

  /** One map or two, or many small ones. */
  #viewChanged() {
    writeMap(this.app.state);
    this.app.write();
    this.#showControls();
    this.#showMap();
    this.#showNumbers();
  }

  #layerChanged(name) {
    if (name === 'density') {
      this.#changed();
      return;
    }
    writeMap(this.app.state);
    this.app.write();
    this.#showControls();
    this.#showMap();
    if (EXTRA.includes(name)) this.#showAreas(name);
    else if (name === 'heat') this.#showNumbers();
  }

  /** Rates or hotspots: asked for where they are on; taken away else. */
  async #showAreas(name) {
    if (!isOn(this.app.state, name) || !this.view) {
      this.legend.set(name, null);
      return;
    }
    try {
      const two = ['swipe', 'side'].includes(viewOf(this.app.state));
      const [{collection, legend}, other] = await Promise.all([
        this.areas[name](), two && this.areas[name]({datetime: this.app.state.compare})]);
      this.view?.showAreas(name, collection, other?.collection);
      this.legend.set(name, legend);
      settle(name);
    } catch (error) {
      if (error.name === 'AbortError') return;
      this.legend.set(name, null);
      tell(name, 'error.load', error, () => this.#showAreas(name));
    }
  }

  #showControls() {
    this.layers.refresh();
    this.compare.refresh();
    this.density.refresh();
    this.timeline.refresh();
    this.histogram.refresh();
  }

  #showWords() {
    translate(this.root);
    this.search.refresh();
    this.tools.refresh();
    this.#showControls();
    this.#showAbout();
    this.#showEmpty();
  }

  async #makeView() {
    const {state, city} = this.app;
    const events = {
      click: (lon, lat) => this.card.show(lon, lat),
      moved: () => {},
      slow: () => this.#offerPictures(),
      // Wrong filters and a lost server spoil tiles and legend alike: the legend's message says why.
      error: error => isTold('numbers') || wrongRequest(error) || tell('tiles', 'error.tiles', error, () => this.view?.showData()),
    };
    if (state.more.draw !== 'pictures') {
      try {
        const {MapView} = await busy(import('../map/view.mjs'));
        if (page !== this) return;
        this.view = new MapView(state, city, events);
        return;
      } catch {
        note('plain', 'fallback.note');
      }
    }
    byId('map').replaceChildren();
    this.view = new PlainMap(state, city, events);
    this.layers.able = ['heat'];
    this.compare.able = ['one', 'difference', 'panels'];
    this.#showControls();
    if (state.more.draw === 'pictures') note('plain', 'slow.pictures', ['slow.back', () => this.#draw('')]);
  }

  /** The drawing is too slow for comfort. */
  #offerPictures() {
    note('plain', 'slow.note', ['slow.take', () => this.#draw('pictures')]);
  }

  /** Draws the map by the browser, or from the server's pictures. */
  async #draw(how) {
    const {state} = this.app;
    state.more.draw = how;
    if (how) state.view = null;
    writeMap(state);
    this.app.write();
    this.view.remove();
    this.view = null;
    this.layers.able = null;
    this.compare.able = undefined;
    await this.#makeView();
    this.#showControls();
    await Promise.all([this.#showMap(), this.#showNumbers()]);
  }

  async #showMap() {
    try {
      await this.view?.showStyle();
      settle('style');
    } catch (error) {
      tell('style', 'error.load', error, () => this.#showMap());
    }
  }

  /** Legend and count for the present filters; a newer request overtakes an older one. */
  async #showNumbers() {
    this.showing.abort();
    this.showing = new AbortController();
    const {signal} = this.showing;
    const {app} = this;
    for (const name of EXTRA) this.#showAreas(name);
    try {
      const panels = viewOf(app.state) === 'panels' && this.view;
      const all = busy(api.legend(drawParameters(app.state, panels ? {} : undefined, true), signal));
      const [counts, first] = await Promise.all([all, panels && this.compare.drawPanels()]);
      // The classes are those of one small map, what is counted is all.
      const legend = first ? {...first, n: counts.n, total: counts.total, positioned_share: counts.positioned_share} : counts;
      if (isContinuous(app.state) && refine(app.state, counts)) this.view?.showData();
      const told = isOn(app.state, 'heat') && app.city.counts.incidents > 0;
      this.legend.set('heat', told ? densityBlock(legend, app, pictureParameters(app.state)) : null);
      app.showMatched(counts);
      settle('numbers');
    } catch (error) {
      if (error.name === 'AbortError') return;
      this.legend.set('heat', null);
      app.showMatched(null);
      settle('tiles');
      const again = () => {
        this.view?.showData();
        this.#showNumbers();
      };
      tell('numbers', 'error.load', error, wrongRequest(error) ? null : again);
    }
  }

  #showAbout() {
    const {city} = this.app;
    const {counts} = city;
    const lines = [t('about.incidents', {n: number(counts.incidents)})];
    if (city.min_time && city.max_time)
      lines.push(t('about.period', {from: date(city.min_time, city.timezone), to: date(city.max_time, city.timezone)}));
    lines.push(t('about.timezone', {zone: city.timezone}));
    byId('about').replaceChildren(
      element('p', {}, lines.join(' · ')),
      counts.unmatched > 0 ? element('p', {}, t('about.unmatched', {n: number(counts.unmatched)})) : '',
      element('p', {}, element('a', {href: '/api.html'}, t('about.api')), ' · ', element('a', {href: '/ogc'}, t('about.ogc'))));
  }

  #showEmpty() {
    const {city} = this.app;
    const bare = !city.box;
    byId('empty').hidden = city.counts.incidents > 0;
    byId('time').hidden = city.counts.incidents === 0;
    if (byId('empty').hidden) return;
    const commands = ['hotspotd import CITY.gpkg incidents cases.csv'];
    if (bare) commands.unshift('hotspotd import CITY.gpkg units communities.shp --level community', 'hotspotd import CITY.gpkg streets streets.geojson');
    byId('empty').replaceChildren(
      element('h2', {}, t('empty.title')),
      element('p', {}, t(bare ? 'empty.text' : 'empty.incidents')),
      element('pre', {}, commands.join('\n')),
      element('button', {type: 'button', class: 'button main', onclick: () => this.app.go('data')}, t('empty.import')));
  }
}
