// Batches: what was imported and written, each of which can be taken back as a whole.

import * as api from '../api.mjs';
import {element} from '../parts/dom.mjs';
import {dateTime, number, t} from '../parts/i18n.mjs';
import {busy} from '../parts/ready.mjs';
import {failure, nothing, Task} from '../parts/task.mjs';
import {may, signInNote} from '../pages/data.mjs';

export class Section {
  constructor(root, app) {
    this.app = app;
    this.root = root;
    this.showsData = true;
  }

  async start() {
    const list = element('div');
    this.told = element('div', {'aria-live': 'polite'});
    this.task = new Task(list);
    this.root.replaceChildren(
      element('header', {class: 'head'}, element('h1', {}, t('data.batches')), element('p', {class: 'hint'}, t('batches.intro'))),
      may(this.app, 'editor', true) ? '' : signInNote(this.app, 'batches.signIn'), this.told, list);
    await this.task.run(signal => api.batches(signal), answer => list.replaceChildren(this.#table(answer)));
  }

  end() {
    this.task?.end();
  }

  refresh(what) {
    if (what === 'words' || what === 'data') this.start();
  }

  #table({batches, total}) {
    if (!batches.length) return nothing(t('batches.none'), t('batches.noneText'));
    const head = ['id', 'time', 'kind', 'source', 'added', 'updated', 'rejected', 'state'];
    const table = element('table', {class: 'table batches'},
      element('caption', {class: 'unseen'}, t('data.batches')),
      element('thead', {}, element('tr', {}, ...head.map(name => element('th', {scope: 'col', class: ['added', 'updated', 'rejected'].includes(name) ? 'number' : ''}, t(`batches.${name}`))))),
      element('tbody', {}, ...batches.map(batch => this.#row(batch))));
    return element('div', {class: 'panel scroll', tabindex: '0', role: 'region', 'aria-label': t('data.batches')}, table,
      total > batches.length ? element('p', {class: 'hint'}, t('batches.more', {n: number(batches.length), all: number(total)})) : '');
  }

  #row(batch) {
    const count = name => element('td', {class: 'number', 'data-label': t(`batches.${name}`)}, number(batch[name]));
    const state = element('td', {class: 'undo'});
    this.#showState(state, batch);
    return element('tr', {class: batch.undone ? 'undone' : '', 'data-batch': batch.id},
      element('td', {'data-label': t('batches.id')}, String(batch.id)),
      element('td', {'data-label': t('batches.time')}, dateTime(batch.created, this.app.city.timezone)),
      element('td', {'data-label': t('batches.kind')}, t(`kind.${batch.kind}`)),
      element('td', {class: 'source', 'data-label': t('batches.source')}, batch.source),
      count('added'), count('updated'), count('rejected'), state);
  }

  /** Undoing is asked for twice: the second button stands where the first one was. */
  #showState(cell, batch) {
    if (batch.undone) {
      cell.replaceChildren(element('span', {class: 'hint'}, t('batches.undone')));
      return;
    }
    if (!may(this.app, 'editor', true)) {
      cell.replaceChildren();
      return;
    }
    const undo = element('button', {type: 'button', class: 'link', 'aria-label': t('batches.undoOf', {id: batch.id}), onclick: () => {
      const sure = element('button', {type: 'button', class: 'button main', onclick: () => this.#undo(batch)}, t('batches.sure', {n: number(batch.added + batch.updated)}));
      cell.replaceChildren(sure, element('button', {type: 'button', class: 'link', onclick: () => {
        this.#showState(cell, batch);
        cell.querySelector('button').focus();
      }}, t('loading.cancel')));
      sure.focus();
    }}, t('batches.undo'));
    cell.replaceChildren(undo);
  }

  async #undo(batch) {
    this.told.replaceChildren(element('div', {class: 'state'}, element('span', {class: 'spinner', 'aria-hidden': 'true'}), element('p', {}, t('batches.undoing', {id: batch.id}))));
    try {
      const {removed, restored} = await busy(api.undo(batch.id));
      const note = element('div', {class: 'note good'}, element('p', {}, t('batches.done', {id: batch.id, removed: number(removed), restored: number(restored)})));
      await this.start();
      this.told.replaceChildren(note);
    } catch (error) {
      this.told.replaceChildren(failure(error, null));
    }
  }
}
