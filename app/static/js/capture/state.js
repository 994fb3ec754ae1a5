// What this page holds while a customer is on the way: the draft, as it is kept on the device.

import { newToken } from "./ask.js";
import { data } from "./page.js";
import { openStore } from "./store.js";
import { alone } from "./tab.js";

export const store = await openStore();
export const elsewhere = !(await alone(data.code)); // another tab answers at this moment

/**
 * draft: null or {code, token, answers: {position: {kind, takeId | text, ms, filename}},
 * consentText, purposes, mode, camera, underWay, forgotten: [position], score, fields, name,
 * reference, mine, opened}; camera: why it gave no picture
 */
export const state = { draft: (await store.getDraft(data.code)) ?? null, position: 0 };

export function begin() {
  state.draft ??= { code: data.code, token: newToken(), answers: {} };
  return state.draft;
}

export const save = () => store.putDraft(state.draft);

export async function drop() {
  await store.dropDraft(data.code);
  state.draft = null;
}

/** The answer to the question at hand; gives the take that it replaces, if any. */
export async function setAnswer(answer) {
  const older = state.draft.answers[state.position];
  state.draft.answers[state.position] = answer;
  delete state.draft.underWay;
  await save();
  return older?.takeId && older.takeId !== answer.takeId ? store.getTake(older.takeId) : null;
}

export const hasSomething = () =>
  Boolean(state.draft && (state.draft.underWay || Object.keys(state.draft.answers).length));
