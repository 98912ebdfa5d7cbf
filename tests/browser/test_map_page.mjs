// The Map page in a real browser: time, layers, periods side by side, a click and what stands behind its numbers, search,
// table, print, states. Each control changes the address, and the address brings the view back.

import assert from 'node:assert/strict';

import {difference} from './pictures.mjs';
import {findChromium, launch, openPage, picture, ready, serveSample} from './browser.mjs';

function done(what) {
  console.log(`ok: ${what}`);
}

const query = page => new URL(page.url()).searchParams;

async function open(browser, origin, address, options) {
  const page = await openPage(browser, origin, {viewport: {width: 1440, height: 900}, ...options});
  await page.goto(origin + address);
  await ready(page);
  return page;
}

async function close(page) {
  assert.deepEqual(page.faults, []);
  await page.context().close();
}

async function checkTime(browser, origin) {
  const page = await open(browser, origin, '/app/map?lang=en&theme=light');
  const counts = await (await page.request.get(`${origin}/timeline`)).json();
  const bars = await page.locator('#bars .u-over').boundingBox();
  // From the middle of one bar to the middle of another: whole bars are taken.
  const width = bars.width / counts.periods.length;
  await page.mouse.move(bars.x + 10.5 * width, bars.y + 20);
  await page.mouse.down();
  await page.mouse.move(bars.x + 12.4 * width, bars.y + 20, {steps: 5});
  await page.mouse.up();
  await ready(page);
  const lastDay = to => new Date(Date.parse(`${to.slice(0, 10)}T00:00:00Z`) - 86400000).toISOString().slice(0, 10);
  assert.equal(query(page).get('datetime'), `${counts.periods[10].from.slice(0, 10)}/${lastDay(counts.periods[12].to)}`);
  await page.locator('#time-on').click();
  await ready(page);
  assert.equal(query(page).get('datetime'), `${counts.periods[13].from.slice(0, 10)}/${lastDay(counts.periods[15].to)}`, 'the next three months');
  await page.locator('#time-back').click();
  await ready(page);
  assert.equal(await page.locator('[name=time-from]').inputValue(), counts.periods[10].from.slice(0, 10));
  await page.locator('[name=time-to]').fill('2023-12-31');
  await page.locator('[name=time-to]').dispatchEvent('change');
  await ready(page);
  assert.equal(query(page).get('datetime')?.split('/')[1], '2023-12-31');
  await page.locator('#time-all').click();
  await ready(page);
  assert.equal(query(page).get('datetime'), null);
  await page.mouse.click(bars.x + 20.5 * width, bars.y + 40);
  await ready(page);
  assert.equal(query(page).get('datetime'), `${counts.periods[20].from.slice(0, 10)}/${lastDay(counts.periods[20].to)}`, 'a press takes one bar');
  const answer = page.waitForResponse(/\/timeline\?.*step=week/);
  await page.locator('[name=time-step]').selectOption('week');
  assert.equal((await (await answer).json()).step, 'week');
  await close(page);
  done(`brush, steps and dates over ${counts.periods.length} months`);
}

