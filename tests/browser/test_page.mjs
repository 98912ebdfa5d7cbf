// The page in a real browser, against the program: heat, filters, languages, themes, a click, a screen without
// WebGL, a narrow screen, a server that goes away. Prints what it did; fails on the first thing that is wrong.

import assert from 'node:assert/strict';
import {readdirSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {difference} from './pictures.mjs';
import {findChromium, launch, openPage, picture, ready, serveSample} from './browser.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

function done(what) {
  console.log(`ok: ${what}`);
}

const query = page => new URL(page.url()).searchParams;

function checkWords() {
  const folder = join(root, 'src/web/i18n');
  const parts = [...new Set(readdirSync(folder).map(name => name.split('.')[0]))];
  const read = (part, lang) => JSON.parse(readFileSync(join(folder, `${part}.${lang}.json`), 'utf8'));
  let texts = 0;
  const shell = Object.keys(read('shell', 'zh'));
  for (const part of parts) {
    const [zh, en] = ['zh', 'en'].map(lang => read(part, lang));
    assert.deepEqual(Object.keys(zh).sort(), Object.keys(en).sort(), part);
    for (const [key, text] of Object.entries(zh)) {
      assert.deepEqual(text.match(/\{\w+\}/g)?.sort(), en[key].match(/\{\w+\}/g)?.sort(), `${key} of ${part}`);
      assert.ok(part === 'shell' || !shell.includes(key), `${key} of ${part} is the shell's`);
    }
    texts += Object.keys(zh).length;
  }
  done(`${texts} texts of ${parts.length} parts in Chinese and English`);
}

async function checkHeat(page, origin) {
  await page.goto(origin);
  const all = await picture(page);
  assert.match(await page.title(), /示例市.*城市管理问题热点/);
  assert.ok(await page.locator('#synthetic').isVisible(), 'the page says that the city is synthetic');
  assert.match(await page.locator('#legend').innerText(), /件 \/ 平方公里/);
  assert.ok(await page.locator('#legend li').count() >= 3);
  await page.locator('label:has([name=layer-heat])').click();
  const bare = await picture(page);
  const share = await difference(page, all, bare);
  assert.ok(share > 0.03, `heat changes only ${share} of the picture`);
  await page.locator('label:has([name=layer-heat])').click();
  const again = await picture(page);
  assert.ok(await difference(page, all, again) < 0.005, 'heat looks the same when it is switched on again');
  done(`heat covers ${(share * 100).toFixed(1)} % of the map`);
  return all;
}

async function checkFilters(page, all) {
  const select = page.locator('#filters [name=category]');
  const code = await select.evaluate(s => [...s.options].map(o => o.value).find(v => v === '0510') ?? s.options[s.options.length - 1].value);
  await select.selectOption(code);
  const one = await picture(page);
  const share = await difference(page, all, one);
  assert.ok(share > 0.01, `category ${code} changes only ${share} of the picture`);
  assert.equal(query(page).get('category'), code);
  done(`category ${code} changes ${(share * 100).toFixed(1)} % of the map`);

  await page.locator('#period > summary').click();
  await page.locator('#periods button').nth(1).click();
  await ready(page);
  const period = query(page).get('datetime');
  assert.match(period, /^\d{4}-\d\d-\d\d\/\d{4}-\d\d-\d\d$/);
  assert.equal(await page.locator('#filters [name=datetime]').inputValue(), period);
  assert.equal(await page.locator('#filters [name=from]').inputValue(), period.slice(0, 10));
  assert.match(await page.locator('#legend').innerText(), /月/);
  await page.locator('#filters [name=datetime]').evaluate((input, value) => {
    input.value = value;
    input.dispatchEvent(new Event('change'));
  }, `${period.slice(0, 10)}/..`);
  await ready(page);
  assert.equal(query(page).get('datetime'), `${period.slice(0, 10)}/..`);
  assert.equal(await page.locator('#filters [name=to]').inputValue(), '');
  await page.locator('#bandwidths label', {hasText: '1 km'}).click();
  const wide = await picture(page);
  assert.equal(query(page).get('bandwidth'), '1000');
  assert.ok(await difference(page, one, wide) > 0.01);
  done(`period ${period}, per month; radius 1 km`);
}

async function checkClick(page) {
  const answer = page.waitForResponse(/\/density\/value/);
  const map = await page.locator('#map').boundingBox();
  await page.mouse.click(map.x + map.width * 0.62, map.y + map.height * 0.48);
  const told = await (await answer).json();
  await ready(page);
  const card = await page.locator('#dock .card').innerText();
  const shown = Number(await page.locator('#dock .figure strong').innerText().then(text => text.replaceAll(',', '')));
  assert.ok(Math.abs(shown - told.value) <= Math.max(0.5, 0.01 * told.value), `${shown} is shown, ${told.value} was told`);
  assert.match(card, /件 \/ 平方公里/);
  if (told.units.length) assert.ok(card.includes(told.units.find(u => u.level === 'community').name), card);
  done(`a click shows ${shown} and ${told.units.length} units`);
}

async function checkSwitches(page) {
  const light = await picture(page);
  await page.locator('#switch-lang').click();
  await ready(page);
  assert.equal(query(page).get('lang'), 'en');
  assert.match(await page.title(), /Sample City.*Hotspots of city problems/);
  assert.match(await page.locator('#legend').innerText(), /incidents \/ km²/);
  // The addresses of incidents are as somebody wrote them.
  const han = await page.evaluate(() => {
    for (const incident of document.querySelectorAll('.incident')) incident.hidden = true;
    return document.body.innerText.match(/[\u4e00-\u9fff]+/g);
  });
  assert.deepEqual(han, ['中文'], 'only the switch back to Chinese is Chinese');
  await page.locator('#switch-theme').click();
  const dark = await picture(page);
  assert.equal(query(page).get('theme'), 'dark');
  assert.ok(await difference(page, light, dark) > 0.5);
  // The address rounds the map's position to a part of a pixel, so the first reload may shift it that much.
  const before = page.url();
  await page.reload();
  const reloaded = await picture(page);
  assert.equal(page.url(), before);
  assert.ok(await difference(page, dark, reloaded) < 0.15);
  await page.reload();
  const same = await difference(page, reloaded, await picture(page));
  assert.ok(same < 0.01, `${same} of the picture differs after reloading its address`);
  done('English, dark, and the same after reloading the address');
}

async function checkStreets(page, origin) {
  await page.goto(`${origin}/app/map?lang=zh&theme=light`);
  await ready(page);
  const city = await (await page.request.get(`${origin}/city`)).json();
  const [west, south, east, north] = city.box;
  await page.goto(`${origin}/?lang=zh&theme=light#map=16/${(south + north) / 2}/${(west + east) / 2}`);
  await page.reload();
  const near = await picture(page);
  await page.locator('label:has([name=layer-streets])').click();
  const share = await difference(page, near, await picture(page));
  assert.ok(share > 0.005, `streets change only ${share} of the picture`);
  await page.locator('label:has([name=layer-incidents])').click();
  assert.equal(query(page).get('hide'), 'incidents,streets');
  await ready(page);
  done('streets and incidents at zoom 16, switched off again');
}

async function checkWithoutWebGl(browser, origin) {
  const page = await openPage(browser, origin);
  await page.addInitScript(() => {
    const real = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
      return kind.startsWith('webgl') ? null : real.call(this, kind, ...rest);
    };
  });
  await page.goto(`${origin}/?lang=en&theme=light`);
  const all = await picture(page);
  assert.match(await page.locator('#messages').innerText(), /no WebGL/);
  const widths = await page.locator('.plain-tiles img').evaluateAll(images => images.map(image => image.naturalWidth));
  assert.ok(widths.length > 0 && widths.every(width => width === 256), `widths ${widths}`);
  await page.locator('label:has([name=layer-heat])').click();
  const share = await difference(page, all, await picture(page));
  assert.ok(share > 0.02, `heat changes only ${share} of the plain map`);
  const map = await page.locator('#map').boundingBox();
  await page.mouse.click(map.x + map.width * 0.6, map.y + map.height * 0.5);
  await page.locator('#dock .figure').waitFor();
  await page.locator('.plain-buttons button').first().click();
  await ready(page);
  assert.deepEqual(page.faults, []);
  await page.context().close();
  done(`without WebGL: ${widths.length} pictures, a click shows the value`);
}

