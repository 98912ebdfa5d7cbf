// How density is shown, in a real browser against the program: each control changes the address, the tiles asked
// for and the legend's words; the address brings the controls back; what a server does not offer is not shown.

import assert from 'node:assert/strict';

import {findChromium, launch, openPage, ready, serveSample} from './browser.mjs';

function done(what) {
  console.log(`ok: ${what}`);
}

const query = page => new URL(page.url()).searchParams;
const legendText = page => page.locator('#legend').innerText();
const control = (page, name) => page.locator(`[name="${name}"]`);

/** A page that keeps the queries of the heat tiles asked for since `page.tiles` was emptied. */
async function open(browser, origin, address, options) {
  const page = await openPage(browser, origin, options);
  page.tiles = [];
  page.on('request', request => {
    const url = new URL(request.url());
    if (url.pathname.startsWith('/tiles/density/')) page.tiles.push(url.searchParams);
  });
  await page.goto(origin + address);
  await ready(page);
  return page;
}

/** Does something and returns the query that all heat tiles after it carry, which is the address's too. */
async function tilesAfter(page, action) {
  page.tiles = [];
  await action();
  await ready(page);
  assert.ok(page.tiles.length > 0, 'heat is asked for anew');
  const last = page.tiles.at(-1);
  const address = query(page);
  for (const name of ['kernel', 'at', 'time-bandwidth', 'compare', 'over', 'min-n', 'datetime', 'category'])
    assert.equal(last.get(name), address.get(name), `${name} of ${last} is that of ${address}`);
  return last;
}

async function checkKernelAndBandwidth(page) {
  await page.locator('#density > summary').click();
  let asked = await tilesAfter(page, () => control(page, 'kernel').selectOption('gaussian'));
  assert.equal(asked.get('kernel'), 'gaussian');
  assert.match(await legendText(page), /高斯核，带宽 300 米/);
  asked = await tilesAfter(page, () => control(page, 'kernel').selectOption('quartic'));
  assert.equal(asked.get('kernel'), null, 'the default is not written');
  const metres = control(page, 'bandwidth-m');
  asked = await tilesAfter(page, async () => {
    await metres.fill('260');
    await metres.press('Enter');
  });
  assert.equal(asked.get('bandwidth'), '260');
  assert.match(await legendText(page), /四次核，带宽 260 米/);
  assert.equal(await page.locator('#bandwidths :checked').inputValue(), '260');
  // By the keyboard alone: the radio stays in focus though the row is drawn anew.
  asked = await tilesAfter(page, async () => {
    await page.locator('#bandwidths :checked').focus();
    await page.keyboard.press('ArrowRight');
  });
  assert.equal(asked.get('bandwidth'), '300');
  assert.equal(await page.evaluate(() => document.activeElement.value), '300');
  await metres.fill('5');
  await metres.press('Enter');
  await ready(page);
  assert.equal(query(page).get('bandwidth'), '10', 'the least that can be drawn');
  done('kernel and bandwidth, by mouse and keyboard');
}

async function checkAdvice(page) {
  const answer = page.waitForResponse(/\/density\/bandwidth/);
  await page.locator('#suggest').click();
  const {choices} = await (await answer).json();
  await ready(page);
  const shown = await page.locator('#suggestions').innerText();
  for (const choice of choices.filter(c => !c.error)) assert.ok(shown.includes(choice.reason_zh), shown);
  const scott = Math.round(choices.find(c => c.method === 'scott').bandwidth_m);
  const asked = await tilesAfter(page, () => page.locator('#suggestions button', {hasText: 'Scott'}).click());
  assert.equal(asked.get('bandwidth'), String(scott));
  assert.equal(await page.locator('#suggestions button', {hasText: 'Scott'}).getAttribute('aria-pressed'), 'true');
  await tilesAfter(page, () => control(page, 'category').selectOption('road-occupation'));
  assert.ok(await page.locator('#suggestions').isHidden(), 'advice for other incidents is taken away');
  done(`${choices.length} bandwidths advised with reasons; Scott's ${scott} m taken`);
}