async function checkLayers(browser, origin) {
  const page = await open(browser, origin, '/app/map?lang=en&theme=light&hide=heat,incidents');
  const bare = await picture(page);
  const spots = page.waitForResponse(/\/hotspots\/gi-star/);
  await page.locator('label:has([name=layer-hotspots])').click();
  const told = await (await spots).json();
  const hot = await picture(page);
  assert.ok(await difference(page, bare, hot) > 0.02, 'hotspots or the hatching of what is none are drawn');
  assert.ok((await page.locator('#legend').innerText()).includes(`${told.significant} of ${told.units} significant`));
  assert.equal(query(page).get('show'), 'hotspots');
  await page.locator('select[name=spots]').selectOption('hex');
  await ready(page);
  assert.equal(query(page).get('spots'), 'hex');
  await page.locator('label:has([name=layer-hotspots])').click();
  await page.locator('label:has([name=layer-rates])').click();
  await ready(page);
  const rates = await picture(page);
  assert.ok(await difference(page, bare, rates) > 0.2, 'rates fill the city');
  assert.match(await page.locator('#legend').innerText(), /Rates by Community incidents \/ km²[^]*fewer than 5/);
  await page.locator('label:has-text("per 1,000")').click();
  await page.locator('select[name=rates]').selectOption('subdistrict');
  await ready(page);
  assert.match(await page.locator('#legend').innerText(), /Rates by Subdistrict incidents \/ 1,000 people/);
  assert.deepEqual([query(page).get('rates'), query(page).get('rate')], ['subdistrict', 'per-1000']);
  // The address rounds the map's position to a part of a pixel: the first reload may shift lines that much.
  await page.reload();
  const before = await picture(page);
  await page.reload();
  const apart = await difference(page, before, await picture(page));
  assert.ok(apart < 0.01, `the address brings it back: ${apart}`);
  await close(page);
  done(`${told.significant} hotspots of ${told.units}, hexagons, rates by area and people`);
}

async function checkPeriods(browser, origin) {
  const page = await open(browser, origin, '/app/map?lang=zh&theme=light');
  const view = async name => {
    await page.locator(`#views label:has([value=${name}])`).click();
    await ready(page);
  };
  await view('swipe');
  assert.match(query(page).get('compare'), /^\d{4}-\d\d-\d\d\/\d{4}-\d\d-\d\d$/, 'a comparison sets its period');
  assert.equal(query(page).get('view'), 'swipe');
  const half = await picture(page);
  await page.locator('#swipe').focus();
  for (let i = 0; i < 30; i++) await page.keyboard.press('ArrowRight');
  assert.equal(await page.locator('#swipe').inputValue(), '80');
  const maps = page.locator('#maps');
  const shot = () => maps.screenshot({animations: 'disabled'});
  const far = await shot();
  await page.keyboard.press('Home');
  assert.ok(await difference(page, far, await shot()) > 0.01, 'the line uncovers the other period');
  assert.ok(half.length > 0);
  await view('side');
  const boxes = await Promise.all(['#map', '#map-other'].map(id => page.locator(id).boundingBox()));
  assert.ok(boxes[1].x < boxes[0].x && Math.abs(boxes[0].width - boxes[1].width) < 4);
  await view('difference');
  assert.match(await page.locator('#legend').innerText(), /变化[^]*−[^]*\+/);
  assert.equal(await page.locator('#map-other').isVisible(), false);
  await view('panels');
  const panels = page.locator('#panels figure');
  assert.ok(await panels.count() >= 3 && await panels.count() <= 12);
  const widths = await page.locator('#panels img').evaluateAll(images => images.map(image => image.naturalWidth));
  assert.ok(widths.every(width => width > 80), `${widths}`);
  await page.locator('[name=panels]').selectOption('weekday');
  await ready(page);
  assert.equal(await panels.count(), 7);
  assert.equal(query(page).get('panels'), 'weekday');
  await panels.nth(5).locator('button').click();
  await ready(page);
  assert.equal(query(page).get('weekdays'), '6', 'a small map opens as one');
  await close(page);
  done('swipe by the keyboard, side by side, change, small maps');
}