async function checkNarrow(browser, origin) {
  const page = await openPage(browser, origin, {viewport: {width: 390, height: 780}});
  await page.goto(origin);
  await ready(page);
  assert.ok(!(await page.locator('#filters').isVisible()), 'the filters begin folded');
  await page.locator('#fold').click();
  assert.ok(await page.locator('#filters').isVisible());
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  assert.deepEqual(page.faults, []);
  await page.context().close();
  done('a narrow screen');
}

async function checkServerGone(browser, server) {
  const page = await openPage(browser, server.origin);
  await page.goto(`${server.origin}/?lang=en`);
  await ready(page);
  assert.equal(await server.stop(), 0, 'the server ends with 0');
  await page.locator('#bandwidths label', {hasText: '500 m'}).click();
  await page.locator('.message', {hasText: 'the server does not answer'}).first().waitFor();
  await page.context().close();
  done('a server that went away is told');
}

async function main() {
  if (!findChromium()) {
    console.log('skipped: there is no chromium');
    return 77;
  }
  assert.ok(process.env.HOTSPOTD, 'HOTSPOTD names the program');
  checkWords();
  const server = await serveSample();
  let browser;
  try {
    browser = await launch();
    const page = await openPage(browser, server.origin);
    const all = await checkHeat(page, server.origin);
    await checkFilters(page, all);
    await checkClick(page);
    await checkSwitches(page);
    await checkStreets(page, server.origin);
    assert.deepEqual(page.faults, []);
    done('no console error, no failed answer, no outside request');
    await checkWithoutWebGl(browser, server.origin);
    await checkNarrow(browser, server.origin);
    await checkServerGone(browser, server);
  } finally {
    await browser?.close();
    await server.stop();
  }
  return 0;
}

process.exit(await main());
