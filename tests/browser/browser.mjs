// Debian's Chromium, driven by playwright-core; a sample city served by the program under test.

import {execFileSync, spawn} from 'node:child_process';
import {existsSync, mkdtempSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/** Fetches the libraries of these tests by the lockfile when they are not there, or older than the lockfile. */
export function needLibraries() {
  const mark = join(here, 'node_modules', '.installed');
  const lock = join(here, 'package-lock.json');
  if (existsSync(mark) && statSync(mark).mtimeMs >= statSync(lock).mtimeMs) return;
  execFileSync('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error'], {cwd: here, stdio: 'inherit'});
  writeFileSync(mark, '');
}

export function findChromium() {
  return [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(path => path && existsSync(path));
}

export async function launch(...more) {
  needLibraries();
  const {chromium} = await import('playwright-core');
  return chromium.launch({
    executablePath: findChromium(),
    args: ['--no-sandbox', '--enable-unsafe-swiftshader', '--disable-background-networking', '--disable-component-update',
      '--disable-sync', '--no-first-run', '--no-default-browser-check', '--disable-dev-shm-usage', ...more],
  });
}

/** A page whose console errors, failed answers and requests to other hosts are kept in `page.faults`. */
export async function openPage(browser, origin, options = {}) {
  const context = await browser.newContext({viewport: {width: 1280, height: 800}, locale: 'zh-CN', ...options});
  const page = await context.newPage();
  page.faults = [];
  page.on('console', message => {
    if (message.type() === 'error' || /Content.Security.Policy/i.test(message.text()))
      page.faults.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', error => page.faults.push(`exception: ${error.stack ?? error}`));
  page.on('response', response => {
    if (response.status() >= 400) page.faults.push(`HTTP ${response.status()}: ${response.url()}`);
  });
  page.on('request', request => {
    const url = new URL(request.url());
    if (!['data:', 'blob:'].includes(url.protocol) && url.origin !== origin) page.faults.push(`outside request: ${url}`);
  });
  return page;
}

export const ready = page => page.waitForSelector('html[data-ready]', {state: 'attached', timeout: 120000});

/** What the map looks like once it is idle: a PNG of #map. */
export async function picture(page) {
  await ready(page);
  return page.locator('#map').screenshot({animations: 'disabled'});
}

/** Serves a fresh sample city: {origin, stop}. `prepare(store)` may change the store before it is served, with
 * `options` besides. */
export async function serveSample(incidents = 6000, prepare = () => {}, options = []) {
  const program = process.env.HOTSPOTD;
  const folder = mkdtempSync(join(tmpdir(), 'hotspot-page-'));
  const store = join(folder, 'city.gpkg');
  execFileSync(program, ['sample', store, '--incidents', String(incidents)], {stdio: ['ignore', 'inherit', 'inherit']});
  prepare(store);
  const server = spawn(program, ['serve', store, '--listen', '127.0.0.1:0', ...options], {stdio: ['ignore', 'pipe', 'pipe']});
  let said = '';
  const ended = new Promise(resolve => server.on('exit', resolve));
  const stop = async () => {
    if (server.exitCode === null && server.signalCode === null) server.kill('SIGTERM');
    const code = await ended;
    rmSync(folder, {recursive: true, force: true});
    return code;
  };
  try {
    const origin = await new Promise((resolve, reject) => {
      // The address stands on standard output; the log must be read all the same, or its pipe fills up.
      server.stdout.on('data', data => {
        said += data;
        const found = said.match(/http:\/\/(?:127\.0\.0\.1|0\.0\.0\.0):\d+/);
        if (found) resolve(found[0].replace('0.0.0.0', '127.0.0.1'));
      });
      server.stderr.on('data', data => (said += data));
      server.on('exit', code => reject(new Error(`the server ended with ${code}: ${said}`)));
      server.on('error', reject);
    });
    return {origin, stop};
  } catch (error) {
    await stop();
    throw error;
  }
}
