// The OGC API's pages as a person sees them: their small maps draw the features over the city's tiles, in both languages,
// asking nobody else; without WebGL the page stands without an empty frame.

import assert from 'node:assert/strict';

import {launch, openPage, picture, ready, serveSample} from './browser.mjs';

const server = await serveSample(800);
try {
  const browser = await launch('--lang=zh-CN');
  try {
    const page = await openPage(browser, server.origin);
    const pictures = new Set();
    for (const path of ['/ogc/collections/incidents/items?limit=200', '/ogc/collections/zones/items/1',
      '/ogc/collections/streets/items?limit=50&lang=en', '/ogc/collections/units']) {
      await page.goto(server.origin + path);
      await ready(page);
      pictures.add((await picture(page)).toString('base64'));
    }
    assert.equal(pictures.size, 4, 'each page draws its own map');
    await page.goto(`${server.origin}/ogc?lang=zh`);
    await page.click('a[href*="/ogc/collections?"]');
    await page.click('a[href*="/collections/zones?lang=zh"]');
    assert.match(await page.title(), /区域/);
    await ready(page);
    await page.click('a.language');
    assert.match(await page.title(), /Zones/);
    await ready(page);
    await page.goto(`${server.origin}/ogc/collections/zones/items?limit=5&lang=en`);
    await ready(page);
    await page.click('.pages a');
    assert.match(page.url(), /after=/);
    await ready(page);
    assert.deepEqual(page.faults, []);
  } finally {
    await browser.close();
  }
  const plain = await launch('--disable-webgl', '--disable-webgl2', '--disable-gpu', '--disable-3d-apis');
  try {
    const page = await openPage(plain, server.origin);
    await page.goto(`${server.origin}/ogc/collections/zones/items?lang=en`);
    await page.waitForSelector('#map', {state: 'detached', timeout: 60000});
    assert(await page.locator('table.features tr').count() > 5);
  } finally {
    await plain.close();
  }
} finally {
  assert.equal(await server.stop(), 0);
}
console.log('ok');
