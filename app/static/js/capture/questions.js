// From "I agree" through the questions: how to answer, recording, a file, words.

import { announce, data, find, findAll, line, on, t } from "./page.js";
import * as recording from "./record_step.js";
import * as reviewing from "./review_step.js";
import { Refused, newToken } from "./ask.js";
import * as outgoing from "./outgoing.js";
import { begin, save, setAnswer, state, store } from "./state.js";
import { current, onEnter, show } from "./steps.js";

const STEPS = { camera: "record", voice: "record", upload: "upload", write: "write" };
const PIECE = 4 * 1024 * 1024; // bytes of a file that are kept at a time
const words = document.getElementById("words");
const chooser = document.getElementById("file");
const problemAt = (id) => (text) => (document.getElementById(id).textContent = text);
const wordsError = problemAt("words-error");
const fileError = problemAt("file-error");
let wanted = null; // the way chosen before agreeing
let interrupted = null; // a take to go on with

export function prepare() {
  on("start", () => show(state.draft?.consentText ? "choose" : "consent"));
  document.getElementById("consent-form").addEventListener("submit", agree);
  for (const button of findAll("[data-way]")) {
    button.addEventListener("click", () => answerBy(button.dataset.way));
  }
  on("other-way", () => show("choose"));
  on("skip", next);
  on("write-instead", writeInstead);
  on("try-again", () => answerBy(state.draft.mode ?? "camera"));
  for (const step of ["record", "upload", "write"]) onEnter(step, ask);
  document.getElementById("write-form").addEventListener("submit", takeWords);
  document.getElementById("upload-form").addEventListener("submit", takeFile);
  words.addEventListener("input", () => wordsError(""));
  chooser.addEventListener("change", async () => fileError(await problemOf(chooser.files[0])));
  on("answer-anew", answerAnew);
  reviewing.prepare({
    wholeOf: async (take) => (await outgoing.sourceOf(take)).whole(),
    accept,
    goOn: (take) => {
      interrupted = take;
      state.draft.mode = take.kind === "video" ? "camera" : "voice";
      show("record", { replace: true });
    },
    forget: outgoing.forget,
  });
  recording.prepare({
    mode: () => state.draft.mode ?? "camera",
    position: () => state.position,
    maySkip,
    interrupted: () => (interrupted?.position === state.position ? interrupted : null),
    began,
    ended,
    trouble,
  });
}

/** Something has to be said, to whichever question. */
const maySkip = () => state.position > 0 || Object.keys(state.draft?.answers ?? {}).length > 0;

/** A take begins, or goes on: it has its place on the device and its way to the server. */
async function began(take) {
  interrupted = null;
  state.draft.underWay = take.id;
  await store.putTake(take);
  await save();
  const { source } = await outgoing.begin(take);
  source.say({ growing: true });
  return async (chunk) => {
    await store.addChunk(take, source.chunks, chunk);
    source.grew(chunk.size); // only now may it be sent
  };
}

async function ended(take) {
  await store.putTake(take);
  (await outgoing.sourceOf(take)).say({ growing: false, ended: true });
}

async function accept(take) {
  interrupted = null;
  take.state = "done";
  await store.putTake(take);
  await answerWith(take, { kind: take.kind, takeId: take.id, ms: take.ms });
  next();
}

async function answerWith(take, answer) {
  const older = await setAnswer(answer);
  if (older) {
    outgoing.stop(older);
    await store.dropTake(older.id);
  }
  if (take) outgoing.use(take);
}

async function agree(event) {
  event.preventDefault();
  const draft = begin();
  draft.consentText = data.consentText;
  draft.purposes = ["internal", ...new FormData(event.target).getAll("purposes")];
  await save();
  try {
    await outgoing.open(draft);
  } catch (error) {
    // Offline it is opened when it is sent; a "no" is said now, before anybody records.
    if (error instanceof Refused) return line(error.message);
  }
  if (wanted) answerBy(wanted);
  else show("choose");
}

