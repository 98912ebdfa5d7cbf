// What went wrong, said once per subject, with a way to try again.

import {byId, element} from './dom.mjs';
import {t} from './i18n.mjs';

const shown = new Map();

/** The server's own words, the status of a tile (whose message would be its long address), or the error's words. */
function reasonOf(error) {
  if (!error) return '';
  if (error?.status === 0) return t('error.offline');
  return error?.url && error.status ? `HTTP ${error.status}` : error?.message || String(error);
}

/** Whether a subject is being complained about. */
export const isTold = subject => shown.has(subject);

/** Shows `key` with the error's reason; a second message of the same subject replaces the first. */
export function tell(subject, key, error, retry) {
  settle(subject);
  const note = element('div', {class: 'message'},
    element('p', {}, t(key, {reason: reasonOf(error)})),
    retry && element('button', {type: 'button', class: 'link', onclick: () => { settle(subject); retry(); }}, t('error.retry')),
    element('button', {type: 'button', class: 'quiet close', 'aria-label': t('error.dismiss'), onclick: () => settle(subject)}, '×'));
  byId('messages').append(note);
  shown.set(subject, note);
}

/** Says what is no error; `action` is [key of its words, what to do]. */
export function note(subject, key, action) {
  settle(subject);
  const made = element('div', {class: 'message calm'},
    element('p', {'data-i18n': key}, t(key)),
    action && element('button', {type: 'button', class: 'link', onclick: () => { settle(subject); action[1](); }}, t(action[0])),
    element('button', {type: 'button', class: 'quiet close', 'aria-label': t('error.dismiss'), onclick: () => settle(subject)}, '×'));
  byId('messages').append(made);
  shown.set(subject, made);
}

/** The subject is well again. */
export function settle(subject) {
  shown.get(subject)?.remove();
  shown.delete(subject);
}

/** Everything but the city's own message belongs to the page that is left. */
export function settleAll() {
  for (const subject of [...shown.keys()]) if (subject !== 'city') settle(subject);
}
