// The map drawn with WebGL, and the second one beside or over it where two periods are compared. `new MapView` throws
// where there is no WebGL; pages/map.mjs then takes the plain one.

import * as maplibregl from '../vendor/maplibre-gl/dist/maplibre-gl.mjs';

import {style as fetchStyle} from '../api.mjs';
import {byId} from '../parts/dom.mjs';
import {t} from '../parts/i18n.mjs';
import {busy, setMapIdle} from '../parts/ready.mjs';
import {periodText} from '../parts/words.mjs';
import {hatchImage} from './hatch.mjs';
import {compose, heatUrl, incidentUrl} from './overlay.mjs';
import {viewOf} from './state.mjs';

maplibregl.setWorkerUrl(new URL('../vendor/maplibre-gl/dist/maplibre-gl-worker.mjs', import.meta.url).href);

const MARGIN = 28;
/** Below this many pictures a second while the map moves, pictures of the server are offered. */
const SLOW_PER_S = 8;
const SLOW_AFTER_MS = 2500;

/** Where the map opens: the city's box; around its centre when there are incidents only; else the world. */
function startOf(city) {
  if (city.box) return {bounds: city.box, fitBoundsOptions: {padding: MARGIN}};
  if (city.counts.incidents > 0) return {center: city.center, zoom: 11};
  return {center: [100, 25], zoom: 1.5};
}

const newMap = (container, more) => new maplibregl.Map({
  container, maxZoom: 19.5, minZoom: 1, attributionControl: false, maxPitch: 0, dragRotate: false, ...more,
});

class HomeControl {
  constructor(home) {
    this.home = home;
  }

  onAdd() {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'home';
    button.addEventListener('click', this.home);
    this.container = document.createElement('div');
    this.container.className = 'maplibregl-ctrl maplibregl-ctrl-group';
    this.container.append(button);
    return this.container;
  }

  onRemove() {
    this.container.remove();
  }
}

export class MapView {
  /** `events`: click(lon, lat), moved(), error(error), slow(). */
  constructor(state, city, events) {
    this.state = state;
    this.city = city;
    this.events = events;
    this.bases = {};
    this.data = {};
    this.otherData = {};
    this.idle = new Set();
    this.map = newMap('map', {...startOf(city), hash: 'map'});
    const {map} = this;
    map.addControl(new maplibregl.NavigationControl({showCompass: false}), 'top-right');
    map.addControl(new HomeControl(() => this.home()), 'top-right');
    map.addControl(new maplibregl.ScaleControl({maxWidth: 110}), 'bottom-right');
    this.#prepare(map, undefined);
    this.#watchSpeed();
    map.on('moveend', () => events.moved());
    map.getCanvas().addEventListener('keydown', event => {
      if (event.key !== 'Enter') return;
      const {lng, lat} = map.getCenter();
      events.click(lng, lat);
    });
  }

  #prepare(map) {
    const {events} = this;
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    map.on('styleimagemissing', event => {
      const theme = event.id.match(/^hatch-(\w+)$/)?.[1];
      if (theme) map.addImage(event.id, hatchImage(theme), {pixelRatio: 2});
    });
    map.on('idle', () => this.#setIdle(map, true));
    for (const event of ['dataloading', 'movestart', 'styledataloading', 'sourcedataloading']) map.on(event, () => this.#setIdle(map, false));
    map.on('error', event => events.error(event.error));
    map.on('click', event => this.#clicked(map, event));
    map.on('mousemove', event => {
      map.getCanvas().style.cursor = map.getLayer('incident') && this.#incidentsAt(map, event.point).length ? 'pointer' : '';
    });
  }

  /** A cluster opens by zooming in; everywhere else the place is told. */
  #clicked(map, event) {
    const cluster = this.#incidentsAt(map, event.point).find(feature => feature.properties.point_count);
    if (cluster && map.getZoom() < 18) this.zoomTo(cluster.position);
    else this.events.click(event.lngLat.lng, event.lngLat.lat);
  }

  #setIdle(map, idle) {
    if (idle) this.idle.add(map);
    else this.idle.delete(map);
    setMapIdle(this.idle.has(this.map) && (!this.other || this.idle.has(this.other)));
  }

  async showStyle() {
    const {state} = this;
    this.bases[state.theme] ??= await busy(fetchStyle(state.theme));
    if (!this.map) return;
    this.#follow();
    for (const [map, change] of this.#maps()) {
      this.#setIdle(map, false);
      map.setStyle(compose(this.bases[state.theme], state, this.city, map === this.other ? this.otherData : this.data, change), {diff: true});
      map.triggerRepaint(); // a style that changes nothing would never be idle
    }
    this.#labelControls();
  }

  /** Every map with what it changes of the filters. */
  #maps() {
    if (!this.other) return [[this.map, this.#twoMaps() ? {} : undefined]];
    return [[this.map, {}], [this.other, {datetime: this.state.compare}]];
  }

  #twoMaps() {
    return ['swipe', 'side'].includes(viewOf(this.state));
  }

