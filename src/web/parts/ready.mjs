// `data-ready` stands on <html> while nothing is under way: no call to the server, no picture to come.

const root = document.documentElement;
let pending = 0;
let mapIdle = true;

let waiting = [];

function update() {
  const ready = pending === 0 && mapIdle;
  root.toggleAttribute('data-ready', ready);
  if (!ready) return;
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
