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

/** Loads what an element refers to once; resolves when it is there. */
function need(selector, made) {
  const present = document.querySelector(selector);
  if (present) return present.loaded;
  made.loaded = new Promise((resolve, reject) => {
    made.addEventListener('load', resolve);
    made.addEventListener('error', () => {
      made.remove(); // or no second try would ask for it
      reject(new Error(made.href || made.src));
    });
  });
  document.head.append(made);
  return made.loaded;
}

/** A style sheet, in force when this resolves. */
export const needStyle = url => need(`link[href="${url}"]`, element('link', {rel: 'stylesheet', href: url}));

/** A script that is no module, run when this resolves. */
export const needScript = url => need(`script[src="${url}"]`, element('script', {src: url}));