function answerBy(way) {
  if (!state.draft?.consentText) {
    wanted = way;
    return show("consent");
  }
  wanted = null;
  state.draft.mode = way;
  save();
  if (current() !== STEPS[way]) show(STEPS[way]);
}

function writeInstead() {
  if (["write", "sending", "thanks"].includes(current())) return;
  answerBy("write");
}

function ask() {
  const question = data.questions[state.position];
  for (const place of findAll("[data-question]")) place.textContent = question.text;
  for (const place of findAll("[data-hint]")) {
    place.textContent = question.hint;
    place.hidden = !question.hint;
  }
  for (const place of findAll("[data-question-of]")) {
    place.hidden = data.questions.length < 2;
    place.textContent = t("question_of", { n: state.position + 1, all: data.questions.length });
  }
  for (const button of findAll('form [data-do="skip"]')) button.hidden = !maySkip();
  const before = state.draft.answers[state.position];
  if (before?.kind === "text") words.value = before.text;
}

function next() {
  interrupted = null;
  words.value = "";
  chooser.value = "";
  wordsError("");
  fileError("");
  if (state.position + 1 < data.questions.length) {
    state.position += 1;
    show(STEPS[state.draft.mode]);
  } else {
    show(data.hasScore ? "score" : "about");
  }
}

async function takeWords(event) {
  event.preventDefault();
  const text = words.value.trim();
  wordsError(text ? "" : t("no_words"));
  if (!text) return words.focus();
  await answerWith(null, { kind: "text", text });
  next();
}

async function takeFile(event) {
  event.preventDefault();
  const file = chooser.files[0];
  const button = event.target.querySelector('[type="submit"]');
  button.disabled = true; // pressed twice, it is taken once
  try {
    if (fileError(await problemOf(file))) return chooser.focus();
    await keepFile(file);
  } finally {
    button.disabled = false;
  }
  next();
}

async function keepFile(file) {
  const take = {
    id: newToken(),
    code: data.code,
    position: state.position,
    kind: file.type.startsWith("audio/") ? "audio" : "video",
    mime: file.type,
    filename: file.name.slice(0, 200),
    state: "done",
    ms: 0,
    uploadUrl: null,
  };
  await store.putTake(take);
  for (let at = 0; at < file.size; at += PIECE) {
    await store.addChunk(take, at / PIECE, file.slice(at, at + PIECE));
  }
  await answerWith(take, { kind: take.kind, takeId: take.id, ms: 0, filename: take.filename });
}

/** In the place of one that the server found to be no recording. */
async function answerAnew() {
  const unfit = outgoing.all().find((each) => each.unfit);
  if (!unfit) return show("choose");
  state.position = unfit.take.position;
  delete state.draft.answers[state.position];
  await outgoing.forget(unfit.take);
  show("choose");
}

async function problemOf(file) {
  if (!file) return t("no_file");
  if (file.size === 0) return t("empty");
  if (file.type && !/^(video|audio)\//.test(file.type)) return t("not_media");
  if (!(await couldBe(file))) return t("not_media");
  if (file.size > data.maxBytes) {
    return t("too_large", { size: `${Math.floor(data.maxBytes / 2 ** 20)} MB` });
  }
  return "";
}

/** Whether it begins as a recording may; the server looks more closely. */
async function couldBe(file) {
  const head = new Uint8Array(await file.slice(0, 16).arrayBuffer());
  const hex = [...head].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return data.starts.some(([at, start]) => hex.startsWith(start, 2 * at));
}

/** Says why there is no camera or microphone, and what can be done instead. */
function trouble(kind) {
  if ((state.draft.mode ?? "camera") === "camera") state.draft.camera = kind;
  const final = kind === "insecure" || kind === "unable";
  const noVoice = final || kind === "no_microphone" || state.draft.mode === "voice";
  find("[data-trouble]").textContent = t(kind);
  find('[data-step="trouble"] [data-do="try-again"]').hidden = final;
  find('[data-step="trouble"] [data-way="voice"]').hidden = noVoice;
  show("trouble", { replace: current() === "record" });
  announce(t(kind));
}
