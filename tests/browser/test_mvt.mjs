// Vector tiles of the sample city, read with Mapbox's own decoder at every zoom: what a tile may hold, that
// clusters count every incident once, that a unit has one label and that the TileJSON declares every field.

import assert from 'node:assert/strict';

import {needLibraries, serveSample} from './browser.mjs';

needLibraries();
const {checkTile, readTile} = await import('./check_mvt.mjs');

const CELLS = 14; // from this zoom on every level of units is drawn
const DEEPEST = 16;

const tileOf = (lon, lat, z) => {
  const n = 2 ** z;
  const y = (1 - Math.asinh(Math.tan(lat * Math.PI / 180)) / Math.PI) / 2;
  return [Math.floor((lon + 180) / 360 * n), Math.floor(y * n)];
};

/** The tiles of a box in degrees. */
function* tilesOf([west, south, east, north], z) {
  const [x0, y0] = tileOf(west, north, z);
  const [x1, y1] = tileOf(east, south, z);
  for (let x = x0; x <= x1; x++) for (let y = y0; y <= y1; y++) yield [x, y];
}

async function fetchTile(origin, set, z, x, y, query = '') {
  const answer = await fetch(`${origin}/tiles/${set}/${z}/${x}/${y}.mvt${query}`);
  if (answer.status === 204) return null;
  assert.equal(answer.status, 200, `${set} ${z}/${x}/${y}`);
  assert.equal(answer.headers.get('content-type'), 'application/vnd.mapbox-vector-tile');
  return new Uint8Array(await answer.arrayBuffer());
}

const json = async (origin, path) => (await fetch(origin + path)).json();

/** What is declared in the TileJSON is what the tiles hold, and nothing else is. */
function checkFields(declared, name, properties) {
  const fields = declared.get(name);
  assert.ok(fields, `layer ${name} is not in the TileJSON`);
  for (const [key, value] of Object.entries(properties)) {
    const kind = {string: 'String', number: 'Number', boolean: 'Boolean'}[typeof value];
    assert.equal(fields[key], kind, `field ${key} of layer ${name}`);
  }
}

async function declaredFields(origin, set) {
  const tilejson = await json(origin, `/tiles/${set}.json`);
  assert.equal(tilejson.tilejson, '3.0.0');
  assert.equal(tilejson.maxzoom, DEEPEST);
  return new Map(tilejson.vector_layers.map(layer => [layer.id, layer.fields]));
}

/** Incidents in a tile, clusters by what they stand for. */
function incidentsIn(bytes, declared) {
  checkTile(bytes);
  let sum = 0;
  const ids = new Set();
  for (const {id, layer, properties} of readTile(bytes)) {
    checkFields(declared, layer, properties);
    if (layer === 'reduced') continue; // tells of the tile, and is nothing in it
    assert.ok(!ids.has(id), `id ${id} is there twice`);
    ids.add(id);
    if (properties.clustered) assert.ok(properties.point_count > 1);
    sum += properties.clustered ? properties.point_count : 1;
  }
  return sum;
}

async function checkIncidents(origin, box, query) {
  const {n, total, unmatched} = await json(origin, `/density/legend${query}`);
  const declared = await declaredFields(origin, 'incidents');
  for (let z = 0; z <= CELLS; z++) {
    let sum = 0;
    for (const [x, y] of tilesOf(box, z)) {
      const bytes = await fetchTile(origin, 'incidents', z, x, y, query);
      if (bytes) sum += incidentsIn(bytes, declared);
    }
    assert.equal(sum, total - unmatched, `incidents at zoom ${z} ${query}`);
  }
  assert.ok(n > 0);
  console.log(`ok: ${total - unmatched} incidents at every zoom ${query}`);
}

/** One tile of the base map; adds the units labelled in it to `labels`. */
function checkBase(bytes, declared, labels) {
  checkTile(bytes);
  const units = new Set();
  for (const {layer, properties, type} of readTile(bytes)) {
    checkFields(declared, layer, properties);
    if (layer === 'units') units.add(properties.code);
    if (layer === 'units' || layer === 'zones') assert.equal(type, 3);
    if (layer === 'streets') assert.equal(type, 2);
    if (layer !== 'unit_labels') continue;
    assert.equal(type, 1);
    assert.ok(!labels.has(properties.code), `unit ${properties.code} is labelled twice`);
    labels.add(properties.code);
  }
  for (const {layer, properties} of readTile(bytes))
    if (layer === 'unit_labels') assert.ok(units.has(properties.code), `${properties.code} is labelled where it is not`);
}

async function checkBaseTiles(origin, box, unitCount) {
  const declared = await declaredFields(origin, 'base');
  for (let z = 0; z <= DEEPEST; z++) {
    const labels = new Set();
    for (const [x, y] of tilesOf(box, z)) {
      const bytes = await fetchTile(origin, 'base', z, x, y);
      if (bytes) checkBase(bytes, declared, labels);
    }
    assert.ok(labels.size > 0, `no label at zoom ${z}`);
    if (z >= CELLS) assert.equal(labels.size, unitCount, `labels at zoom ${z}`);
  }
  console.log(`ok: base tiles of every zoom, ${unitCount} units labelled once`);
}

/** The address is said before the city is loaded. */
async function loaded(origin) {
  for (let left = 600; left > 0; left--) {
    if ((await fetch(`${origin}/readyz`)).status === 200) return;
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  throw new Error('the city was never loaded');
}

const server = await serveSample(20000);
try {
  await loaded(server.origin);
  const city = await json(server.origin, '/city');
  const margin = 0.02; // incidents outside the city
  const box = [city.box[0] - margin, city.box[1] - margin, city.box[2] + margin, city.box[3] + margin];
  await checkBaseTiles(server.origin, city.box, city.counts.units);
  await checkIncidents(server.origin, box, '');
  await checkIncidents(server.origin, box, `?category=${encodeURIComponent('露天烧烤')}&hours=18-23`);
  assert.equal(await fetchTile(server.origin, 'base', DEEPEST, 0, 0), null);
} finally {
  assert.equal(await server.stop(), 0);
}
