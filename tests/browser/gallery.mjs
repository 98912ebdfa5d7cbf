// Makes the README's gallery: HOTSPOTD=build/release/hotspotd node tests/browser/gallery.mjs .ci/gallery [NAME...]
// Pages of the sample city in both languages, light and dark, wide and narrow.

import {mkdirSync} from 'node:fs';
import {join} from 'node:path';

import {launch, openPage, ready, serveSample} from './browser.mjs';

const WIDE = {width: 1440, height: 900};
const TALL = {width: 1440, height: 1240};
const NARROW = {width: 390, height: 800};
// Open-air barbecue on summer evenings: the sample city's planted hotspot stands out.
const SUMMER = 'category=0510&datetime=2025-05-01/2025-09-30&hours=18-23&bandwidth=200';
const PICTURES = [
  ['map-zh-light', `/app/map?lang=zh&theme=light&${SUMMER}`, WIDE],
  ['map-en-dark', `/app/map?lang=en&theme=dark&${SUMMER}&place=102.611,39.3355`, WIDE],
  ['hotspots-en-light', `/app/map?lang=en&theme=light&${SUMMER}&show=hotspots&tab=table`, WIDE],
  ['side-zh-dark', '/app/map?lang=zh&theme=dark&datetime=2025-01-01/2025-12-31&compare=2024-01-01/2024-12-31&view=side', WIDE],
  ['change-en-light', '/app/map?lang=en&theme=light&datetime=2025-01-01/2025-12-31&compare=2024-01-01/2024-12-31', WIDE],
  ['months-zh-light', '/app/map?lang=zh&theme=light&category=0510&datetime=2025-01-01/2025-12-31&view=panels', WIDE],
  ['map-zh-light-narrow', `/app/map?lang=zh&theme=light&${SUMMER}`, NARROW],
  ['map-en-dark-narrow', `/app/map?lang=en&theme=dark&${SUMMER}&place=102.611,39.3355`, NARROW],
  ['focus-zh-light', '/app/focus?lang=zh&theme=light&category=0510&budget=10km&crews=2', TALL],
  ['focus-en-dark', `/app/focus?lang=en&theme=dark&category=0510&budget=10km&kept=${encodeURIComponent('category=0510&budget=5km')}`, TALL],
  ['focus-zh-light-narrow', '/app/focus?lang=zh&theme=light&category=0510&budget=10km', NARROW],
  ['data-zh-light', '/app/data?lang=zh&theme=light', WIDE],
  ['data-en-dark', '/app/data?lang=en&theme=dark', WIDE],
  ['public-zh-light', '/app/public?lang=zh&theme=light', WIDE],
  ['public-en-dark-narrow', '/app/public?lang=en&theme=dark', NARROW],
];

const [folder, ...only] = process.argv.slice(2);
if (!folder) {
  console.error('usage: HOTSPOTD=PROGRAM node gallery.mjs FOLDER [NAME...]');
  process.exit(2);
}
mkdirSync(folder, {recursive: true});
const server = await serveSample(60000);
const browser = await launch('--lang=zh-CN');
const faults = [];
try {
  for (const [name, address, viewport] of PICTURES) {
    if (only.length && !only.includes(name)) continue;
    const page = await openPage(browser, server.origin, {viewport});
    await page.goto(server.origin + address);
    await ready(page);
    await page.waitForTimeout(600); // labels and pictures fade in
    await page.screenshot({path: join(folder, `${name}.jpg`), type: 'jpeg', quality: 82});
    faults.push(...page.faults.map(fault => `${name}: ${fault}`));
    await page.context().close();
    console.log(`${name}.jpg`);
  }
} finally {
  await browser.close();
  await server.stop();
}
if (faults.length) throw new Error(faults.join('\n'));
