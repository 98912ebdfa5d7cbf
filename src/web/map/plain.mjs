// The map without WebGL: the server's pictures of the base map, those of the heat over them. Same calls as MapView.

import {mapTiles} from '../api.mjs';
import {element} from '../parts/dom.mjs';
import {t} from '../parts/i18n.mjs';
import {setMapIdle} from '../parts/ready.mjs';
import {heatUrl} from './overlay.mjs';
import {isOn} from './state.mjs';

const TILE = 256;
const MARGIN = 20;
const STEP_PX = 80; // a press of an arrow key

const clampLat = lat => Math.max(-85, Math.min(85, lat));
/** Web Mercator, the world as the unit square. */
const toWorld = ([lon, lat]) => {
  const s = Math.sin(clampLat(lat) * Math.PI / 180);
  return [lon / 360 + 0.5, 0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI)];
};
const toLonLat = ([x, y]) => [(x - 0.5) * 360, Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180 / Math.PI];

export class PlainMap {
  constructor(state, city, events) {
    this.state = state;
    this.city = city;
    this.events = events;
    this.switches = ['heat'];
    this.root = document.getElementById('map');
    this.base = element('div', {class: 'plain-tiles'});
    this.tiles = element('div', {class: 'plain-tiles plain-heat'});
    this.pin = element('span', {class: 'plain-pin', hidden: true});
    this.root.classList.add('plain');
    this.root.tabIndex = 0;
    this.root.setAttribute('role', 'application');
    this.root.replaceChildren(this.base, this.tiles, this.pin, this.#buttons());
    this.home();
    this.#listen();
  }

  async showStyle() {
    this.#draw(true);
    this.root.setAttribute('aria-label', t('map.label'));
    for (const button of this.root.querySelectorAll('[data-key]')) {
      button.title = t(button.dataset.key);
      button.setAttribute('aria-label', t(button.dataset.key));
    }
  }

  showData(city = this.city) {
    this.city = city;
    this.#draw(true);
  }

  mark(position) {
    this.marked = position;
    this.#placePin();
  }

  zoomTo(position) {
    this.centre = toWorld(position);
    if (this.z < 15) this.#zoom(15 - this.z);
    else this.#draw(false);
  }

  /** Moves a place into the middle. */
  reveal(position) {
    this.centre = toWorld(position);
    this.#draw(false);
  }

  home() {
    this.#show(boxOf(this.city));
  }

  #show([west, south, east, north]) {
    const [left, top] = toWorld([west, north]);
    const [right, bottom] = toWorld([east, south]);
    this.centre = [(left + right) / 2, (top + bottom) / 2];
    const wide = this.root.clientWidth - 2 * MARGIN;
    const high = this.root.clientHeight - 2 * MARGIN;
    const fit = Math.min(wide / (right - left || 1e-6), high / (bottom - top || 1e-6));
    // Whole zooms only: a little over the edge is better than half the size.
    this.z = Math.max(0, Math.min(18, Math.floor(Math.log2(fit * 1.15 / TILE))));
    this.#draw(true);
  }

