// The server's picture of a view against MapLibre's own rendering of the same style, data, centre and zoom in a real
// browser. Both are averaged over blocks of 8 pixels, so that what counts is ground, lines and how dark the names are,
// not the shape of an edge; names may stand elsewhere, so few blocks may differ much.

import assert from 'node:assert/strict';

import {findChromium, launch, openPage, serveSample} from './browser.mjs';

const WIDTH = 800;
const HEIGHT = 600;
const BLOCK = 8;
// Of 255. Half of the blocks: ground and lines; the mean: names too, wherever they stand.
const MOST_MEDIAN = 1;
const MOST_MEAN = 4;
// Blocks that differ by more than 40: names at other places.
const MOST_FAR = 0.03;

/** MapLibre's rendering of a style, as the PNG that is seen. */
async function rendered(page, origin, style, view) {
  await page.goto(`${origin}/healthz`);
  await page.evaluate(async ({style, view, width, height}) => {
    const maplibregl = await import('/vendor/maplibre-gl/dist/maplibre-gl.mjs');
    maplibregl.setWorkerUrl('/vendor/maplibre-gl/dist/maplibre-gl-worker.mjs');
    document.body.replaceChildren();
    document.body.style.margin = '0';
    const container = document.createElement('div');
    container.style.cssText = `position: relative; width: ${width}px; height: ${height}px; overflow: hidden`;
    document.body.append(container);
    const map = new maplibregl.Map({container, style: `/styles/${style}`, ...view, interactive: false, fadeDuration: 0,
      attributionControl: false});
    await new Promise((resolve, reject) => {
      map.once('idle', resolve);
      map.once('error', event => reject(event.error));
    });
    for (const part of container.querySelectorAll('.maplibregl-control-container')) part.remove();
  }, {style, view, width: WIDTH, height: HEIGHT});
  return page.screenshot({clip: {x: 0, y: 0, width: WIDTH, height: HEIGHT}});
}

/** How far two pictures are apart, block by block: {median, mean, far}. */
function compare(page, shot, url) {
  return page.evaluate(async ({shot, url, width, height, block}) => {
    const blocks = async source => {
      const bitmap = await createImageBitmap(await (await fetch(source)).blob());
      const canvas = new OffscreenCanvas(width, height);
      const pen = canvas.getContext('2d', {willReadFrequently: true});
      pen.drawImage(bitmap, 0, 0);
      const {data} = pen.getImageData(0, 0, width, height);
      const sums = new Float64Array(width / block * height / block * 3);
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++)
          for (let c = 0; c < 3; c++)
            sums[(Math.floor(y / block) * (width / block) + Math.floor(x / block)) * 3 + c] += data[(y * width + x) * 4 + c];
      return sums.map(sum => sum / block ** 2);
    };
    const [a, b] = [await blocks(shot), await blocks(url)];
    const apart = [];
    for (let i = 0; i < a.length; i += 3)
      apart.push(Math.max(...[0, 1, 2].map(c => Math.abs(a[i + c] - b[i + c]))));
    apart.sort((p, q) => p - q);
    return {
      median: apart[apart.length >> 1],
      mean: apart.reduce((sum, value) => sum + value, 0) / apart.length,
      far: apart.filter(value => value > 40).length / apart.length,
      plain: Math.max(...b) - Math.min(...b),
    };
  }, {shot: `data:image/png;base64,${shot.toString('base64')}`, url, width: WIDTH, height: HEIGHT, block: BLOCK});
}

async function check(page, origin, style, center, zoom) {
  const shot = await rendered(page, origin, style, {center, zoom});
  const url = `/map.png?style=${style}&lang=zh&center=${center}&zoom=${zoom}&width=${WIDTH}&height=${HEIGHT}`;
  const apart = await compare(page, shot, url);
  const said = `${style} ${zoom}: half within ${apart.median.toFixed(2)}, mean ${apart.mean.toFixed(2)}, far ${(100 * apart.far).toFixed(2)} %`;
  assert.ok(apart.plain > 60, `${said}: something is drawn`);
  assert.ok(apart.median <= MOST_MEDIAN && apart.mean <= MOST_MEAN && apart.far <= MOST_FAR, said);
  console.log(`ok: ${said}`);
}

if (!findChromium()) {
  console.error('no chromium: skipped');
  process.exit(77);
}
const {origin, stop} = await serveSample(500);
const browser = await launch();
try {
  const page = await openPage(browser, origin);
  const city = await (await fetch(`${origin}/city`)).json();
  const center = city.center;
  for (const [style, zoom] of [['light', 11.6], ['light', 13.2], ['light', 14.6], ['light', 16.3], ['dark', 13.2], ['dark', 15.4], ['print', 14]])
    await check(page, origin, style, center, zoom);
  assert.deepEqual(page.faults.filter(fault => !fault.includes('/favicon.ico')), []);
} finally {
  await browser.close();
  assert.equal(await stop(), 0);
}
