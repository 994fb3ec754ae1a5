// The way through: welcome → consent → how → record or write, question by question → score →
// about you → sending → thanks. What is given is kept on this device until it has arrived.

import { uploader } from "./by_tus.js";
import * as closing from "./closing.js";
import * as help from "./help.js";
import * as outgoing from "./outgoing.js";
import { data, line, on, t } from "./page.js";
import * as questions from "./questions.js";
import { review } from "./review_step.js";
import * as safe from "./safe.js";
import { elsewhere, hasSomething, state, store } from "./state.js";
import { show } from "./steps.js";

questions.prepare();
closing.prepare();
safe.prepare();
help.prepare(() => state.draft);

outgoing.onErased(() => {
  show("welcome", { replace: true });
  line(t("erased"));
});
store.onTrouble = () => line(t("no_room"));
window.addEventListener("offline", () => line(t("offline")));
window.addEventListener("online", () => line(t("online")));
if (!navigator.onLine) line(t("offline"));

// What only lives as long as this page is not left without a warning.
window.addEventListener("beforeunload", (event) => {
  if (!store.kept() && hasSomething()) event.preventDefault();
});

on("go-on", async () => {
  const { draft } = state;
  await outgoing.resume();
  const left = draft.underWay ? await store.getTake(draft.underWay) : null;
  if (left) {
    state.position = left.position;
    draft.mode ??= left.kind === "video" ? "camera" : "voice";
    return review(left);
  }
  const open = data.questions.findIndex((_, at) => !draft.answers[at]);
  state.position = open < 0 ? data.questions.length - 1 : open;
  if (open >= 0 && draft.score === undefined && draft.name === undefined) return show("choose");
  show(data.hasScore && draft.score === undefined ? "score" : "about");
});

on("delete", async () => {
  await outgoing.abandon();
  show("welcome", { replace: true });
});

history.replaceState({ step: "welcome" }, "", location.pathname + location.search);
if (elsewhere) {
  show("elsewhere", { replace: true });
} else if (hasSomething()) {
  closing.listKept();
  show("resume", { replace: true });
}
document.getElementById("capture").dataset.ready = "yes";
// Fetched while the customer reads, so that it is here when the network is not.
setTimeout(() => uploader().catch(() => {}), 2000);