async function checkClick(browser, origin) {
  const page = await open(browser, origin, '/app/map?lang=en&theme=light&datetime=2025-01-01/2025-12-31');
  await page.locator('#map canvas').focus();
  const answer = page.waitForResponse(/\/density\/value/);
  await page.keyboard.press('Enter');
  const told = await (await answer).json();
  await page.locator('#dock .week').waitFor();
  await ready(page);
  const card = await page.locator('#dock .card').innerText();
  for (const part of [/95 % interval/, new RegExp(`${told.rank.toLocaleString('en')} of ${told.rank_of.toLocaleString('en')} cells`), /Rank\s+\d+ of \d+/, /Last incidents/])
    assert.match(card, part);
  const community = told.units.find(unit => unit.level === 'community');
  assert.ok(card.includes(community.name_en));
  // Every number of the week is that of the list behind it.
  const cell = page.locator('#dock .week button').nth(3);
  const [, count] = (await cell.getAttribute('aria-label')).match(/: ([\d,]+) incidents/);
  await cell.click();
  await ready(page);
  assert.match(await page.locator('#dock .total').innerText(), new RegExp(`^${count} incidents match`));
  await page.locator('#dock .head button').first().click();
  const n = page.locator('#dock dd button').first();
  await n.click();
  await page.locator('#dock .incident').first().waitFor();
  await page.locator('#dock .close').click();
  assert.equal(await page.locator('#dock').isVisible(), false);
  assert.equal(query(page).get('place'), null);
  await close(page);
  done(`Enter asks at the middle; ${count} incidents stand behind a cell of the week`);
}

