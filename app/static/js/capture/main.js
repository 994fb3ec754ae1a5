// The way through: welcome → consent → how → record or write, question by question → score →
// about you → sending → thanks. What is given is kept on this device until it has arrived.

import * as help from "./help.js";
import { announce, clock, data, find, findAll, line, on, t } from "./page.js";
import * as recording from "./record_step.js";
import { Refused, newToken, open, send } from "./send.js";
import { current, onEnter, show } from "./steps.js";
import { openStore } from "./store.js";

const store = await openStore();
const held = new Map(); // recordings that the device had no room for
let draft = (await store.getDraft(data.code)) ?? null;
let position = 0;
let wanted = null; // the way chosen before agreeing

const save = () => store.putDraft(draft);
const blobOf = async (take) => held.get(take.id) ?? store.blobOf(take);

// --- consent and the way to answer ---------------------------------------------------------

on("start", () => show(draft?.consentText ? "choose" : "consent"));

document.getElementById("consent-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const ticked = new FormData(event.target).getAll("purposes");
  draft ??= { code: data.code, token: newToken(), answers: {} };
  draft.consentText = data.consentText;
  draft.purposes = ["internal", ...ticked];
  await save();
  try {
    await open(draft);
    await save();
  } catch (error) {
    // Offline it is opened when it is sent; a "no" is said now, before anybody records.
    if (error instanceof Refused) return line(error.message);
  }
  if (wanted) answerBy(wanted);
  else show("choose");
});

for (const button of findAll("[data-way]")) {
  button.addEventListener("click", () => answerBy(button.dataset.way));
}

const STEPS = { camera: "record", voice: "record", upload: "upload", write: "write" };

function answerBy(way) {
  if (!draft?.consentText) {
    wanted = way;
    return show("consent");
  }
  wanted = null;
  draft.mode = way;
  save();
  if (current() !== STEPS[way]) show(STEPS[way]);
}

on("other-way", () => show("choose"));
on("write-instead", () => {
  if (["write", "sending", "thanks"].includes(current())) return;
  position = Math.min(position, data.questions.length - 1);
  answerBy("write");
});
on("try-again", () => answerBy(draft.mode ?? "camera"));

// --- questions -----------------------------------------------------------------------------

for (const step of ["record", "upload", "write"]) onEnter(step, () => ask());

function ask() {
  const question = data.questions[position];
  const many = data.questions.length > 1;
  for (const place of findAll("[data-question]")) place.textContent = question.text;
  for (const place of findAll("[data-hint]")) {
    place.textContent = question.hint;
    place.hidden = !question.hint;
  }
  for (const place of findAll("[data-question-of]")) {
    place.hidden = !many;
    place.textContent = t("question_of", { n: position + 1, all: data.questions.length });
  }
  const before = draft.answers[position];
  if (before?.kind === "text") document.getElementById("words").value = before.text;
}

recording.prepare({
  store,
  held,
  blobOf,
  mode: () => draft.mode ?? "camera",
  position: () => position,
  maySkip: () => position > 0 || Object.keys(draft?.answers ?? {}).length > 0,
  began: async (take) => {
    draft.underWay = take.id;
    await save();
  },
  accept: async (take) => {
    await setAnswer({ kind: take.kind, takeId: take.id, ms: take.ms });
    next();
  },
  forget: (take) => {
    held.delete(take.id);
    return store.dropTake(take.id);
  },
  skip: () => next(),
  trouble: (kind) => {
    find("[data-trouble]").textContent = t(kind);
    const final = kind === "insecure" || kind === "unable";
    find('[data-step="trouble"] [data-do="try-again"]').hidden = final;
    find('[data-step="trouble"] [data-way="voice"]').hidden =
      final || kind === "no_microphone" || draft.mode === "voice";
    show("trouble", { replace: current() === "record" });
    announce(t(kind));
  },
});

async function setAnswer(answer) {
  const older = draft.answers[position];
  if (older?.takeId && older.takeId !== answer.takeId) await store.dropTake(older.takeId);
  draft.answers[position] = answer;
  delete draft.underWay;
  await save();
}

function next() {
  position += 1;
  document.getElementById("words").value = "";
  document.getElementById("file").value = "";
  if (position < data.questions.length) {
    show(STEPS[draft.mode]);
  } else {
    position = data.questions.length - 1;
    show(data.hasScore ? "score" : "about");
  }
}

document.getElementById("write-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = document.getElementById("words").value.trim();
  document.getElementById("words-error").textContent = text ? "" : t("no_words");
  if (!text) return document.getElementById("words").focus();
  await setAnswer({ kind: "text", text });
  next();
});

