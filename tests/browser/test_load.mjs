// What the first load takes: page, scripts, styles and words together under 600 KB as they are sent; all of them but the
// page itself kept for ever by their version; nothing from elsewhere.

import assert from 'node:assert/strict';
import {get} from 'node:http';

import {findChromium, launch, openPage, ready, serveSample} from './browser.mjs';

const MOST_BYTES = 600 * 1024;
/** The map's tiles, font and data are not the page's. */
const isPage = url => url.pathname.startsWith('/assets/') ? !url.pathname.endsWith('.woff2') : url.pathname.startsWith('/app/');

/** Bytes of an answer as they are sent. */
const sizeOf = url => new Promise((resolve, reject) => {
  get(url, {headers: {'Accept-Encoding': 'gzip'}}, response => {
    let size = 0;
    response.on('data', data => { size += data.length; });
    response.on('end', () => resolve(size));
  }).on('error', reject);
});

if (!findChromium()) {
  console.log('skipped: there is no chromium');
  process.exit(77);
}
const server = await serveSample(500);
const browser = await launch();
try {
  const page = await openPage(browser, server.origin, {viewport: {width: 1440, height: 900}});
  const sent = new Map();
  const answers = [];
  page.context().on('response', response => answers.push(response)); // of workers too
  await page.goto(`${server.origin}/app/map?lang=en&theme=light`);
  await ready(page);
  for (const response of answers) {
    const url = new URL(response.url());
    if (!['http:', 'https:'].includes(url.protocol) || !isPage(url)) continue;
    const headers = await response.allHeaders();
    const {responseBodySize} = await response.request().sizes();
    sent.set(url.pathname.replace(/^\/assets\/\w+/, ''), responseBodySize);
    if (url.pathname.startsWith('/assets/')) {
      assert.match(headers['cache-control'], /immutable/, url.pathname);
      if (responseBodySize > 2000) assert.equal(headers['content-encoding'], 'gzip', url.pathname);
    }
  }
  // What a worker fetches is told without its size.
  const worker = '/vendor/maplibre-gl/dist/maplibre-gl-worker.mjs';
  if (!sent.get(worker)) {
    const [, version] = answers.map(response => response.url().match(/\/assets\/(\w+)\/main/)).find(Boolean);
    sent.set(worker, await sizeOf(`${server.origin}/assets/${version}${worker}`));
  }
  assert.ok(sent.get(worker) > 100000, `${worker}: ${sent.get(worker)}`);
  const total = [...sent.values()].reduce((sum, size) => sum + size, 0);
  for (const [path, size] of [...sent].sort((a, b) => b[1] - a[1]).slice(0, 6)) console.log(`${(size / 1024).toFixed(1).padStart(8)} KB ${path}`);
  assert.ok(total < MOST_BYTES, `${total} bytes`);
  assert.deepEqual(page.faults, []);
  // Another version of the address is answered, and not kept.
  const stale = await fetch(`${server.origin}/assets/0123456789abcdef/main.mjs`);
  assert.equal(stale.status, 200);
  assert.equal(stale.headers.get('cache-control'), 'no-cache');
  assert.equal((await fetch(`${server.origin}/assets/0123456789abcdef/none.mjs`)).status, 404);
  console.log(`ok: ${sent.size} files, ${(total / 1024).toFixed(0)} KB`);
} finally {
  await browser.close();
  await server.stop();
}
