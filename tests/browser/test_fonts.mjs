// Labels do not depend on the reader's fonts: a browser that has no Chinese font draws the map, a street with rare
// characters among its names, as one that has them all; only slices with characters that are there are fetched.

import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {existsSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {findChromium, launch, openPage, picture, serveSample} from './browser.mjs';

// U+364D and U+2B5AE are in no font for everyday Chinese. The street lies at the edge, where there is room.
const STREET = '㙍𫖮垚街';
const AT = [102.635, 39.3206];
const VIEW = `#map=16/${AT[1]}/${AT[0]}`;
const LATIN_FONTS = '/usr/share/fonts/truetype/dejavu';

if (!findChromium() || !existsSync(LATIN_FONTS)) {
  console.log('skipped: Chromium or the DejaVu fonts are not here');
  process.exit(77);
}
const folder = mkdtempSync(join(tmpdir(), 'hotspot-fonts-'));

function addStreet(store) {
  const file = join(folder, 'street.geojson');
  const line = {type: 'LineString', coordinates: [[AT[0] - 0.004, AT[1]], [AT[0] + 0.004, AT[1]]]};
  writeFileSync(file, JSON.stringify({type: 'Feature', properties: {name: STREET, class: 'primary'}, geometry: line}));
  execFileSync(process.env.HOTSPOTD, ['import', store, 'streets', file], {stdio: ['ignore', 'ignore', 'inherit']});
}

/** A configuration of fontconfig that knows of Latin letters only. */
function poorFonts() {
  const file = join(folder, 'fonts.conf');
  writeFileSync(file, `<?xml version="1.0"?><fontconfig><dir>${LATIN_FONTS}</dir><cachedir>${folder}/cache</cachedir></fontconfig>`);
  return file;
}

/** The street's name as each of the two browsers draws it, and the fonts that were fetched for it. */
async function draw(origin, {fontconfig, refuse = false}) {
  const before = process.env.FONTCONFIG_FILE;
  if (fontconfig) process.env.FONTCONFIG_FILE = fontconfig;
  const browser = await launch();
  if (before === undefined) delete process.env.FONTCONFIG_FILE;
  else process.env.FONTCONFIG_FILE = before;
  try {
    const page = await openPage(browser, origin);
    const fetched = [];
    page.on('request', request => request.url().includes('/fonts/') && fetched.push(new URL(request.url()).pathname));
    if (refuse) await page.route('**/fonts/**', route => route.abort());
    await page.goto(`${origin}/?lang=zh&theme=light${VIEW}`);
    await picture(page);
    await page.waitForTimeout(600); // names fade in
    const box = await page.locator('#map').boundingBox();
    const clip = {x: Math.round(box.x + box.width / 2) - 250, y: Math.round(box.y + box.height / 2) - 30, width: 500, height: 60};
    const shot = await page.screenshot({clip});
    if (process.env.SHOTS) writeFileSync(join(process.env.SHOTS, `fonts-${fontconfig ? 'poor' : 'rich'}${refuse ? '-refused' : ''}.png`), shot);
    const words = await page.evaluate(() => [...document.fonts].some(face => /hotspot/.test(face.family) && face.status === 'loaded'));
    if (!refuse) assert.deepEqual(page.faults, []);
    return {shot, fetched, words};
  } finally {
    await browser.close();
  }
}

const server = await serveSample(500, addStreet);
try {
  while (!(await fetch(`${server.origin}/readyz`)).ok) await new Promise(resolve => setTimeout(resolve, 100));
  const style = await (await fetch(`${server.origin}/styles/light`)).json();
  const faces = style['font-faces']['Noto Sans CJK SC'];
  const codes = [...STREET].map(letter => letter.codePointAt(0));
  const has = ({'unicode-range': ranges}, code) => ranges.some(range => {
    const [from, last = from] = range.slice(2).split('-').map(text => parseInt(text, 16));
    return code >= from && code <= last;
  });
  for (const code of codes) {
    const found = faces.find(face => has(face, code));
    assert.match(found.url, /\/fonts\/regular\/names-\d+\.otf/, `U+${code.toString(16)} is in a slice of the names`);
    const answer = await fetch(found.url);
    assert.equal(answer.headers.get('content-type'), 'font/otf');
    assert.match(answer.headers.get('cache-control'), /immutable/);
  }
  const stale = await fetch(`${server.origin}/fonts/regular/names-1.otf?v=1`);
  assert.equal(stale.headers.get('cache-control'), 'no-cache');
  assert.equal((await fetch(`${server.origin}/fonts/regular/names-999.otf`)).status, 404);
  assert.match(await (await fetch(`${server.origin}/fonts/OFL.txt`)).text(), /SIL OPEN FONT LICENSE/);
  console.log('ok: the style lists slices of the names, which may be kept for good');

  const rich = await draw(server.origin, {});
  const poor = await draw(server.origin, {fontconfig: poorFonts()});
  const without = await draw(server.origin, {fontconfig: poorFonts(), refuse: true});
  assert.ok(poor.shot.equals(rich.shot), 'the name looks alike with and without Chinese fonts of the reader');
  assert.ok(!without.shot.equals(rich.shot), 'without slices it would not');
  assert.ok(poor.words, 'the page writes its words in the same font');
  assert.ok(!rich.fetched.some(path => /rest-/.test(path)), `only what is needed is fetched: ${rich.fetched.join(' ')}`);
  console.log(`ok: alike in both browsers, by ${new Set(rich.fetched).size} slices`);
} finally {
  await server.stop();
  rmSync(folder, {recursive: true, force: true});
}
