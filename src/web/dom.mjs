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

/** Replaces what a container holds; the keyboard stays where it was when that is there again. */
export function redraw(container, ...children) {
  const focused = container.contains(document.activeElement) ? keyOf(document.activeElement) : null;
  container.replaceChildren(...children);
  if (focused == null) return;
  [...container.querySelectorAll('input, button')].find(part => keyOf(part) === focused)?.focus();
}

export const byId = id => document.getElementById(id);
