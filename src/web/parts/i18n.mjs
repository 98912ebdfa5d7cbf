// Words, numbers and dates in the page's language. Words stand in i18n/PART.zh.json and i18n/PART.en.json, one part for
// the shell and one for each page.

let language = 'zh';
let words = {};
const parts = new Set(['shell']);

export const lang = () => language;

async function fetchWords(part, wanted) {
  const response = await fetch(new URL(`../i18n/${part}.${wanted}.json`, import.meta.url));
  if (!response.ok) throw new Error(`i18n/${part}.${wanted}.json: HTTP ${response.status}`);
  return response.json();
}

export async function setLanguage(wanted) {
  const loaded = await Promise.all([...parts].map(part => fetchWords(part, wanted)));
  words = Object.assign({}, ...loaded);
  language = wanted;
  document.documentElement.lang = wanted === 'zh' ? 'zh-CN' : 'en';
}

/** Adds the words of a page to those that are there. */
export async function needWords(part) {
  if (!part || parts.has(part)) return;
  Object.assign(words, await fetchWords(part, language));
  parts.add(part);
}

/** The words of a key with {names} filled in. */
export function t(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** The words of a key that may have none, or the text given instead. */
export const tOr = (key, instead) => words[key] ?? instead;

/** Fills elements that name their words. */
export function translate(root = document) {
  for (const element of root.querySelectorAll('[data-i18n]')) element.textContent = t(element.dataset.i18n);
  for (const element of root.querySelectorAll('[data-i18n-label]')) {
    element.setAttribute('aria-label', t(element.dataset.i18nLabel));
    if (element.tagName === 'INPUT') element.title = t(element.dataset.i18nLabel);
  }
}

export const number = (value, options) => new Intl.NumberFormat(document.documentElement.lang, options).format(value);

/** Three significant digits, without an exponent. */
export const density = value =>
  number(value, value >= 100 ? {maximumFractionDigits: 0} : {maximumSignificantDigits: 3});

export const percent = (share, digits = 1) => number(share, {style: 'percent', maximumFractionDigits: digits});

/** The calendar day (YYYY-MM-DD) of a time in a zone: dates are ISO in both languages. */
export const dayOf = (time, timeZone) =>
  new Intl.DateTimeFormat('sv-SE', {year: 'numeric', month: '2-digit', day: '2-digit', timeZone}).format(new Date(time));

export const date = dayOf;

/** YYYY-MM-DD hh:mm in a zone. */
export const dateTime = (time, timeZone) =>
  new Intl.DateTimeFormat('sv-SE', {dateStyle: 'short', timeStyle: 'short', timeZone}).format(new Date(time));

/** The name of a thing in the page's language. */
export const nameOf = thing =>
  (language === 'en' ? thing?.name_en || thing?.name : thing?.name || thing?.name_en) || thing?.code || '';
