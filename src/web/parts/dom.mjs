// Making elements without markup in strings: text stays text.

/** element('p', {class: 'x'}, 'text', child) */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, '');
    else if (value !== false && value != null) made.setAttribute(key, value);
  }
  made.append(...children.filter(child => child != null));
  return made;
}

const keyOf = part => part.value || part.textContent;

/** Replaces what a container holds; the keyboard stays where it was when that is there again. A function makes the
 * children late: needed where they are partly those that are there. */
export function redraw(container, ...children) {
  const focused = container.contains(document.activeElement) ? keyOf(document.activeElement) : null;
  container.replaceChildren(...(typeof children[0] === 'function' ? children[0]() : children));
  if (focused == null) return;
  [...container.querySelectorAll('input, button')].find(part => keyOf(part) === focused)?.focus();
}

export const byId = id => document.getElementById(id);

/** Closes the sheets that hang below a button, but not one on the `path` of an event. Without one the keyboard goes
 * back to the button. */
export function closeSheets(path = []) {
  for (const sheet of document.querySelectorAll('details.pop[open]')) {
    if (path.includes(sheet)) continue;
    const had = sheet.contains(document.activeElement);
    sheet.open = false;
    if (had && !path.length) sheet.querySelector('summary').focus();
  }
}

/** Loads a style sheet once; resolves when it is in force. */
export function needStyle(url) {
  const present = document.querySelector(`link[href="${url}"]`);
  if (present) return present.loaded;
  const link = element('link', {rel: 'stylesheet', href: url});
  link.loaded = new Promise((resolve, reject) => {
    link.addEventListener('load', resolve);
    link.addEventListener('error', () => reject(new Error(`${url}`)));
  });
  document.head.append(link);
  return link.loaded;
}
