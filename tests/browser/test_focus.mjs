// The Focus page in a real browser: a plan from the form and from a link, its list against what the server answers, row
// and map finding each other, scores told apart, files, two plans compared, what is stale, what fails, hours, no WebGL.

import assert from 'node:assert/strict';

import {violations} from './axe.mjs';
import {findChromium, launch, openPage, ready, serveSample} from './browser.mjs';

if (!findChromium()) {
  console.log('skipped: there is no Chromium here');
  process.exit(77);
}
const PLAN = 'category=0510&budget=4km';
const done = what => console.log(`ok: ${what}`);

async function open(page, origin, query) {
  await page.goto(`${origin}/app/focus?${query}`);
  await ready(page);
}

const answerOf = async (origin, query) => (await fetch(`${origin}/focus?${query}`)).json();
const rows = page => page.locator('.table.plan tbody tr');

async function checkForm(page, origin) {
  await open(page, origin, 'lang=en&theme=light&category=0510');
  assert.match(await page.locator('.waiting').innerText(), /No plan yet/);
  await page.locator('[name=amount]').fill('4');
  await page.locator('.plan-form button[type=submit]').click();
  await rows(page).first().waitFor({timeout: 120000});
  await ready(page);
  assert.match(page.url(), /budget=4km/);
  done('a plan by the form');
}

async function checkList(page, origin) {
  await open(page, origin, `lang=en&theme=light&${PLAN}`);
  const plan = await answerOf(origin, PLAN);
  assert.ok(plan.features.length > 3);
  const shown = await rows(page).evaluateAll(found => found.map(row => [Number(row.dataset.rank), row.cells[1].innerText, row.cells[9].innerText]));
  assert.deepEqual(shown, plan.features.map(({properties: p}) => [p.rank, p.name_en || p.name, [p.rank_low, p.rank_high].map(rank => rank.toLocaleString('en')).join('–')]));
  const tiles = await page.locator('.tiles').innerText();
  assert.ok(tiles.includes(`${(plan.held_out.hit_rate.mean * 100).toFixed(1).replace(/\.0$/, '')}%`), tiles);
  assert.match(await page.locator('.tile.seen').innerText(), /In-sample \(no evidence\)/);
  assert.ok((await page.locator('.method').innerHTML()).includes('Lagrangian'));
  assert.equal(await page.locator('.chart canvas').count(), 2);
  done(`the list is the server's: ${shown.length} rows`);
}

async function checkFinding(page) {
  await rows(page).nth(1).locator('button').first().click();
  await ready(page);
  assert.equal(await rows(page).nth(1).getAttribute('aria-current'), 'true');
  // The chosen place is in the middle of the map now: a click there finds its row.
  await rows(page).nth(1).evaluate(row => row.removeAttribute('aria-current'));
  await page.waitForTimeout(500);
  await page.locator('.plan-map canvas').click();
  await page.waitForSelector('.table.plan [aria-current]');
  done('row and map find each other');
}

