// A map beside a list or a form: the city's style with shapes of the page's own over it. Where there is no WebGL it says
// so, and the list or form goes on without it.

import {style as fetchStyle} from '../api.mjs';
import {element, needStyle} from './dom.mjs';
import {t} from './i18n.mjs';
import {busy, setMapIdle} from './ready.mjs';

const vendor = path => new URL(`../vendor/maplibre-gl/dist/${path}`, import.meta.url);
const EMPTY = {type: 'FeatureCollection', features: []};

export class SmallMap {
  /**
   * `layers(theme)` gives the style layers to put above the ground, which draw from `sources`, by name; `images(theme)`
   * the pictures that they use. `below`: under the names instead of over them. `adjust(layer)` changes
   * a layer of the style, or leaves it away (false). `picture()` is the address of the same map drawn by the server, where
   * there is one, for browsers without WebGL.
   */
  constructor(container, app, {label, sources, layers, images = () => ({}), below = false, adjust = () => true, click = null, picture = () => null}) {
    Object.assign(this, {container, app, label, sources, layers, images, below, adjust, click, picture, data: {}});
  }

  /** False where the map cannot be drawn. */
  async start() {
    try {
      await Promise.all([needStyle(vendor('maplibre-gl.css')), needStyle(new URL('../css/map.css', import.meta.url))]);
      const maplibregl = await busy(import('../vendor/maplibre-gl/dist/maplibre-gl.mjs'));
      maplibregl.setWorkerUrl(vendor('maplibre-gl-worker.mjs').href);
      const {city} = this.app;
      const style = await this.#style();
      if (this.ended) return false;
      const start = city.box ? {bounds: city.box, fitBoundsOptions: {padding: 20}} : {center: city.center, zoom: 10};
      this.map = new maplibregl.Map({container: this.container, style, ...start, attributionControl: false, maxPitch: 0,
        dragRotate: false, maxZoom: 19, fadeDuration: 100, cooperativeGestures: matchMedia('(max-width: 720px)').matches});
    } catch (error) {
      if (error.status !== undefined) throw error;
      this.plain = error.message;
      this.repaint();
      return false;
    }
    this.#prepare();
    return true;
  }

  #prepare() {
    const {map} = this;
    setMapIdle(false);
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    // What was set while the style was on its way.
    map.on('style.load', () => this.sources.forEach(name => this.data[name] && map.getSource(name)?.setData(this.data[name])));
    map.on('idle', () => setMapIdle(true));
    for (const event of ['dataloading', 'movestart', 'styledataloading']) map.on(event, () => setMapIdle(false));
    map.on('styleimagemissing', ({id}) => {
      const image = this.images(this.app.state.theme)[id];
      if (image && !map.hasImage(id)) map.addImage(id, image, {pixelRatio: 2});
    });
    // What WebGL draws is gone when paper is drawn: a copy stands there then.
    this.printing = new AbortController();
    addEventListener('beforeprint', () => this.#copy(), {signal: this.printing.signal});
    addEventListener('afterprint', () => this.container.querySelector('.printed')?.remove(), {signal: this.printing.signal});
    map.on('error', () => {}); // a tile that is missing is seen to be
    if (this.click) map.on('click', event => this.click([event.lngLat.lng, event.lngLat.lat], event.point));
    map.getCanvas().setAttribute('aria-label', this.label());
  }

  #copy() {
    this.map.redraw();
    const from = this.map.getCanvas();
    const copy = element('canvas', {class: 'printed', width: from.width, height: from.height});
    copy.getContext('2d').drawImage(from, 0, 0);
    this.container.append(copy);
  }

  async #style() {
    const {state} = this.app;
    const style = await busy(fetchStyle(state.theme));
    for (const name of this.sources) style.sources[name] = {type: 'geojson', data: this.data[name] ?? EMPTY};
    const own = this.layers(state.theme);
    const at = this.below ? style.layers.findIndex(layer => layer.id === style.metadata['hotspot:heat-below']) : style.layers.length;
    style.layers.splice(at, 0, ...own);
    style.layers = style.layers.filter(layer => own.includes(layer) || this.adjust(layer) !== false);
    for (const layer of style.layers) {
      if (state.lang === 'en' && layer.metadata?.['hotspot:label']) layer.layout['text-field'] = ['coalesce', ['get', 'name_en'], ['get', 'name']];
    }
    return style;
  }

  /** Theme or language changed. */
  async restyle() {
    if (!this.map) return;
    const style = await this.#style();
    this.map?.setStyle(style, {diff: false});
    this.map?.getCanvas().setAttribute('aria-label', this.label());
  }

  set(name, features) {
    this.data[name] = {type: 'FeatureCollection', features};
    this.map?.getSource(name)?.setData(this.data[name]);
  }

  /** What lies at a point of the screen in one of the layers. */
  at(point, layers) {
    return this.map?.queryRenderedFeatures(point, {layers})[0] ?? null;
  }

  /** Without WebGL: the server's picture of what is shown now, or words. */
  repaint() {
    if (this.plain === undefined || this.ended) return;
    const address = this.picture();
    this.container.replaceChildren(address
      ? element('img', {src: address, alt: this.label(), onerror: () => this.container.replaceChildren(this.#noMap())})
      : this.#noMap());
  }

  #noMap() {
    return element('p', {class: 'hint no-map', title: this.plain}, t('smallMap.none'));
  }

  fit(box, maxZoom = 16) {
    if (!box) return;
    this.map?.fitBounds(box, {padding: 50, maxZoom, animate: !matchMedia('(prefers-reduced-motion: reduce)').matches, duration: 300});
  }

  resize() {
    this.map?.resize();
  }

  end() {
    this.ended = true;
    this.printing?.abort();
    this.map?.remove();
    this.map = null;
    setMapIdle(true);
  }
}

/** [west, south, east, north] of GeoJSON features, or null. */
export function boxOf(features) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const walk = part => {
    if (typeof part[0] === 'number') {
      box[0] = Math.min(box[0], part[0]);
      box[1] = Math.min(box[1], part[1]);
      box[2] = Math.max(box[2], part[0]);
      box[3] = Math.max(box[3], part[1]);
    } else {
      part.forEach(walk);
    }
  };
  for (const {geometry} of features) if (geometry) walk(geometry.coordinates);
  return box[0] <= box[2] ? box : null;
}

export const PIN = {light: {fill: '#1463d8', ring: '#ffffff', text: '#ffffff'}, dark: {fill: '#6aa7ff', ring: '#12151b', text: '#12151b'}};
