// The library of charts, loaded when the first one is drawn, and the page's colours for it: canvas knows no variables.

import {needScript, needStyle} from './dom.mjs';
import {busy} from './ready.mjs';

export async function charts() {
  const file = name => new URL(`../vendor/uplot/dist/${name}`, import.meta.url);
  await busy(Promise.all([needScript(file('uPlot.iife.min.js')), needStyle(file('uPlot.min.css'))]));
  return window.uPlot;
}

/** The value of a variable of css/tokens.css. */
export const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
