// Who is signed in. The token goes to the server once, which keeps it in a cookie that scripts cannot read.

import * as api from '../api.mjs';
import {byId, element} from './dom.mjs';
import {t} from './i18n.mjs';
import {busy} from './ready.mjs';

export class Account {
  /** `changed` runs after signing in or out. */
  constructor(app, changed) {
    this.app = app;
    this.changed = changed;
  }

  show() {
    const {session} = this.app;
    byId('account-name').textContent = session.signed_in ? session.name : t('account.signIn');
    const sheet = byId('account').querySelector('.sheet');
    sheet.replaceChildren(...(session.signed_in ? this.#signedIn(session) : this.#signedOut()));
  }

  #signedIn(session) {
    const where = session.unit ? t('account.unit', {code: session.unit}) : t('account.city');
    return [
      element('p', {}, element('strong', {}, session.name)),
      element('p', {class: 'hint'}, `${t(`role.${session.role}`)} · ${where}`),
      element('button', {type: 'button', class: 'button', onclick: () => this.#do(api.signOut())}, t('account.signOut')),
    ];
  }

  #signedOut() {
    const token = element('input', {type: 'password', name: 'token', required: true, autocomplete: 'current-password'});
    return [element('form', {
      class: 'stack',
      onsubmit: event => {
        event.preventDefault();
        this.#do(api.signIn(token.value.trim()));
      },
    },
    element('input', {type: 'text', name: 'username', autocomplete: 'username', value: 'hotspotd', hidden: true}),
    element('label', {class: 'field'}, element('span', {}, t('account.token')), token),
    element('p', {class: 'hint'}, t('account.hint')),
    element('p', {class: 'bad', role: 'alert', hidden: true}),
    element('button', {class: 'button main'}, t('account.signIn')))];
  }

  async #do(call) {
    try {
      this.app.session = await busy(call);
    } catch (error) {
      const note = byId('account').querySelector('[role=alert]');
      if (!note) return;
      note.textContent = error.status === 0 ? t('error.offline') : error.message;
      note.hidden = false;
      return;
    }
    this.show();
    byId('account').open = false;
    byId('account-name').focus();
    this.changed();
  }
}
