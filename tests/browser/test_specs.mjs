// What machines read of the interface is what its standards say: both OpenAPI documents by a validator of OpenAPI 3.0,
// the map styles, by either of their addresses, by the validator of the MapLibre style specification.

import assert from 'node:assert/strict';
import {existsSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {needLibraries, serveSample} from './browser.mjs';

needLibraries();
const {default: SwaggerParser} = await import('@apidevtools/swagger-parser');
const spec = join(dirname(fileURLToPath(import.meta.url)),
  '../../src/web/node_modules/@maplibre/maplibre-gl-style-spec/dist/index.mjs');
assert(existsSync(spec), 'the style specification comes with MapLibre');
const {validateStyleMin} = await import(spec);

const server = await serveSample(500);
try {
  const read = async path => {
    const reply = await fetch(server.origin + path);
    assert.equal(reply.status, 200, path);
    return reply.json();
  };
  for (const path of ['/api', '/ogc/api']) {
    const described = await read(path);
    const operations = Object.values(described.paths).flatMap(item => Object.values(item)).map(o => o.operationId);
    assert.equal(new Set(operations).size, operations.length, `${path}: every operationId is its own`);
    await assert.rejects(SwaggerParser.validate({...described, info: undefined}), 'the validator looks');
    await SwaggerParser.validate(described);
  }
  const {styles} = await read('/ogc/styles');
  assert.deepEqual(styles.map(s => s.id).sort(), ['dark', 'light', 'print']);
  for (const {id, links} of styles) {
    for (const address of [`/styles/${id}`, links.find(l => l.rel === 'stylesheet').href.slice(server.origin.length)]) {
      const style = await read(address);
      assert.deepEqual(validateStyleMin(style).map(e => e.message), [], address);
      await read(new URL(style.sources.base.url).pathname);
    }
  }
} finally {
  await server.stop();
}
console.log('ok');
