// Where the panel leaves the map free.

const LEGEND_PX = 142; // the legend and its margins, as in map.css

/** Pixels at each side of the map that the panel or the legend covers, and a margin. */
export function roomAround() {
  const panel = document.getElementById('panel').getBoundingClientRect();
  const beside = panel.right < innerWidth / 2;
  return beside
    ? {top: 24, right: 24, bottom: LEGEND_PX, left: panel.right + 24}
    : {top: 138, right: 16, bottom: Math.min(innerHeight / 2, innerHeight - panel.top) + 16, left: 16};
}