async function checkSearch(browser, origin) {
  const page = await open(browser, origin, '/app/map?lang=zh&theme=light');
  await page.locator('#search-text').fill('gulou');
  await page.locator('#suggested [role=option]', {hasText: '鼓楼'}).first().waitFor();
  await page.keyboard.press('ArrowDown');
  assert.equal(await page.locator('#suggested [aria-selected=true]').count(), 1);
  await page.keyboard.press('Enter');
  await page.locator('#dock .figure').waitFor();
  await ready(page);
  assert.match(page.url(), /place=\d+\.\d+,\d+\.\d+/);
  assert.match(page.url(), /#map=16\//);
  await close(page);
  done('a name found by its pinyin');
}

async function checkTable(browser, origin) {
  const page = await open(browser, origin, '/app/map?lang=en&theme=light&datetime=2025-01-01/2025-12-31&tab=table');
  await page.locator('#dock .table').waitFor();
  const summary = await (await page.request.get(`${origin}/summary?level=community&datetime=2025-01-01/2025-12-31`)).json();
  assert.equal(await page.locator('#dock tbody tr').count(), summary.units.length);
  const counts = await page.locator('#dock tbody td:nth-child(2)').allInnerTexts();
  assert.deepEqual(counts.map(text => Number(text.replace(',', ''))), summary.units.map(unit => unit.count).sort((a, b) => b - a));
  await page.locator('#dock th button', {hasText: 'Rank'}).click();
  assert.equal(await page.locator('#dock tbody td:last-child').first().innerText(), '1');
  assert.equal(await page.locator('#dock th[aria-sort=ascending]').innerText(), 'Rank ↑');
  const most = Math.max(...summary.units.map(unit => unit.count));
  await page.locator('#dock [data-key=count]').click();
  await page.locator('#dock tbody td:nth-child(2) button').first().click();
  await page.locator('#dock .total').waitFor();
  assert.ok((await page.locator('#dock .total').innerText()).startsWith(`${most.toLocaleString('en')} incidents match`));
  await close(page);
  done(`${summary.units.length} communities in a table, sorted, with the incidents behind`);
}

async function checkPrint(browser, origin) {
  const page = await open(browser, origin, '/app/map?lang=en&theme=light&datetime=2025-01-01/2025-12-31');
  await page.locator('#tools summary').click();
  await page.locator('[name=paper]').selectOption('a3');
  await page.locator('[name=title]').fill('For the meeting');
  const href = await page.locator('#tools .button.main').getAttribute('href');
  const asked = new URL(href, origin).searchParams;
  assert.deepEqual(['datetime', 'paper', 'title', 'density'].map(name => asked.get(name)), ['2025-01-01/2025-12-31', 'a3', 'For the meeting', 'true']);
  const sheet = await page.request.get(origin + href);
  assert.equal(sheet.headers()['content-type'], 'application/pdf');
  assert.equal((await sheet.body()).subarray(0, 5).toString(), '%PDF-');
  await page.keyboard.press('Escape');
  // The browser's own printing shows the map too: what it prints from is not blank.
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  await page.emulateMedia({media: 'print'});
  const colours = await page.evaluate(() => {
    const canvas = document.getElementById('printed');
    const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const seen = new Set();
    for (let i = 0; i < data.length; i += 404) seen.add(`${data[i] >> 4},${data[i + 1] >> 4},${data[i + 2] >> 4}`);
    return seen.size;
  });
  assert.ok(colours > 20, `${colours} colours are printed`);
  assert.ok(await page.locator('#legend').isVisible());
  await close(page);
  done(`a sheet from the server, and ${colours} colours by the browser's own printing`);
}

async function checkStates(browser, origin) {
  const page = await open(browser, origin, '/app/map?lang=en&theme=light');
  // A slow server: told, cancelled, taken up again.
  let slow = true;
  await page.route('**/tiles/density/**', async route => {
    if (slow) await new Promise(resolve => setTimeout(resolve, 20000));
    await route.continue().catch(() => {});
  });
  await page.locator('#bandwidths label', {hasText: '500 m'}).click();
  await page.locator('#cancel').click({timeout: 10000});
  await page.locator('.message', {hasText: 'Cancelled'}).waitFor();
  await ready(page);
  slow = false;
  await page.locator('.message', {hasText: 'Cancelled'}).locator('.link').click();
  await ready(page);
  assert.equal(await page.locator('.message', {hasText: 'Cancelled'}).count(), 0);
  // Wrong words in the address: said in the server's words, and mended by the form.
  await page.goto(`${origin}/app/map?lang=en&theme=light&datetime=yesterday`);
  await page.locator('.message', {hasText: 'datetime'}).waitFor();
  await page.locator('#filters [type=reset]').click();
  await ready(page);
  assert.equal(await page.locator('.message').count(), 0);
  await page.context().setOffline(true);
  await page.locator('.message', {hasText: 'from before'}).waitFor();
  await page.context().setOffline(false);
  await page.locator('.message', {hasText: 'from before'}).waitFor({state: 'detached'});
  await page.context().close();
  done('loading with cancel, a wrong address, offline and back');
}

async function checkPictures(browser, origin) {
  const page = await open(browser, origin, '/app/map?lang=en&theme=light&draw=pictures');
  assert.ok(await page.locator('.plain-tiles img').count() > 4);
  await page.locator('#map').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await page.locator('#dock .figure').waitFor();
  await page.locator('.message .link', {hasText: 'Back to the drawn map'}).click();
  await page.locator('#map canvas').waitFor();
  await ready(page);
  assert.equal(query(page).get('draw'), null);
  await close(page);
  done('pictures of the server by choice, by the keyboard, and back');
}

async function checkNarrow(browser, origin) {
  const page = await open(browser, origin, '/app/map?lang=zh&theme=dark&place=102.61,39.34', {viewport: {width: 390, height: 780}});
  await page.locator('#dock .week').waitFor();
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await page.locator('#dock .close').click();
  await page.locator('#show-panel').click();
  assert.ok(await page.locator('#layers').isVisible());
  await page.locator('#show-panel').click();
  assert.ok(!(await page.locator('#layers').isVisible()));
  assert.ok(await page.locator('#legend').isVisible());
  await close(page);
  done('a narrow screen: card, panel, legend');
}

if (!findChromium()) {
  console.log('skipped: there is no chromium');
  process.exit(77);
}
const server = await serveSample();
const browser = await launch();
const checks = {checkTime, checkLayers, checkPeriods, checkClick, checkSearch, checkTable, checkPrint, checkStates, checkPictures, checkNarrow};
const [only] = process.argv.slice(2); // the name of one check, for work on it
try {
  for (const [name, check] of Object.entries(checks)) if (!only || name === only) await check(browser, server.origin);
} finally {
  await browser.close();
  await server.stop();
}