async function checkFiles(page) {
  const marks = {GeoJSON: /^\{"type":"FeatureCollection"/, GPX: /<gpx/, KML: /<kml/, Excel: /^PK/, 'Crew sheets (print)': /^%PDF/};
  for (const [name, mark] of Object.entries(marks)) {
    const address = await page.locator('.actions a', {hasText: name}).getAttribute('href');
    const text = await page.evaluate(async path => {
      const answer = await fetch(path);
      return answer.ok ? new TextDecoder('latin1').decode((await answer.arrayBuffer()).slice(0, 4000)) : `HTTP ${answer.status}`;
    }, address);
    assert.match(text, mark, name);
  }
  done('five files of the plan');
}

async function checkComparison(page, origin) {
  await page.getByRole('button', {name: 'Keep as plan A'}).click();
  await ready(page);
  assert.match(page.url(), /kept=/);
  await page.locator('[name=amount]').fill('6');
  await page.locator('.plan-form button[type=submit]').click();
  await page.locator('.table.compare').waitFor({timeout: 120000});
  await ready(page);
  const [a, b] = await Promise.all([answerOf(origin, PLAN), answerOf(origin, 'category=0510&budget=6km')]);
  const ids = new Set(a.features.map(({id}) => id));
  const shared = b.features.filter(({id}) => ids.has(id)).length;
  const text = await page.locator('.table.compare').innerText();
  assert.match(text, /budget\s+4km\s+6km/);
  assert.match(text, new RegExp(`In both\\s+${shared}`));
  const url = page.url();
  await page.goto(url);
  await ready(page);
  assert.equal(await page.locator('.table.compare').innerText(), text, 'a link reproduces both plans');
  await page.getByRole('button', {name: 'Drop plan A'}).click();
  await ready(page);
  assert.equal(await page.locator('.table.compare').count(), 0);
  done('two plans compared, and by a link');
}

async function checkStale(page, origin) {
  await open(page, origin, `lang=en&theme=light&${PLAN}`);
  assert.ok(await page.locator('.note').first().isHidden());
  await page.locator('select[name=category]').selectOption({index: 2});
  await page.locator('.note', {hasText: 'the plan from before'}).waitFor();
  done('a plan of other filters says so');
}

async function checkRefused(page, origin) {
  await open(page, origin, 'lang=zh&theme=light&category=0510&budget=0.2km&min-per=subdistrict:50');
  assert.match(await page.locator('.waiting [role=alert]').innerText(), /budget/);
  page.faults.length = 0; // the refusal is what was asked for
  done('what cannot be planned says why');
}

async function checkIncidents(page, origin) {
  await open(page, origin, `lang=en&theme=light&${PLAN}`);
  await page.locator('.table.plan button[title]').first().click();
  await ready(page);
  assert.match(page.url(), /\/app\/map\?.*bbox=/);
  done('a count leads to its incidents');
}

async function checkHours(page, origin) {
  await open(page, origin, 'lang=zh&theme=dark&category=0510&budget=300h&minutes=30&crews=2');
  assert.match(await page.locator('.tiles').innerText(), /工时/);
  assert.match(await rows(page).first().innerText(), /时/);
  assert.deepEqual(await violations(page), []);
  done('crew-hours, dark, in Chinese; axe finds nothing');
}

async function checkNarrow(browser, origin) {
  const page = await openPage(browser, origin, {viewport: {width: 390, height: 844}});
  await open(page, origin, `lang=en&theme=light&${PLAN}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 390, `${wide} px wide`);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(page.faults, []);
  await page.context().close();
  done('390 px; axe finds nothing');
}

async function checkPlain(origin) {
  const browser = await launch('--disable-gpu', '--disable-webgl', '--disable-webgl2', '--disable-3d-apis');
  try {
    const page = await openPage(browser, origin);
    await open(page, origin, `lang=en&theme=light&${PLAN}`);
    const image = page.locator('.plan-map img');
    await image.waitFor();
    await image.evaluate(picture => picture.decode());
    assert.ok(await image.evaluate(picture => picture.naturalWidth) > 300);
    assert.deepEqual(page.faults.filter(fault => !/WebGL/i.test(fault)), []);
    done('without WebGL the plan is a picture of the server');
  } finally {
    await browser.close();
  }
}

const server = await serveSample(6000);
const browser = await launch();
try {
  const page = await openPage(browser, server.origin);
  await checkForm(page, server.origin);
  await checkList(page, server.origin);
  await checkFinding(page);
  await checkFiles(page);
  await checkComparison(page, server.origin);
  await checkStale(page, server.origin);
  await checkRefused(page, server.origin);
  await checkIncidents(page, server.origin);
  await checkHours(page, server.origin);
  assert.deepEqual(page.faults, []);
  await checkNarrow(browser, server.origin);
  await checkPlain(server.origin);
} finally {
  await browser.close();
  await server.stop();
}
