// A link that is closed by now: what was recorded here before is still the customer's.

import { ask } from "./ask.js";
import { saveAsFile } from "./files.js";
import { Source } from "./source.js";
import { openStore } from "./store.js";

const section = document.getElementById("left");
const { code, submission } = section.dataset;
const store = await openStore();
const takes = await store.takesOf(code);
section.hidden = !takes.length;

section.querySelector('[data-do="save"]').addEventListener("click", async () => {
  for (const take of takes) saveAsFile(take, await (await Source.of(store, take)).whole());
});

section.querySelector('[data-do="delete"]').addEventListener("click", async () => {
  const draft = await store.getDraft(code);
  await store.dropDraft(code);
  section.hidden = true;
  if (draft?.opened) await ask("DELETE", submission, draft.token).catch(() => {}); // goes by age
});
