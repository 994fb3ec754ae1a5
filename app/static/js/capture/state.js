// What this page holds while a customer is on the way: the draft, as it is kept on the device.

import { data } from "./page.js";
import { newToken } from "./send.js";
import { openStore } from "./store.js";

export const store = await openStore();
export const held = new Map(); // recordings that the device had no room for

/**
 * draft: null or {code, token, answers: {position: {kind, takeId | text, ms, filename}},
 * consentText, purposes, mode, underWay, score, fields, name, reference, mine, opened}
 */
export const state = { draft: (await store.getDraft(data.code)) ?? null, position: 0 };

export function begin() {
  state.draft ??= { code: data.code, token: newToken(), answers: {} };
  return state.draft;
}

export const save = () => store.putDraft(state.draft);
export const blobOf = async (take) => held.get(take.id) ?? store.blobOf(take);

export async function drop() {
  await store.dropDraft(data.code);
  held.clear();
  state.draft = null;
}

/** The answer to the question at hand; the recording it replaces goes. */
export async function setAnswer(answer) {
  const older = state.draft.answers[state.position];
  if (older?.takeId && older.takeId !== answer.takeId) await store.dropTake(older.takeId);
  state.draft.answers[state.position] = answer;
  delete state.draft.underWay;
  await save();
}

export const hasSomething = () =>
  Boolean(state.draft && (state.draft.underWay || Object.keys(state.draft.answers).length));
