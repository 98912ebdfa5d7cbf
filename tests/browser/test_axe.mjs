// axe-core finds nothing on any page, in both languages and themes, wide and narrow, with what opens open.

import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {findChromium, launch, needLibraries, openPage, ready, serveSample} from './browser.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const WIDE = {width: 1440, height: 900};
const NARROW = {width: 390, height: 800};

async function check(page, name) {
  const found = await page.evaluate(async () => {
    const {violations, passes} = await window.axe.run(document, {resultTypes: ['violations']});
    return {passes: passes.length, violations: violations.map(v => `${v.id}: ${v.help}\n${v.nodes.map(n => `    ${n.target}: ${n.failureSummary}`).join('\n')}`)};
  });
  assert.ok(found.passes > 10, `${name}: axe looked at something`);
  assert.deepEqual(found.violations, [], `${name}:\n${found.violations.join('\n')}`);
  console.log(`ok: ${name}`);
}

async function open(browser, origin, address, viewport) {
  const page = await openPage(browser, origin, {viewport});
  await page.addInitScript({content: readFileSync(join(here, 'node_modules/axe-core/axe.min.js'), 'utf8')});
  await page.goto(origin + address);
  await ready(page);
  return page;
}

async function checkMap(browser, origin, query, viewport) {
  const name = `map ${query} ${viewport.width}`;
  const page = await open(browser, origin, `/app/map?${query}`, viewport);
  await check(page, name);
  if (viewport === WIDE) {
    for (const sheet of ['period', 'comparison', 'clock', 'origin', 'account']) {
      await page.locator(`#${sheet} > summary`).click();
      await check(page, `${name}: ${sheet}`);
    }
    await page.keyboard.press('Escape');
    await page.locator('#search-text').fill('gl');
    await page.locator('#suggested [role=option]').first().waitFor();
    await check(page, `${name}: suggestions`);
    await page.locator('#search-text').press('Enter');
    await ready(page);
    await page.locator('#dock .week').waitFor();
    await check(page, `${name}: card`);
    await page.locator('#dock .card dd button').first().click();
    await ready(page);
    await check(page, `${name}: incidents`);
    await page.locator('#tools button').first().click();
    await ready(page);
    await page.locator('#dock .table').waitFor();
    await page.locator('label:has([name=layer-hotspots])').click();
    await page.locator('label:has([name=layer-rates])').click();
    await page.locator('#density > summary').click();
    await ready(page);
    await check(page, `${name}: table and layers`);
    await page.locator('#tools summary').click();
    await check(page, `${name}: print`);
  } else {
    await page.locator('#fold').click();
    await check(page, `${name}: filters`);
    await page.locator('#fold').click();
    await page.locator('#show-panel').click();
    await check(page, `${name}: panel`);
  }
  assert.deepEqual(page.faults, []);
  await page.context().close();
}

if (!findChromium()) {
  console.log('skipped: there is no chromium');
  process.exit(77);
}
needLibraries();
const server = await serveSample();
const browser = await launch();
try {
  await checkMap(browser, server.origin, 'lang=zh&theme=light', WIDE);
  await checkMap(browser, server.origin, 'lang=en&theme=dark&datetime=2025-01-01/2025-12-31', WIDE);
  await checkMap(browser, server.origin, 'lang=en&theme=light', NARROW);
  await checkMap(browser, server.origin, 'lang=zh&theme=dark', NARROW);
  for (const view of ['swipe', 'side', 'panels']) {
    const query = `lang=zh&theme=light&datetime=2025-07-01/2025-12-31&compare=2024-07-01/2024-12-31&view=${view}`;
    const page = await open(browser, server.origin, `/app/map?${query}`, WIDE);
    await check(page, view);
    assert.deepEqual(page.faults, []);
    await page.context().close();
  }
} finally {
  await browser.close();
  await server.stop();
}
