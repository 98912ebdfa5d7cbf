// Makes the README's picture: HOTSPOTD=build/release/hotspotd node tests/browser/screenshot.mjs .ci/screenshot.png

import {launch, openPage, ready, serveSample} from './browser.mjs';

const path = process.argv[2];
if (!path) {
  console.error('usage: HOTSPOTD=PROGRAM node screenshot.mjs FILE.png');
  process.exit(2);
}
const server = await serveSample(60000);
const browser = await launch('--lang=zh-CN');
try {
  const page = await openPage(browser, server.origin);
  // Open-air barbecue on summer evenings: the sample city's planted hotspot stands out.
  await page.goto(`${server.origin}/?lang=zh&theme=light&category=0510&datetime=2025-05-01/2025-09-30&hours=18-23&bandwidth=200`);
  await ready(page);
  await page.waitForTimeout(500); // labels and pictures fade in
  await page.screenshot({path});
  if (page.faults.length) throw new Error(page.faults.join('\n'));
} finally {
  await browser.close();
  await server.stop();
}
