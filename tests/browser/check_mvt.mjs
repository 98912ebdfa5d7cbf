// Reads vector tiles with Mapbox's own decoder and checks them: node check_mvt.mjs TILE.mvt...
// Prints one JSON line a tile; exit status 1 says what is wrong.

import {readFileSync} from 'node:fs';
import {pathToFileURL} from 'node:url';
import {gunzipSync} from 'node:zlib';
import {VectorTile, classifyRings} from '@mapbox/vector-tile';
import {PbfReader} from 'pbf';

const EXTENT = 4096;
const BUFFER = 64;
const TYPES = {1: 'point', 2: 'line', 3: 'polygon'};

class Wrong extends Error {}

const demand = (condition, words) => {
  if (!condition) throw new Wrong(words);
};

function ringArea(ring) {
  let area = 0;
  for (let i = 0, k = ring.length - 1; i < ring.length; k = i++) {
    area += (ring[k].x - ring[i].x) * (ring[i].y + ring[k].y);
  }
  return area / 2;
}

function checkPolygon(rings, where) {
  for (const ring of rings) {
    demand(ring.length >= 4, `${where}: a ring of ${ring.length} corners`);
    demand(ringArea(ring) !== 0, `${where}: a ring of no area`);
  }
  demand(ringArea(rings[0]) > 0, `${where}: begins with a hole, or its outer ring turns the wrong way`);
  const polygons = classifyRings(rings);
  demand(polygons.length > 0, `${where}: no outer ring`);
  demand(polygons.flat().length === rings.length, `${where}: a hole before its outer ring`);
}

function checkFeature(feature, where) {
  const paths = feature.loadGeometry();
  demand(paths.length > 0, `${where}: no geometry`);
  for (const point of paths.flat()) {
    const [low, high] = feature.type === 1 ? [0, EXTENT - 1] : [-BUFFER, EXTENT + BUFFER];
    demand(point.x >= low && point.x <= high && point.y >= low && point.y <= high,
      `${where}: ${point.x},${point.y} lies outside the tile`);
  }
  if (feature.type === 2) demand(paths.every(line => line.length >= 2), `${where}: a line of one point`);
  if (feature.type === 3) checkPolygon(paths, where);
}

function checkLayer(layer) {
  demand(layer.version === 2 && layer.extent === EXTENT, `${layer.name}: version ${layer.version}, extent ${layer.extent}`);
  const summary = {features: layer.length, types: {}, keys: new Set()};
  for (let i = 0; i < layer.length; i++) {
    const feature = layer.feature(i);
    checkFeature(feature, `${layer.name}, feature ${feature.id}`);
    const type = TYPES[feature.type];
    summary.types[type] = (summary.types[type] ?? 0) + 1;
    Object.keys(feature.properties).forEach(key => summary.keys.add(key));
  }
  return {...summary, keys: [...summary.keys].sort()};
}

function decode(bytes) {
  const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
  return Object.entries(new VectorTile(new PbfReader(plain)).layers);
}

/** Checks a tile and sums it up, layer by layer. */
export function checkTile(bytes) {
  return Object.fromEntries(decode(bytes).map(([name, layer]) => [name, checkLayer(layer)]));
}

/** Every feature of a tile: {layer, id, type, properties, paths}. */
export function* readTile(bytes) {
  for (const [name, layer] of decode(bytes)) {
    for (let i = 0; i < layer.length; i++) {
      const feature = layer.feature(i);
      yield {layer: name, id: feature.id, type: feature.type, properties: feature.properties, paths: feature.loadGeometry()};
    }
  }
}

const asked = import.meta.url === pathToFileURL(process.argv[1]).href ? process.argv.slice(2) : [];
for (const path of asked) {
  try {
    console.log(JSON.stringify({path, layers: checkTile(readFileSync(path))}));
  } catch (error) {
    console.error(`${path}: ${error.message}`);
    process.exitCode = 1;
  }
}
