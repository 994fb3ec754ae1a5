// What the server told this page, and the ways to speak through it.

export const data = JSON.parse(document.getElementById("capture-data").textContent);

const root = document.getElementById("capture");
export const find = (selector) => root.querySelector(selector);
export const findAll = (selector) => [...root.querySelectorAll(selector)];

/** A sentence in the customer's language, its %(name)s filled in. */
export function t(key, values = {}) {
  return data.texts[key].replace(/%\((\w+)\)s/g, (_, name) => values[name]);
}

/** Says something to screen readers without showing it. */
export function announce(sentence) {
  document.getElementById("live").textContent = sentence;
}

/** A line above everything that stays until it is taken away with "". */
export function line(sentence) {
  const element = document.getElementById("line");
  element.textContent = sentence;
  element.hidden = !sentence;
}

/** 75.2 → "1:15" */
export function clock(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** Calls `act` when one of the buttons with data-do="name" is used. */
export function on(name, act) {
  for (const element of document.querySelectorAll(`[data-do="${name}"]`)) {
    element.addEventListener("click", (event) => {
      event.preventDefault();
      act(event);
    });
  }
}
