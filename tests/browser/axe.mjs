// What axe-core finds wrong with a page, in words.

import {readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {needLibraries} from './browser.mjs';

const script = join(dirname(fileURLToPath(import.meta.url)), 'node_modules', 'axe-core', 'axe.min.js');

/** Violations of WCAG 2.2 AA and of axe's own rules of good practice; empty where there are none. */
export async function violations(page) {
  needLibraries();
  await page.evaluate(readFileSync(script, 'utf8'));
  return page.evaluate(async () => {
    const {violations: found, passes} = await window.axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']});
    if (passes.length < 10) return ['axe looked at nothing'];
    return found.map(({id, nodes}) => `${id}: ${nodes.map(node => node.target.join(' ')).join(', ')}`);
  });
}
