// The map drawn with WebGL. `new MapView` throws where there is none; main.mjs then takes the plain one.

import * as maplibregl from '/vendor/maplibre-gl/dist/maplibre-gl.mjs';

import {style as fetchStyle} from './api.mjs';
import {t} from './i18n.mjs';
import {compose, heatUrl, incidentUrl} from './overlay.mjs';
import {busy, setMapIdle} from './ready.mjs';
import {roomAround} from './room.mjs';

maplibregl.setWorkerUrl('/vendor/maplibre-gl/dist/maplibre-gl-worker.mjs');

/** Where the map opens: the city's box; around its centre when there are incidents only; else the world. */
function startOf(city) {
  if (city.box) return {bounds: city.box, fitBoundsOptions: {padding: roomAround()}};
  if (city.counts.incidents > 0) return {center: city.center, zoom: 11};
  return {center: [100, 25], zoom: 1.5};
}

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
  /** `events`: click(lon, lat, incidents), error(error), fine(). */
  constructor(state, city, events) {
    this.state = state;
    this.city = city;
    this.bases = {};
    this.map = new maplibregl.Map({
      container: 'map',
      ...startOf(city),
      hash: 'map',
      maxZoom: 19.5,
      minZoom: 1,
      attributionControl: false,
      maxPitch: 0,
      dragRotate: false,
    });
    const {map} = this;
    map.addControl(new maplibregl.NavigationControl({showCompass: false}), 'top-right');
    map.addControl(new HomeControl(() => this.home()), 'top-right');
    map.addControl(new maplibregl.ScaleControl({maxWidth: 110}), 'bottom-right');
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    map.on('idle', () => setMapIdle(true));
    for (const event of ['dataloading', 'movestart', 'styledataloading', 'sourcedataloading']) map.on(event, () => setMapIdle(false));
    map.on('error', event => events.error(event.error));
    map.on('click', event => events.click(event.lngLat.lng, event.lngLat.lat, this.#incidentsAt(event.point)));
    map.on('mousemove', event => {
      map.getCanvas().style.cursor = map.getLayer('incident') && this.#incidentsAt(event.point).length ? 'pointer' : '';
    });
  }

  async showStyle() {
    const {state} = this;
    this.bases[state.theme] ??= await busy(fetchStyle(state.theme));
    setMapIdle(false);
    this.map.setStyle(compose(this.bases[state.theme], state, this.city), {diff: true});
    this.#labelControls();
  }

  /** New filters, radius or data: other tiles, the same map. */
  showData(city = this.city) {
    const moved = !this.city.box && city.box;
    this.city = city;
    if (moved) this.home();
    const heat = this.map.getSource('heat');
    if (!heat) return;
    setMapIdle(false);
    heat.setTiles([heatUrl(this.state, city.version)]);
    this.map.getSource('incidents')?.setTiles([incidentUrl(this.state, city.version)]);
    this.mark(null);
  }

  /** Puts the pin; null takes it away. */
  mark(position) {
    const features = position ? [{type: 'Feature', properties: {}, geometry: {type: 'Point', coordinates: position}}] : [];
    this.map.getSource('clicked')?.setData({type: 'FeatureCollection', features});
  }

  /** A card at a position; `closed` runs when the reader closes it. */
  popup(position, content, closed) {
    this.card?.remove();
    this.mark(position);
    const card = new maplibregl.Popup({maxWidth: '320px', offset: 12, focusAfterOpen: false})
      .setLngLat(position).setDOMContent(content).addTo(this.map);
    card.on('close', () => {
      if (this.card === card) this.mark(null);
      closed?.();
    });
    this.card = card;
    this.#labelControls();
  }

  /** What stood in the card may no longer be true. */
  closePopup() {
    this.card?.remove();
    this.card = null;
  }

  zoomTo(position) {
    this.map.easeTo({center: position, zoom: Math.min(this.map.getZoom() + 2, 18)});
  }

  home() {
    if (this.city.box) this.map.fitBounds(this.city.box, {padding: roomAround()});
  }

  #incidentsAt(point) {
    const layers = ['incident', 'incident-cluster'].filter(id => this.map.getLayer(id));
    if (!layers.length) return [];
    const reach = 4;
    return this.map.queryRenderedFeatures([[point.x - reach, point.y - reach], [point.x + reach, point.y + reach]], {layers})
      .map(feature => ({position: feature.geometry.coordinates, properties: feature.properties}));
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
    label('.maplibregl-popup-close-button', 'map.close');
    this.map.getCanvas().setAttribute('aria-label', t('map.label'));
  }
}
