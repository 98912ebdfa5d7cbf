// The Data page in a real browser: signing in, an import from preflight to undoing, the review queue worked by keyboard,
// location quality and checks; in both languages and themes, wide and narrow, without WebGL; and what axe finds.

import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {violations} from './axe.mjs';
import {findChromium, launch, openPage, ready, serveSample} from './browser.mjs';

if (!findChromium()) {
  console.log('skipped: there is no Chromium here');
  process.exit(77);
}
const SECTIONS = ['import', 'batches', 'review', 'located', 'check'];
const folder = mkdtempSync(join(tmpdir(), 'hotspot-data-'));
const cases = join(folder, '案件.csv');
writeFileSync(cases, `编号,类型,另一类型,上报时间,地址,经度,纬度
A1,店外经营,暴露垃圾,2025-05-01 10:00,人民路12号,102.61,39.34
A2,暴露垃圾,店外经营,2025-05-02 11:00,人民路14号,102.612,39.341
A2,暴露垃圾,店外经营,2025-05-02 11:00,人民路14号,102.612,39.341
A3,暴露垃圾,店外经营,不知何时,人民路16号,102.613,39.341
`);

const done = what => console.log(`ok: ${what}`);
let token;
const makeUser = store => (token = execFileSync(process.env.HOTSPOTD, ['user', store, 'add', 'editor', '--role', 'editor'], {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']}).trim());

async function open(page, origin, section, more = '') {
  await page.goto(`${origin}/app/data?lang=zh&theme=light&section=${section}${more}`);
  await ready(page);
}

async function checkSignIn(page, origin) {
  await open(page, origin, 'import');
  assert.ok(await page.locator('.import .button.main').isDisabled(), 'nothing can be imported without a token');
  await page.locator('.note button').click();
  await page.locator('#account input[name=token]').fill(token);
  await page.keyboard.press('Enter');
  await page.locator('.import .button.main:enabled').waitFor();
  done('signing in from where it is needed');
}

async function checkImport(page, origin) {
  await open(page, origin, 'import');
  await page.setInputFiles('input[type=file]', cases);
  await page.locator('.import .button.main').click();
  await page.locator('.result').waitFor();
  await ready(page);
  const numbers = await page.locator('.result .numbers').innerText();
  assert.match(numbers.replaceAll('\n', ' '), /读取行 4 新增 2/);
  assert.equal(await page.locator('select[name=map-category]').inputValue(), '类型');
  assert.equal(await page.locator('.result tbody tr').count(), 3);
  assert.ok(await page.locator('.result .small-map canvas').isVisible());
  const [rejects] = await Promise.all([page.waitForEvent('download'), page.getByText('下载被拒绝的 1 行').click()]);
  assert.equal(rejects.suggestedFilename(), 'rejects.csv');
  await page.selectOption('select[name=map-category]', '另一类型');
  await page.locator('#again').click();
  await page.locator('.result tbody td', {hasText: '暴露垃圾'}).first().waitFor();
  await ready(page);
  assert.equal(await page.locator('select[name=map-category]').inputValue(), '另一类型');
  assert.equal(await page.locator('.result tbody tr').first().locator('td').nth(1).innerText(), '暴露垃圾');
  const before = (await (await page.request.get(`${origin}/city`)).json()).counts.incidents;
  await page.locator('.result .button.main').click();
  await page.getByText('已导入').waitFor();
  await ready(page);
  const city = await (await page.request.get(`${origin}/city`)).json();
  assert.equal(city.counts.incidents, before + 2);
  done('an import: preflight, a column chosen, rejects, the rows are there');

  await page.getByText('查看批次').click();
  await page.locator('.batches tbody tr').first().waitFor();
  const row = page.locator('.batches tbody tr').first();
  assert.match(await row.innerText(), /案件\.csv/);
  await row.getByRole('button').click();
  await row.locator('.button.main').click();
  await page.locator('.note.good').waitFor();
  assert.equal((await (await page.request.get(`${origin}/city`)).json()).counts.incidents, before);
  assert.match(await page.locator('.batches tbody tr', {hasText: '案件.csv'}).innerText(), /已撤销/);
  done('the batch is undone as a whole');
}

async function checkCancel(page, origin) {
  await open(page, origin, 'import');
  const rows = ['id,category,reported,lon,lat'];
  for (let i = 0; i < 60000; i++) rows.push(`B${i},0102,2025-05-01 10:00,102.6${i % 10},39.34`);
  const large = join(folder, 'large.csv');
  writeFileSync(large, rows.join('\n'));
  await page.setInputFiles('input[type=file]', large);
  await page.locator('.import .button.main').click();
  await page.locator('#outcome .state button').click();
  await page.getByText('已取消').waitFor();
  await ready(page);
  done('an import is cancelled, and nothing of it is there');
}

async function checkReview(page, origin) {
  await open(page, origin, 'review');
  const first = async () => page.locator('.entry[aria-current]').getAttribute('data-entry');
  const waiting = async () => (await (await page.request.get(`${origin}/review`)).json()).texts;
  const before = await waiting();
  const one = await first();
  await page.keyboard.press('j');
  assert.notEqual(await first(), one);
  await page.keyboard.press('k');
  assert.equal(await first(), one);
  await page.keyboard.press('u');
  await page.waitForFunction(id => !document.querySelector(`[data-entry="${id}"]`), one);
  await ready(page);
  assert.equal(await waiting(), before - 1);
  await page.keyboard.press('z');
  await page.locator(`[data-entry="${one}"]`).waitFor();
  await ready(page);
  assert.equal(await waiting(), before);
  while (!(await page.locator('.candidate').count())) await page.keyboard.press('j');
  const placed = await first();
  await page.keyboard.press('r');
  assert.ok(await page.locator('input[name=remember]').isChecked());
  await page.keyboard.press('1');
  await page.waitForFunction(id => !document.querySelector(`[data-entry="${id}"]`), placed);
  await ready(page);
  const decided = await (await page.request.get(`${origin}/review/decisions`)).json();
  assert.ok(decided.decisions.some(decision => decision.remembered && decision.action === 'accept'));
  await page.selectOption('select[name=review-state]', 'decided');
  await page.locator(`[data-entry="${placed}"]`).waitFor();
  assert.match(page.url(), /review=decided/);
  done('the review queue by keyboard: next, unlocatable, back, remember, accept');
}

async function checkRest(page, origin) {
  await open(page, origin, 'located');
  assert.match(await page.locator('.numbers').innerText(), /定位率/);
  assert.ok((await page.locator('.months td.share').count()) >= 12);
  await page.selectOption('select[name=level]', 'community');
  await page.waitForURL(/level=community/);
  await ready(page);
  await open(page, origin, 'check');
  assert.ok((await page.locator('.flaws li').count()) > 3);
  await page.locator('.flaws button').first().click();
  assert.equal(await page.locator('.flaws [aria-current]').count(), 1);
  await ready(page);
  done('location quality and checks');
}

/** A city that locates badly: said in words and by marks, not only by colour. */
async function checkWarnings(page, origin) {
  await page.route('**/review/hit-rate**', async route => {
    const rate = await (await route.fetch()).json();
    Object.assign(rate.months[0], {hit_rate: 0.5, unmatched: 30, clustered: true});
    rate.warnings = [{kind: 'below-minimum', en: 'Only half', zh: '只有一半'}];
    await route.fulfill({json: rate});
  });
  await open(page, origin, 'located');
  assert.equal(await page.locator('.note').innerText(), '只有一半');
  assert.match(await page.locator('.months td.below').innerText(), /50.*▼/);
  await page.unroute('**/review/hit-rate**');
  done('warnings of location quality');
}

async function checkTabs(page, origin) {
  await open(page, origin, 'import');
  await page.locator('#tab-import').focus();
  for (const section of [...SECTIONS.slice(1), 'import']) {
    await page.keyboard.press('ArrowRight');
    await page.locator(`#tab-${section}[aria-selected=true]`).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.id), `tab-${section}`);
  }
  await ready(page);
  done('tabs by keyboard');
}

/** Every section in every clothing: nothing overflows, axe is content. */
async function checkLooks(page, origin) {
  for (const [lang, theme, width] of [['zh', 'light', 1280], ['en', 'dark', 1280], ['en', 'light', 390], ['zh', 'dark', 390]]) {
    await page.setViewportSize({width, height: 844});
    for (const section of SECTIONS) {
      await page.goto(`${origin}/app/data?lang=${lang}&theme=${theme}&section=${section}`);
      await ready(page);
      const wide = await page.evaluate(() => document.getElementById('page').scrollWidth - document.getElementById('page').clientWidth);
      assert.ok(wide <= 0, `${section} ${lang} ${width}: ${wide} pixels too wide`);
      assert.deepEqual(await violations(page), [], `${section} ${lang} ${theme} ${width}`);
    }
  }
  await page.setViewportSize({width: 1280, height: 800});
  done('both languages and themes, wide and narrow; axe finds nothing');
}

async function checkWithoutWebGl(origin) {
  const browser = await launch('--disable-gpu', '--disable-webgl', '--disable-webgl2', '--disable-3d-apis');
  try {
    const page = await openPage(browser, origin);
    await page.request.post(`${origin}/session`, {data: {token}});
    for (const section of ['review', 'check']) {
      await open(page, origin, section);
      assert.equal(await page.locator('.no-map').count(), 1);
      assert.ok((await page.locator('.entry').count()) > 3);
    }
    assert.deepEqual(page.faults.filter(fault => !/WebGL/i.test(fault)), []);
    done('without WebGL the lists go on');
  } finally {
    await browser.close();
  }
}

async function checkFailure(page, origin) {
  await page.route('**/batches', route => route.abort());
  await open(page, origin, 'batches');
  await page.locator('.state.bad').waitFor();
  await page.unroute('**/batches');
  await page.locator('.state.bad button').click();
  await page.locator('.batches tbody tr').first().waitFor();
  await ready(page);
  page.faults.length = 0;
  done('what failed says so, and works again on demand');
}

const server = await serveSample(3000, makeUser);
const browser = await launch();
try {
  const page = await openPage(browser, server.origin);
  await checkSignIn(page, server.origin);
  await checkImport(page, server.origin);
  await checkCancel(page, server.origin);
  await checkReview(page, server.origin);
  await checkRest(page, server.origin);
  await checkWarnings(page, server.origin);
  await checkTabs(page, server.origin);
  await checkLooks(page, server.origin);
  assert.deepEqual(page.faults, []);
  await checkFailure(page, server.origin);
  await checkWithoutWebGl(server.origin);
} finally {
  await browser.close();
  await server.stop();
  rmSync(folder, {recursive: true, force: true});
}