async function checkClasses(page, origin) {
  assert.match(await legendText(page), /分级：占道经营专用/);
  const link = await page.locator('#legend a').getAttribute('href');
  const picture = await page.request.get(origin + link);
  assert.equal(picture.status(), 200);
  assert.equal(picture.headers()['content-type'], 'image/png');
  const names = new URL(link, origin).searchParams;
  assert.deepEqual(['category', 'lang', 'theme', 'scale'].map(name => names.get(name)), ['road-occupation', 'zh', 'light', '2']);
  await tilesAfter(page, () => control(page, 'category').selectOption(''));
  assert.match(await legendText(page), /分级：通用/);
  done('classes of one problem and general ones; the legend as a picture');
}

async function checkMeasures(page) {
  let asked = await tilesAfter(page, () => control(page, 'measure').selectOption('difference'));
  assert.match(asked.get('datetime'), /^\d{4}-\d\d-\d\d\/\d{4}-\d\d-\d\d$/, 'a change sets a period where there is none');
  assert.equal(await control(page, 'datetime').inputValue(), asked.get('datetime'));
  const [from] = asked.get('datetime').split('/');
  assert.equal(Date.parse(from) - Date.parse(asked.get('compare').split('/')[1]), 86400000, 'the period before ends a day before');
  assert.match(await legendText(page), /变化 件 \/ 平方公里 · 月/);
  assert.ok((await legendText(page)).includes('−') && (await legendText(page)).includes('+'));
  await page.locator('#comparison > summary').click();
  asked = await tilesAfter(page, () => page.locator('#compare-periods button', {hasText: '上年同期'}).click());
  assert.equal(asked.get('compare').slice(4, 10), from.slice(4), 'the same days a year before');
  asked = await tilesAfter(page, async () => {
    await control(page, 'compare-from').fill('2024-02-01');
    await control(page, 'compare-to').fill('2024-03-31');
    await control(page, 'compare-to').dispatchEvent('change');
  });
  assert.equal(asked.get('compare'), '2024-02-01/2024-03-31');
  // Without its period there is nothing to compare: the density again, not an error.
  await page.locator('#period > summary').click();
  asked = await tilesAfter(page, () => page.locator('#periods button').first().click());
  assert.equal(asked.get('compare'), null);
  assert.equal(await control(page, 'measure').inputValue(), 'density');

  await control(page, 'category').selectOption('outdoor-barbecue');
  await ready(page);
  asked = await tilesAfter(page, () => control(page, 'measure').selectOption('relative-risk'));
  assert.equal(asked.get('over'), 'all');
  assert.match(await legendText(page), /相对风险 倍/);
  assert.match(await legendText(page), /1\/4[^]*1\/2[^]*2[^]*4/);
  assert.match(await legendText(page), /有效件数少于 5 处不绘/);
  asked = await tilesAfter(page, async () => {
    await control(page, 'min-n').fill('12');
    await control(page, 'min-n').press('Enter');
  });
  assert.equal(asked.get('min-n'), '12');
  assert.match(await legendText(page), /有效件数少于 12 处不绘/);
  await tilesAfter(page, () => control(page, 'measure').selectOption('density'));
  await tilesAfter(page, async () => {
    await control(page, 'min-n').fill('');
    await control(page, 'min-n').press('Enter');
  });
  done('change against two periods, risk relative to all, few incidents hidden');
}

