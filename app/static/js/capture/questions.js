// From "I agree" through the questions: how to answer, recording, a file, words.

import { announce, data, find, findAll, line, on, t } from "./page.js";
import * as recording from "./record_step.js";
import * as reviewing from "./review_step.js";
import { Refused, newToken, open } from "./send.js";
import { begin, blobOf, held, save, setAnswer, state, store } from "./state.js";
import { current, onEnter, show } from "./steps.js";

const STEPS = { camera: "record", voice: "record", upload: "upload", write: "write" };
const words = document.getElementById("words");
const chooser = document.getElementById("file");
let wanted = null; // the way chosen before agreeing

export function prepare() {
  on("start", () => show(state.draft?.consentText ? "choose" : "consent"));
  document.getElementById("consent-form").addEventListener("submit", agree);
  for (const button of findAll("[data-way]")) {
    button.addEventListener("click", () => answerBy(button.dataset.way));
  }
  on("other-way", () => show("choose"));
  on("write-instead", writeInstead);
  on("try-again", () => answerBy(state.draft.mode ?? "camera"));
  for (const step of ["record", "upload", "write"]) onEnter(step, ask);
  document.getElementById("write-form").addEventListener("submit", takeWords);
  document.getElementById("upload-form").addEventListener("submit", takeFile);
  reviewing.prepare({
    blobOf,
    accept: async (take) => {
      await setAnswer({ kind: take.kind, takeId: take.id, ms: take.ms });
      next();
    },
    forget: (take) => {
      held.delete(take.id);
      return store.dropTake(take.id);
    },
  });
  recording.prepare({
    store,
    held,
    mode: () => state.draft.mode ?? "camera",
    position: () => state.position,
    maySkip: () => state.position > 0 || Object.keys(state.draft?.answers ?? {}).length > 0,
    began: (take) => {
      state.draft.underWay = take.id;
      return save();
    },
    skip: next,
    trouble,
  });
}

async function agree(event) {
  event.preventDefault();
  const draft = begin();
  draft.consentText = data.consentText;
  draft.purposes = ["internal", ...new FormData(event.target).getAll("purposes")];
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
  const before = state.draft.answers[state.position];
  if (before?.kind === "text") words.value = before.text;
}

function next() {
  words.value = "";
  chooser.value = "";
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
  document.getElementById("words-error").textContent = text ? "" : t("no_words");
  if (!text) return words.focus();
  await setAnswer({ kind: "text", text });
  next();
}

async function takeFile(event) {
  event.preventDefault();
  const file = chooser.files[0];
  const problem = problemOf(file);
  document.getElementById("file-error").textContent = problem;
  if (problem) return;
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
  held.set(take.id, file);
  await store.putTake(take);
  await store.addChunk(take.id, 0, file).catch(() => line(t("no_room")));
  await setAnswer({ kind: take.kind, takeId: take.id, ms: 0, filename: take.filename });
  next();
}

function problemOf(file) {
  if (!file || file.size === 0) return t("empty");
  if (file.type && !/^(video|audio)\//.test(file.type)) return t("not_media");
  if (file.size > data.maxBytes) {
    return t("too_large", { size: `${Math.floor(data.maxBytes / 1e6)} MB` });
  }
  return "";
}

/** Says why there is no camera or microphone, and what can be done instead. */
function trouble(kind) {
  const final = kind === "insecure" || kind === "unable";
  const noVoice = final || kind === "no_microphone" || state.draft.mode === "voice";
  find("[data-trouble]").textContent = t(kind);
  find('[data-step="trouble"] [data-do="try-again"]').hidden = final;
  find('[data-step="trouble"] [data-way="voice"]').hidden = noVoice;
  show("trouble", { replace: current() === "record" });
  announce(t(kind));
}