document.getElementById("upload-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const file = document.getElementById("file").files[0];
  const problem = problemOf(file);
  document.getElementById("file-error").textContent = problem;
  if (problem) return;
  const kind = file.type.startsWith("audio/") ? "audio" : "video";
  const take = {
    id: crypto.randomUUID?.() ?? newToken(),
    code: data.code,
    position,
    kind,
    mime: file.type,
    filename: file.name.slice(0, 200),
    state: "done",
    ms: 0,
    uploadUrl: null,
  };
  held.set(take.id, file);
  await store.putTake(take);
  await store.addChunk(take.id, 0, file).catch(() => line(t("no_room")));
  await setAnswer({ kind, takeId: take.id, ms: 0, filename: file.name });
  next();
});

function problemOf(file) {
  if (!file || file.size === 0) return t("empty");
  if (file.type && !/^(video|audio)\//.test(file.type)) return t("not_media");
  if (file.size > data.maxBytes) {
    return t("too_large", { size: `${Math.floor(data.maxBytes / 1048576)} MB` });
  }
  return "";
}

// --- score and what may be added -------------------------------------------------------------

document.getElementById("score-form")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const chosen = new FormData(event.target).get("score");
  draft.score = chosen === null ? null : Number(chosen);
  save();
  show("about");
});
on("no-score", () => {
  draft.score = null;
  save();
  show("about");
});

onEnter("about", listKept);

document.getElementById("about-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const given = new FormData(event.target);
  draft.name = given.get("name");
  draft.reference = given.get("reference");
  draft.fields = {};
  for (const [key, value] of given) {
    if (key.startsWith("field-") && value) draft.fields[key.slice(6)] = value;
  }
  await save();
  sendIt();
});

// --- sending -----------------------------------------------------------------------------------

let sending = false;

async function sendIt() {
  if (sending) return;
  sending = true;
  if (current() !== "sending") show("sending");
  find("[data-under-way]").hidden = false;
  find("[data-not-sent]").hidden = true;
  try {
    const mine = await send(draft, store, blobOf, percent);
    await store.dropDraft(data.code);
    thank(mine);
  } catch (error) {
    const reason = error instanceof Refused && error.message ? error.message : t("failed");
    find("[data-reason]").textContent = reason;
    find("[data-under-way]").hidden = true;
    find("[data-not-sent]").hidden = false;
    find('[data-do="save"]').hidden = !Object.values(draft.answers).some((a) => a.takeId);
  } finally {
    sending = false;
  }
}

let said = -1;

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
  draft = null;
  show("thanks", { replace: true });
  announce(t("sent"));
}

on("send-again", sendIt);
on("copy", async () => {
  await navigator.clipboard?.writeText(find("[data-mine]").href);
  announce(t("copied"));
  line(t("copied"));
});
on("save", async () => {
  for (const answer of Object.values(draft.answers)) {
    if (!answer.takeId) continue;
    const take = await store.getTake(answer.takeId);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await blobOf(take));
    link.download = `recording-${take.position + 1}.${take.mime.includes("mp4") ? "mp4" : "webm"}`;
    link.click();
  }
});

window.addEventListener("offline", () => line(t("offline")));
window.addEventListener("online", () => {
  line(t("online"));
  if (current() === "sending") sendIt();
});
if (!navigator.onLine) line(t("offline"));

// --- what was left here before -----------------------------------------------------------------

on("go-on", async () => {
  const left = draft.underWay ? await store.getTake(draft.underWay) : null;
  if (left) {
    position = left.position;
    draft.mode ??= left.kind === "video" ? "camera" : "voice";
    ask();
    return recording.review(await mended(left));
  }
  position = data.questions.findIndex((_, at) => !draft.answers[at]);
  if (position >= 0) return show("choose");
  position = data.questions.length - 1;
  show(data.hasScore && draft.score === undefined ? "score" : "about");
});
on("delete", async () => {
  await store.dropDraft(data.code);
  draft = null;
  show("welcome", { replace: true });
});

/** A page that went away while recording leaves its chunks: about a second each. */
async function mended(take) {
  if (take.state === "done") return take;
  const finished = { ...take, state: "done", ms: take.ms || (await lengthOf(take)) };
  await store.putTake(finished);
  return finished;
}

async function lengthOf(take) {
  const blob = await blobOf(take);
  return Math.round(blob.size / (take.kind === "video" ? 158 : 8)); // at the bit rate asked for
}

function listKept() {
  const lines = Object.entries(draft?.answers ?? {}).map(([at, answer]) => {
    const item = document.createElement("li");
    const text = answer.text ?? answer.filename ?? t("answer_recorded", { time: clock(answer.ms / 1000) });
    item.textContent = `${data.questions[at]?.text ?? ""} – ${text.slice(0, 120)}`;
    return item;
  });
  for (const list of findAll("[data-kept]")) list.replaceChildren(...lines.map((l) => l.cloneNode(true)));
}

help.prepare(() => draft);

history.replaceState({ step: "welcome" }, "", location.pathname + location.search);
if (draft && (draft.underWay || Object.keys(draft.answers).length)) {
  listKept();
  show("resume", { replace: true });
}
document.getElementById("capture").dataset.ready = "yes";
