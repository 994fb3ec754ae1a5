// Says what is safe and what isn't yet: on this device, with us, or neither.

import * as outgoing from "./outgoing.js";
import { find, t } from "./page.js";
import { store } from "./state.js";

const SETTLED_MS = 2000; // what passes by sooner isn't read out
const READ_OUT = ["there", "refused", "unkept", "unkept-there"]; // the rest is seen, or said elsewhere

let told = "";
let later = 0;

export function prepare() {
  outgoing.onChange(look);
  window.addEventListener("online", look);
  window.addEventListener("offline", look);
}

function look() {
  const all = outgoing.all();
  const place = find("[data-safe]");
  place.hidden = !all.length;
  if (!all.length) return;
  const { kind, words } = standing(all);
  place.dataset.kind = kind;
  const text = find("[data-safe-text]");
  if (text.textContent !== words) text.textContent = words;
  if (kind === told) return clearTimeout(later);
  clearTimeout(later);
  later = setTimeout(() => {
    told = kind;
    if (READ_OUT.includes(kind)) document.getElementById("live-safe").textContent = words;
  }, SETTLED_MS);
}

function standing(all) {
  const { total, arrived } = outgoing.progress();
  const there = arrived === total && !all.some(({ source }) => source.growing);
  const reason = all.find((each) => each.trouble)?.trouble;
  const n = `${total ? Math.floor((100 * arrived) / total) : 0} %`;
  if (!store.kept()) {
    const kind = there ? "unkept-there" : "unkept";
    return { kind, words: t(there ? "unkept_there" : "unkept", { n }) };
  }
  if (there) return { kind: "there", words: t("safe_there") };
  if (reason) return { kind: "refused", words: t("safe_refused", { reason }) };
  if (!navigator.onLine) return { kind: "here", words: t("safe_here") };
  return { kind: "going", words: t("safe_going", { n }) };
}
