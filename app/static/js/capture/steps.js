// One screen at a time. Each has its own place in the history, so Back works.

import { findAll } from "./page.js";

let now = "welcome";
const leaving = new Map();
const entering = new Map();

export const current = () => now;

/** `act()` runs whenever the screen is shown, also by Back; there may be several. */
export const onEnter = (name, act) => entering.set(name, [...(entering.get(name) ?? []), act]);
/** `act()` runs before the screen goes; false keeps it where it is. */
export const onLeave = (name, act) => leaving.set(name, act);

export function show(name, { replace = false } = {}) {
  if (!turnTo(name)) return;
  const state = { step: name };
  if (replace) history.replaceState(state, "", `#${name}`);
  else history.pushState(state, "", `#${name}`);
}

function turnTo(name) {
  if (name !== now && leaving.get(now)?.() === false) return false;
  now = name;
  for (const section of findAll("[data-step]")) section.hidden = section.dataset.step !== name;
  for (const act of entering.get(name) ?? []) act();
  const section = findAll("[data-step]").find((each) => each.dataset.step === name);
  section.querySelector("h1")?.focus({ preventScroll: true });
  window.scrollTo(0, 0);
  return true;
}

// Screens that only make sense on the way forward: Back passes over them.
const PASSING = new Set(["sending", "thanks", "review", "resume", "trouble"]);

window.addEventListener("popstate", (event) => {
  const wanted = event.state?.step ?? "welcome";
  if (now === "thanks" || now === "sending") {
    history.pushState({ step: now }, "", `#${now}`);
  } else if (PASSING.has(wanted)) {
    history.back();
  } else if (!turnTo(wanted)) {
    history.pushState({ step: now }, "", `#${now}`);
  }
});
