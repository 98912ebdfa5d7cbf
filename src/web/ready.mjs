// `data-ready` stands on <html> while nothing is under way: no call to the server, no picture to come.

const root = document.documentElement;
let pending = 0;
let mapIdle = false;

const update = () => root.toggleAttribute('data-ready', pending === 0 && mapIdle);

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