  /** Makes or removes the second map, as the view wants. */
  #follow() {
    const two = this.#twoMaps();
    if (two && !this.other) {
      byId('map-other').hidden = false;
      this.other = newMap('map-other', {center: this.map.getCenter(), zoom: this.map.getZoom()});
      this.#prepare(this.other);
      this.#tie(this.map, this.other);
      this.#tie(this.other, this.map);
    } else if (!two && this.other) {
      this.other.remove();
      this.other = null;
      byId('map-other').hidden = true;
    }
    this.resize();
  }

  /** What moves one moves the other. */
  #tie(from, to) {
    from.on('move', () => {
      if (this.tied) return;
      this.tied = true;
      to.jumpTo({center: from.getCenter(), zoom: from.getZoom()});
      this.tied = false;
    });
  }

  /** New filters, radius or data: other tiles, the same map. */
  showData(city = this.city) {
    const moved = !this.city.box && city.box;
    this.city = city;
    if (moved) this.home();
    for (const [map, change] of this.#maps()) {
      const heat = map.getSource('heat');
      if (!heat) continue;
      this.#setIdle(map, false);
      heat.setTiles([heatUrl(this.state, city.version, change)]);
      map.getSource('incidents')?.setTiles([incidentUrl(this.state, city.version, change)]);
    }
    this.mark(null);
  }

  /** Areas of `rates` or `hotspots` as GeoJSON, and those of the comparison period where that has a map of its own. */
  showAreas(name, collection, other) {
    this.data[name] = collection;
    this.otherData[name] = other;
    this.#put({rates: 'rates', hotspots: 'spots'}[name], name);
  }

  /** Gives a source its data, once the style that has it is there. */
  #put(source, name) {
    for (const [map, data] of [[this.map, this.data], [this.other, this.otherData]]) {
      const put = () => data[name] && map.getSource(source)?.setData(data[name]);
      if (map?.getSource(source)) put();
      else map?.once('style.load', put);
    }
  }

  /** Puts the pin; null takes it away. */
  mark(position) {
    // Kept for styles that come later: the page may open with a place before its first style is there.
    const features = position ? [{type: 'Feature', properties: {}, geometry: {type: 'Point', coordinates: position}}] : [];
    for (const data of [this.data, this.otherData]) data.clicked = {type: 'FeatureCollection', features};
    this.#put('clicked', 'clicked');
  }

  zoomTo(position, zoom = Math.min(this.map.getZoom() + 2, 18)) {
    this.map.easeTo({center: position, zoom});
  }

  /** Moves a place into the middle. */
  reveal(position) {
    this.map.easeTo({center: position});
  }

  fit(box) {
    this.map.fitBounds(box, {padding: 60, maxZoom: 17});
  }

  home() {
    if (this.city.box) this.map.fitBounds(this.city.box, {padding: MARGIN});
  }

  /** [west, south, east, north] of what is in sight. */
  get box() {
    const bounds = this.map.getBounds();
    return [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  }

  get camera() {
    const {lng, lat} = this.map.getCenter();
    return {center: [lng, lat], zoom: this.map.getZoom()};
  }

  resize() {
    for (const [map] of this.#maps()) map.resize();
  }

  /** What is on screen as a 2-D canvas that can be printed. */
  snapshot() {
    this.map.redraw();
    const from = this.map.getCanvas();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [from.width, from.height];
    canvas.getContext('2d').drawImage(from, 0, 0);
    return canvas;
  }

  /** Gives up the density's tiles that are under way; showStyle() asks again. */
  cancel() {
    for (const [map] of this.#maps()) {
      if (map.getLayer('heat')) map.setLayoutProperty('heat', 'visibility', 'none');
      this.#setIdle(map, true);
    }
  }

  remove() {
    this.other?.remove();
    this.map.remove();
    this.map = null;
  }

  #incidentsAt(map, point) {
    const layers = ['incident', 'incident-cluster'].filter(id => map.getLayer(id));
    if (!layers.length) return [];
    const reach = 4;
    return map.queryRenderedFeatures([[point.x - reach, point.y - reach], [point.x + reach, point.y + reach]], {layers})
      .map(feature => ({position: feature.geometry.coordinates, properties: feature.properties}));
  }

  /** Counts the browser's frames while the map moves; tells once when they are too few over a while. */
  #watchSpeed() {
    let frames = 0;
    let moving = 0;
    let since = null;
    const count = () => {
      if (since === null) return;
      frames++;
      requestAnimationFrame(count);
    };
    this.map.on('movestart', () => {
      if (since !== null) return;
      since = performance.now();
      requestAnimationFrame(count);
    });
    this.map.on('moveend', () => {
      if (since === null) return;
      moving += performance.now() - since;
      since = null;
      if (moving < SLOW_AFTER_MS) return;
      if (frames / moving * 1000 < SLOW_PER_S) this.events.slow();
      frames = 0;
      moving = 0;
    });
  }

  /** The controls' words follow the page's language. */
  #labelControls() {
    const label = (selector, key) => {
      for (const part of this.map.getContainer().querySelectorAll(selector)) {
        part.title = t(key);
        part.setAttribute('aria-label', t(key));
      }
    };
    label('.maplibregl-ctrl-zoom-in', 'map.zoomIn');
    label('.maplibregl-ctrl-zoom-out', 'map.zoomOut');
    label('.home', 'map.home');
    for (const [map, change] of this.#maps()) {
      const period = change && periodText(change.datetime ?? this.state.filters.datetime, this.city);
      map.getCanvas().setAttribute('aria-label', [t('map.label'), period].filter(Boolean).join(' '));
    }
  }
}
