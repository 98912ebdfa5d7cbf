// `data-ready` stands on <html> while nothing is under way: no call to the server, no picture to come.

const root = document.documentElement;
const SLOW_MS = 1500;
let pending = 0;
let mapIdle = true;

let waiting = [];
let slow = null;
let tellSlow = () => {};

/** `told(true)` runs when something has been under way for a while, `told(false)` when nothing is any more. */
export function onSlow(told) {
  tellSlow = told;
}

function update() {
  const ready = pending === 0 && mapIdle;
  root.toggleAttribute('data-ready', ready);
  if (!ready) {
    slow ??= setTimeout(() => tellSlow(true), SLOW_MS);
    return;
  }
  clearTimeout(slow);
  slow = null;
  tellSlow(false);
  for (const resolve of waiting) resolve();
  waiting = [];
}

/** Resolves when nothing is under way, at once where that is so. */
export function whenReady() {
  return root.hasAttribute('data-ready') ? Promise.resolve() : new Promise(resolve => waiting.push(resolve));
}

export function setMapIdle(idle) {
  mapIdle = idle;
  update();
}

/** Counts a promise as under way until it settles. */
export async function busy(promise) {
  pending++;
  update();
  try {
    return await promise;
  } finally {
    pending--;
    update();
  }
}
