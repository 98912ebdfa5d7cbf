// Words, numbers and dates in the page's language. Words stand in i18n/zh.json and i18n/en.json.

let language = 'zh';
let words = {};

export const lang = () => language;

export async function setLanguage(wanted) {
  const response = await fetch(`/i18n/${wanted}.json`);
  if (!response.ok) throw new Error(`i18n/${wanted}.json: HTTP ${response.status}`);
  words = await response.json();
  language = wanted;
  document.documentElement.lang = wanted === 'zh' ? 'zh-CN' : 'en';
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

export const date = (time, timeZone) =>
  new Intl.DateTimeFormat(document.documentElement.lang, {dateStyle: 'medium', timeZone}).format(new Date(time));

export const dateTime = (time, timeZone) =>
  new Intl.DateTimeFormat(document.documentElement.lang, {dateStyle: 'medium', timeStyle: 'short', timeZone})
    .format(new Date(time));

/** The calendar day (YYYY-MM-DD) of a time in a zone. */
export const dayOf = (time, timeZone) =>
  new Intl.DateTimeFormat('sv-SE', {year: 'numeric', month: '2-digit', day: '2-digit', timeZone}).format(new Date(time));

/** The name of a thing in the page's language. */
export const nameOf = thing =>
  (language === 'en' ? thing?.name_en || thing?.name : thing?.name || thing?.name_en) || thing?.code || '';