  /** [west, south, east, north] of what is in sight. */
  get box() {
    const [west, north] = toLonLat(this.#fromScreen([0, 0]));
    const [east, south] = toLonLat(this.#fromScreen([this.root.clientWidth, this.root.clientHeight]));
    return [west, south, east, north];
  }

  /** As MapLibre counts: its zoom is of tiles of 512 pixels. */
  get camera() {
    return {center: toLonLat(this.centre), zoom: this.z - 1};
  }

  fit([west, south, east, north]) {
    this.#show([west, south, east, north]);
  }

  resize() {
    this.#draw(false);
  }

  /** Pictures print as they are. */
  snapshot() {
    return null;
  }

  /** Gives up the pictures that are under way; showStyle() asks again. */
  cancel() {
    for (const image of [...this.base.children, ...this.tiles.children]) if (!image.complete) image.remove();
    setMapIdle(true);
  }

  showAreas() {
    // The server's pictures have no such layers; their switches are not offered.
  }

  remove() {
    this.observer.disconnect();
    this.root.replaceChildren();
    this.root.classList.remove('plain');
  }

  #buttons() {
    const button = (key, text, action) => element('button', {type: 'button', 'data-key': key, onclick: action}, text);
    return element('div', {class: 'plain-buttons'}, button('map.zoomIn', '+', () => this.#zoom(1)),
      button('map.zoomOut', '−', () => this.#zoom(-1)), button('map.home', '⌂', () => this.home()));
  }

  /** [x, y] on the screen of a place on the unit square, and back. */
  #toScreen([x, y]) {
    const size = TILE * 2 ** this.z;
    return [(x - this.centre[0]) * size + this.root.clientWidth / 2, (y - this.centre[1]) * size + this.root.clientHeight / 2];
  }

  #fromScreen([x, y]) {
    const size = TILE * 2 ** this.z;
    return [(x - this.root.clientWidth / 2) / size + this.centre[0], (y - this.root.clientHeight / 2) / size + this.centre[1]];
  }

  #zoom(steps, at = [this.root.clientWidth / 2, this.root.clientHeight / 2]) {
    const wanted = Math.max(0, Math.min(18, this.z + steps));
    if (wanted === this.z) return;
    const fixed = this.#fromScreen(at);
    this.z = wanted;
    const moved = this.#fromScreen(at);
    this.centre = [this.centre[0] + fixed[0] - moved[0], this.centre[1] + fixed[1] - moved[1]];
    this.#draw(true);
  }

  #listen() {
    const {root} = this;
    let start = null;
    let turned = 0;
    root.addEventListener('pointerdown', event => {
      if (event.target.closest('button')) return;
      start = {at: [event.clientX, event.clientY], centre: this.centre, moved: false};
      root.setPointerCapture(event.pointerId);
    });
    root.addEventListener('pointermove', event => {
      if (!start) return;
      const [dx, dy] = [event.clientX - start.at[0], event.clientY - start.at[1]];
      start.moved ||= Math.hypot(dx, dy) > 4;
      const size = TILE * 2 ** this.z;
      this.centre = [start.centre[0] - dx / size, start.centre[1] - dy / size];
      this.#draw(false);
    });
    root.addEventListener('pointerup', event => {
      const clicked = start && !start.moved;
      start = null;
      if (!clicked) return;
      const frame = root.getBoundingClientRect();
      const [lon, lat] = toLonLat(this.#fromScreen([event.clientX - frame.left, event.clientY - frame.top]));
      this.events.click(lon, lat);
    });
    root.addEventListener('wheel', event => {
      event.preventDefault();
      turned += event.deltaY;
      if (Math.abs(turned) < 60) return;
      const frame = root.getBoundingClientRect();
      this.#zoom(turned < 0 ? 1 : -1, [event.clientX - frame.left, event.clientY - frame.top]);
      turned = 0;
    }, {passive: false});
    root.addEventListener('keydown', event => this.#pressed(event));
    this.observer = new ResizeObserver(() => this.#draw(false));
    this.observer.observe(root);
  }

  #pressed(event) {
    if (event.target !== this.root) return;
    const moves = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
    const size = TILE * 2 ** this.z;
    const move = moves[event.key];
    if (move) {
      this.centre = [this.centre[0] + move[0] * STEP_PX / size, this.centre[1] + move[1] * STEP_PX / size];
      this.#draw(false);
    } else if (event.key === '+' || event.key === '=') this.#zoom(1);
    else if (event.key === '-') this.#zoom(-1);
    else if (event.key === 'Enter') this.events.click(...toLonLat(this.centre));
    else return;
    event.preventDefault();
  }

  #draw(anew) {
    if (!this.tiles) return;
    if (anew) for (const layer of [this.base, this.tiles]) layer.replaceChildren();
    const {state, city} = this;
    this.#drawTiles(this.base, mapTiles(state.theme, state.lang, city.version));
    this.#drawTiles(this.tiles, isOn(state, 'heat') ? heatUrl(state, city.version) : null);
    this.#watch();
    this.#placePin();
    this.events.moved();
  }

  /** The pictures of a layer that are in sight; without an address none. */
  #drawTiles(tiles, url) {
    const {root, z} = this;
    const count = 2 ** z;
    const [left, top] = this.#fromScreen([0, 0]);
    const [right, bottom] = this.#fromScreen([root.clientWidth, root.clientHeight]);
    const wanted = new Set();
    for (let y = Math.max(0, Math.floor(top * count)); url && y < Math.min(count, Math.ceil(bottom * count)); y++)
      for (let x = Math.floor(left * count); x < Math.ceil(right * count); x++) wanted.add(`${x}/${y}`);
    const present = new Map([...tiles.children].map(image => [image.dataset.at, image]));
    for (const [at, image] of present) if (!wanted.has(at)) image.remove();
    for (const at of wanted) {
      const [x, y] = at.split('/').map(Number);
      const image = present.get(at) ?? this.#tile(tiles, url.replace('{z}', z).replace('{x}', ((x % count) + count) % count).replace('{y}', y), at);
      const [sx, sy] = this.#toScreen([x / count, y / count]);
      image.style.transform = `translate(${Math.round(sx)}px, ${Math.round(sy)}px)`;
    }
  }

  #tile(tiles, url, at) {
    const image = element('img', {src: url, width: TILE, height: TILE, alt: '', 'data-at': at, draggable: 'false'});
    image.addEventListener('error', () => this.events.error(Object.assign(new Error(url), {url})));
    tiles.append(image);
    return image;
  }

  /** Idle once every picture has come or failed. */
  #watch() {
    setMapIdle(false);
    const images = [...this.base.children, ...this.tiles.children];
    this.watched = Promise.allSettled(images.map(image => image.decode()));
    const mine = this.watched;
    mine.then(() => {
      if (mine === this.watched) setMapIdle(true);
    });
  }

  #placePin() {
    this.pin.hidden = !this.marked;
    if (!this.marked) return;
    const [x, y] = this.#toScreen(toWorld(this.marked));
    this.pin.style.transform = `translate(${x}px, ${y}px)`;
  }
}

function boxOf(city) {
  if (city.box) return city.box;
  const [lon, lat] = city.counts.incidents > 0 ? city.center : [0, 0];
  const reach = city.counts.incidents > 0 ? 0.1 : 80;
  return [lon - reach, lat - reach, lon + reach, lat + reach];
}