async function checkTimeline(page, origin) {
  const {max_time: newest, timezone} = await (await page.request.get(`${origin}/city`)).json();
  const last = new Intl.DateTimeFormat('sv-SE', {timeZone: timezone, dateStyle: 'short'}).format(new Date(newest));
  let asked = await tilesAfter(page, () => page.locator('label:has([name=moving])').click());
  assert.equal(asked.get('at'), 'now');
  assert.match(await legendText(page), /月[^]*前后 7 天/, 'a kernel in time gives a rate');
  const slider = control(page, 'moment');
  await slider.focus();
  asked = await tilesAfter(page, () => page.keyboard.press('ArrowLeft'));
  const dayBefore = new Date(Date.parse(last) - 86400000).toISOString().slice(0, 10);
  assert.equal(asked.get('at'), dayBefore);
  await control(page, 'step').selectOption('week');
  await slider.focus();
  asked = await tilesAfter(page, () => page.keyboard.press('ArrowLeft'));
  assert.equal((Date.parse(last) - Date.parse(asked.get('at'))) / 86400000, 7, 'weeks end with the newest data');
  asked = await tilesAfter(page, () => control(page, 'time-width').selectOption('P30D'));
  assert.equal(asked.get('time-bandwidth'), 'P30D');
  assert.match(await legendText(page), /前后 30 天/);

  await slider.evaluate(input => {
    input.value = input.min;
    input.dispatchEvent(new Event('change'));
  });
  await ready(page);
  const first = query(page).get('at');
  page.tiles = [];
  await page.locator('#play').click();
  await page.waitForFunction(start => (Date.parse(new URL(location).searchParams.get('at')) - Date.parse(start)) / 86400000 >= 14, first, {timeout: 60000});
  await page.locator('#play').click();
  await ready(page);
  const stood = query(page).get('at');
  const moments = [...new Set(page.tiles.map(tile => tile.get('at')))];
  for (const [i, moment] of moments.entries())
    if (i > 0) assert.equal((Date.parse(moment) - Date.parse(moments[i - 1])) / 86400000, 7, `${moments} are weeks apart`);
  await page.waitForTimeout(1500);
  assert.equal(query(page).get('at'), stood, 'it stopped');
  asked = await tilesAfter(page, () => page.locator('#now').click());
  assert.equal(asked.get('at'), 'now');
  asked = await tilesAfter(page, () => page.locator('label:has([name=moving])').click());
  assert.deepEqual([asked.get('at'), asked.get('time-bandwidth')], [null, null]);
  done(`a moment by days and weeks, ${moments.length} pictures played, now`);
}

async function checkAddress(browser, origin) {
  const address = '/?lang=en&theme=dark&category=0510&datetime=2025-01-01/2025-12-31&bandwidth=450&kernel=triweight&at=2025-07-01&time-bandwidth=P14D&min-n=2';
  const page = await open(browser, origin, address);
  const value = name => control(page, name).inputValue();
  assert.deepEqual(await Promise.all(['kernel', 'bandwidth-m', 'min-n', 'time-width', 'measure'].map(value)),
    ['triweight', '450', '2', 'P14D', 'density']);
  assert.ok(await page.locator('#density').evaluate(details => details.open), 'the section is open where the address sets something in it');
  assert.equal(await control(page, 'moment').getAttribute('aria-valuetext'), '2025-07-01');
  assert.equal(page.tiles.at(-1).get('at'), '2025-07-01');
  assert.match(await legendText(page), /triweight kernel, bandwidth 450 m · about 2025-07-01[^]*± 14 days · blank below 2[^]*Classes of: Outdoor barbecue/);
  for (const [name, text] of [['bandwidth', '450'], ['kernel', 'triweight'], ['at', '2025-07-01'], ['time-bandwidth', 'P14D'], ['min-n', '2']])
    assert.equal(query(page).get(name), text);
  assert.deepEqual(page.faults, []);
  await page.context().close();
  // What cannot go together is settled, not sent.
  const odd = await open(browser, origin, '/?lang=en&theme=light&compare=2024-01-01/2024-06-30&time-bandwidth=P3D');
  assert.deepEqual([query(odd).get('compare'), query(odd).get('time-bandwidth')], [null, null]);
  assert.deepEqual(odd.faults, []);
  await odd.context().close();
  done('the address brings every control back');
}

async function checkCard(browser, origin) {
  const page = await open(browser, origin, '/?lang=zh&theme=light&datetime=2025-01-01/2025-12-31');
  const answer = page.waitForResponse(/\/density\/value/);
  const map = await page.locator('#map').boundingBox();
  await page.mouse.click(map.x + map.width * 0.62, map.y + map.height * 0.48);
  const told = await (await answer).json();
  await ready(page);
  const card = await page.locator('#dock .card').innerText();
  assert.match(card, /95% 区间 [\d.]+ 至 [\d.]+/);
  const [lower, upper] = card.match(/区间 ([\d.,]+) 至 ([\d.,]+)/).slice(1).map(text => Number(text.replaceAll(',', '')));
  assert.ok(Math.abs(lower / told.interval.lower - 1) < 0.01 && Math.abs(upper / told.interval.upper - 1) < 0.01, card);
  assert.ok(lower <= told.value && told.value <= upper);
  assert.match(card, new RegExp(`核下件数\\s+${told.n}[^]*有效件数[^]*算法\\s+四次核，带宽 300 米`));
  assert.deepEqual(page.faults, []);
  await page.context().close();
  done(`a click tells ${told.value.toFixed(1)} with its interval, ${told.n} incidents and the method`);
}

