// The end of the way: score, what may be added, sending, thanks.

import { announce, clock, data, find, findAll, line, on, t } from "./page.js";
import { Refused } from "./ask.js";
import { saveAsFile } from "./files.js";
import * as outgoing from "./outgoing.js";
import { send } from "./send.js";
import { drop, save, state, store } from "./state.js";
import { current, onEnter, show } from "./steps.js";

const about = document.getElementById("about-form");
const scoreForm = document.getElementById("score-form");
const AGAIN_MS = [2000, 4000, 8000, 15000, 30000]; // by itself, while this screen is open
let sending = false;
let tries = 0;
let again = 0;
let said = -1;

export function prepare() {
  scoreForm?.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = new FormData(scoreForm).get("score");
    score(chosen === null ? null : Number(chosen));
  });
  on("no-score", () => score(null));
  onEnter("about", () => (listKept(), fillAbout()));
  about.addEventListener("submit", async (event) => {
    event.preventDefault();
    keepAbout();
    await save();
    sendIt();
  });
  on("send-again", () => sendIt());
  on("copy", copy);
  on("save", saveHere);
  outgoing.onChange(() => {
    const { arrived, total } = outgoing.progress();
    if (sending) percent((99 * arrived) / (total || 1));
  });
  window.addEventListener("online", () => {
    if (current() === "sending") sendIt();
  });
}

function score(value) {
  state.draft.score = value;
  save();
  show("about");
}

function keepAbout() {
  const given = new FormData(about);
  const fields = [...given].filter(([key, value]) => key.startsWith("field-") && value);
  state.draft.name = given.get("name");
  state.draft.reference = given.get("reference");
  state.draft.fields = Object.fromEntries(fields.map(([key, value]) => [key.slice(6), value]));
}

/** After a reload, what was typed before: the same submission is sent again, not another. */
function fillAbout() {
  const { name, reference, fields = {} } = state.draft;
  const known = { name, reference };
  for (const [key, value] of Object.entries(fields)) known[`field-${key}`] = value;
  for (const [key, value] of Object.entries(known)) {
    if (value && !about.elements[key]?.value) about.elements[key].value = value;
  }
}

/** `quietly`: what stands there stays until it has worked. */
async function sendIt({ quietly = false } = {}) {
  if (sending) return;
  sending = true;
  clearTimeout(again);
  if (current() !== "sending") show("sending");
  if (!quietly) {
    find("[data-under-way]").hidden = false;
    find("[data-not-sent]").hidden = true;
  }
  try {
    const mine = await send();
    percent(100);
    for (const { take } of outgoing.all()) outgoing.stop(take);
    await drop();
    thank(mine);
  } catch (error) {
    if (!state.draft) return; // it was deleted meanwhile, and that is said
    const told = error instanceof Refused && error.message;
    find("[data-reason]").textContent = told || t(store.kept() ? "failed" : "failed_unkept");
    find("[data-under-way]").hidden = true;
    find("[data-not-sent]").hidden = false;
    const recorded = Object.values(state.draft.answers).some((answer) => answer.takeId);
    find('[data-do="save"]').hidden = !recorded;
    find('[data-do="answer-anew"]').hidden = error.status !== 415;
    find('[data-do="send-again"]').hidden = error.status === 415;
    if (!(error instanceof Refused) || error.passing) {
      again = setTimeout(tryAgain, AGAIN_MS[Math.min(tries++, AGAIN_MS.length - 1)]);
    }
  } finally {
    sending = false;
  }
}

function tryAgain() {
  if (current() === "sending") sendIt({ quietly: true });
}

function percent(value) {
  const whole = Math.floor(value);
  find("[data-progress]").value = whole;
  find("[data-percent]").textContent = `${whole} %`;
  if (Math.floor(whole / 25) !== said) {
    said = Math.floor(whole / 25);
    announce(t("sending", { n: whole }));
  }
}

function thank(mine) {
  for (const link of [find("[data-mine]"), find("[data-mine-button]")]) link.href = mine;
  find("[data-mine]").textContent = mine;
  line("");
  show("thanks", { replace: true });
  announce(t("sent"));
}

async function copy() {
  try {
    await navigator.clipboard.writeText(find("[data-mine]").href);
    announce(t("copied"));
    line(t("copied"));
  } catch {
    getSelection().selectAllChildren(find("[data-mine]")); // one key press away from copied
  }
}

/** When sending fails for good, the customer still has what they said. */
async function saveHere() {
  for (const answer of Object.values(state.draft.answers)) {
    if (!answer.takeId) continue;
    const take = await store.getTake(answer.takeId);
    saveAsFile(take, await (await outgoing.sourceOf(take)).whole());
  }
}

/** What is here so far, on the screens that ask what to do with it. */
export function listKept() {
  const lines = Object.entries(state.draft?.answers ?? {}).map(([at, answer]) => {
    const length = clock(answer.ms / 1000);
    const what = answer.text ?? answer.filename ?? t("answer_recorded", { time: length });
    return `${data.questions[at]?.text ?? ""} – ${what.slice(0, 120)}`;
  });
  for (const list of findAll("[data-kept]")) {
    list.replaceChildren(
      ...lines.map((text) => Object.assign(document.createElement("li"), { textContent: text })),
    );
  }
}
