// The Public page in a real browser, of a server that shows aggregates only: no small number anywhere, names before
// counts, downloads that agree with the table, what a click tells, and a resident's report by address and by pointing.

import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';

import {violations} from './axe.mjs';
import {findChromium, launch, openPage, ready, serveSample} from './browser.mjs';

if (!findChromium()) {
  console.log('skipped: there is no Chromium here');
  process.exit(77);
}
const FEW = '&category=0510&datetime=2025-06-01/2025-06-30';
const done = what => console.log(`ok: ${what}`);
const number = text => Number(text.replaceAll(',', ''));

async function open(page, origin, more = '') {
  await page.goto(`${origin}/app/public?lang=en&theme=light${more}`);
  await ready(page);
}

/** Cells of the communities' table: [name, count] each. */
const rows = page => page.locator('.communities tbody:not(.sums) tr:has(td)').evaluateAll(found => found.map(row => [row.cells[0].innerText, row.cells[1].innerText]));

async function checkNumbers(page, origin) {
  for (const more of ['', FEW]) {
    await open(page, origin, more);
    const counts = (await rows(page)).map(([, count]) => count);
    assert.ok(counts.length >= 30);
    for (const count of counts) assert.ok(/group \d+/.test(count) || number(count) === 0 || number(count) >= 5, count);
    const classes = await page.locator('.classes tbody td.number').allInnerTexts();
    for (const count of classes) assert.ok(number(count) >= 5 || /fewer/.test(count), count);
  }
  const merged = (await rows(page)).filter(([, count]) => /group/.test(count));
  assert.ok(merged.length > 1, 'with few incidents some are merged');
  const groups = await page.locator('.sums tr', {hasText: 'Group'}).count();
  assert.ok(groups >= 1);
  done(`no number below five: ${merged.length} communities in ${groups} groups`);
}

async function checkOrder(page, origin) {
  await open(page, origin);
  const parts = await page.locator('.communities tbody:not(.sums) tr').evaluateAll(found => found.map(row => (row.cells.length === 1 ? null : row.cells[0].innerText)));
  let before = null;
  for (const name of parts) {
    if (name && before) assert.ok(before.localeCompare(name, 'en') <= 0, `${before} before ${name}`);
    before = name;
  }
  assert.equal(await page.locator('.communities th button').count(), 0, 'nothing sorts by counts');
  done('communities by name, never by count');
}

async function checkDownloads(page, origin) {
  await open(page, origin, FEW);
  for (const [form, pattern] of [['CSV', /^kind,code,name/], ['GeoJSON', /^\{"type":"FeatureCollection"/]]) {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByText(`Download ${form}`).click()]);
    assert.match(readFileSync(await download.path(), 'utf8'), pattern);
  }
  done('downloads as CSV and GeoJSON');
}

async function checkClick(page, origin) {
  await open(page, origin);
  const box = await page.locator('.map-panel canvas').boundingBox();
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await page.waitForFunction(() => /incidents/.test(document.querySelector('.told-unit').textContent));
  await ready(page);
  await page.selectOption('select[name=rate]', 'perKm2');
  await page.waitForURL(/rate=perKm2/);
  await ready(page);
  assert.match(await page.locator('.communities thead').innerText(), /per km²/);
  done('a click tells a community\'s figures');
}

async function checkReport(page, origin) {
  await open(page, origin);
  const form = page.locator('.report-form');
  await form.locator('select').selectOption('0102');
  await form.locator('.button.main').click();
  await form.getByRole('alert').waitFor();
  await form.locator('input[name=address_string]').fill('人民路12号');
  await form.locator('textarea').fill('Test');
  await form.locator('.button.main').click();
  await form.locator('.note.good').waitFor();
  await ready(page);
  await form.locator('select').selectOption('0102');
  await page.locator('.pointing button').click();
  await page.evaluate(() => document.querySelector('.map-panel').scrollIntoView());
  const box = await page.locator('.map-panel canvas').boundingBox();
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await form.getByText(/At 102\.\d+, 39\.\d+/).waitFor();
  await form.locator('.button.main').click();
  await form.locator('.note.good').waitFor();
  await ready(page);
  done('reports by address and by pointing');
}

async function checkKeyboardPointing(page, origin) {
  await open(page, origin);
  await page.locator('.pointing button').press('Enter');
  await page.keyboard.press('ArrowRight');
  await page.waitForTimeout(400);
  await page.keyboard.press('Enter');
  await page.locator('.report-form').getByText(/At 102\.\d+, 39\.\d+/).waitFor();
  await ready(page);
  done('pointing by keyboard');
}

async function checkLooks(page, origin) {
  for (const [lang, theme, width] of [['zh', 'light', 1280], ['en', 'dark', 1280], ['zh', 'dark', 390], ['en', 'light', 390]]) {
    await page.setViewportSize({width, height: 844});
    await page.goto(`${origin}/app/public?lang=${lang}&theme=${theme}${FEW}`);
    await ready(page);
    const wide = await page.evaluate(() => document.getElementById('page').scrollWidth - document.getElementById('page').clientWidth);
    assert.ok(wide <= 0, `${lang} ${width}: ${wide} pixels too wide`);
    assert.deepEqual(await violations(page), [], `${lang} ${theme} ${width}`);
  }
  await page.setViewportSize({width: 1280, height: 800});
  done('both languages and themes, wide and narrow; axe finds nothing');
}

/** On paper the map is there: WebGL's picture would be gone. */
async function checkPrint(page, origin) {
  await open(page, origin);
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  const colours = await page.evaluate(() => {
    const copy = document.querySelector('.small-map .printed');
    const {data} = copy.getContext('2d').getImageData(0, 0, copy.width, copy.height);
    return new Set(new Uint32Array(data.buffer)).size;
  });
  assert.ok(colours > 50, `${colours} colours`);
  await page.evaluate(() => dispatchEvent(new Event('afterprint')));
  assert.equal(await page.locator('.printed').count(), 0);
  done('printed with its map');
}

const server = await serveSample(6000, () => {}, ['--listen', '0.0.0.0:0', '--residents', '50']);
const browser = await launch();
try {
  const page = await openPage(browser, server.origin);
  await page.goto(server.origin);
  await ready(page);
  assert.equal((await (await page.request.get(`${server.origin}/city`)).json()).public_incidents, false);
  await checkNumbers(page, server.origin);
  await checkOrder(page, server.origin);
  await checkDownloads(page, server.origin);
  await checkClick(page, server.origin);
  await checkReport(page, server.origin);
  await checkKeyboardPointing(page, server.origin);
  await checkPrint(page, server.origin);
  await checkLooks(page, server.origin);
  assert.deepEqual(page.faults, []);
} finally {
  await browser.close();
  await server.stop();
}