/** The server's own description, with two parameters of the tiles, or with none of them. */
async function openWith(browser, origin, listed, address) {
  const page = await openPage(browser, origin);
  page.queries = {tile: [], legend: []};
  await page.route('**/api', async route => {
    const described = await (await route.fetch()).json();
    for (const [path, {get}] of Object.entries(described.paths)) {
      if (!get?.parameters) continue;
      get.parameters = get.parameters.filter(p => !['adaptive', 'network', 'edge-correction'].includes(p.name));
      if (listed && path.startsWith('/tiles/density/'))
        get.parameters.push({name: 'network', in: 'query'}, {name: 'edge-correction', in: 'query'});
    }
    await route.fulfill({json: described});
  });
  // A server that takes them answers with a picture; what is asked for is what counts here.
  await page.route('**/tiles/density/**', async route => {
    const url = new URL(route.request().url());
    page.queries.tile.push(new URLSearchParams(url.search));
    for (const name of ['network', 'edge-correction']) url.searchParams.delete(name);
    await route.fulfill({response: await route.fetch({url: url.href})});
  });
  page.on('request', request => {
    const url = new URL(request.url());
    if (url.pathname === '/density/legend') page.queries.legend.push(url.searchParams);
  });
  await page.goto(origin + address);
  await ready(page);
  await page.locator('#density').evaluate(details => { details.open = true; });
  return page;
}

async function checkOffers(browser, origin) {
  const bare = await openWith(browser, origin, false, '/?lang=en&theme=light&network=true');
  assert.equal(await bare.locator('#density-switches input:not([name=scale]), [name=network]').count(), 0);
  assert.ok(bare.queries.tile.length > 0 && bare.queries.tile.every(tile => !tile.has('network')), 'what is not offered is not sent');
  assert.deepEqual(bare.faults, []);
  await bare.context().close();
  const full = await openWith(browser, origin, true, '/?lang=en&theme=light');
  for (const [name, words] of [['edge-correction', 'Edge correction'], ['network', 'Along streets']]) {
    full.queries.tile = [];
    await full.locator('#controls label', {hasText: words}).click();
    await ready(full);
    assert.equal(query(full).get(name), 'true');
    assert.ok(full.queries.tile.length > 0 && full.queries.tile.at(-1).get(name) === 'true');
    assert.ok(full.queries.legend.every(legend => !legend.has(name)), 'each endpoint gets what it takes');
  }
  await full.locator('#controls label', {hasText: 'Over the area'}).click();
  await ready(full);
  assert.equal(query(full).get('network'), null);
  assert.deepEqual(full.faults, []);
  await full.context().close();
  done('edge correction and streets where the server lists them, and only there');
}

async function checkNarrow(browser, origin) {
  const page = await open(browser, origin, '/?lang=en&theme=dark&at=now&over=all&category=0510', {viewport: {width: 390, height: 800}});
  assert.match(await legendText(page), /Relative risk[^]*quartic kernel[^]*Classes: general/);
  for (const id of ['#play', '#now', '[name=moment]', '[name=time-width]']) {
    const box = await page.locator(id).boundingBox();
    assert.ok(box && box.x >= 0 && box.x + box.width <= 390, `${id} lies on the screen`);
  }
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  assert.deepEqual(page.faults, []);
  await page.context().close();
  done('a narrow screen');
}

async function main() {
  if (!findChromium()) {
    console.log('skipped: there is no chromium');
    return 77;
  }
  assert.ok(process.env.HOTSPOTD, 'HOTSPOTD names the program');
  const server = await serveSample();
  let browser;
  try {
    browser = await launch();
    const page = await open(browser, server.origin, '/?lang=zh&theme=light');
    await checkKernelAndBandwidth(page);
    await checkAdvice(page);
    await checkClasses(page, server.origin);
    await checkMeasures(page);
    await checkTimeline(page, server.origin);
    assert.deepEqual(page.faults, []);
    await page.context().close();
    await checkAddress(browser, server.origin);
    await checkCard(browser, server.origin);
    await checkOffers(browser, server.origin);
    await checkNarrow(browser, server.origin);
  } finally {
    await browser?.close();
    await server.stop();
  }
  return 0;
}

process.exit(await main());
