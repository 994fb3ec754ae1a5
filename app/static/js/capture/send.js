// Sends a draft: each recording to its end, then "that is all". Every part may be repeated.

import { Refused, ask } from "./ask.js";
import { data } from "./page.js";
import * as outgoing from "./outgoing.js";
import { state, store } from "./state.js";

const HASH_UP_TO = 64 * 1024 * 1024; // a longer file isn't read into memory for its hash

/** Gives the personal link. Throws Refused, or anything else when cut off. */
export async function send() {
  const { draft } = state;
  const opened = await outgoing.open(draft);
  const written = {};
  const takes = [];
  for (const [position, answer] of Object.entries(draft.answers)) {
    if (answer.kind === "text") written[position] = answer.text;
    else takes.push(await store.getTake(answer.takeId));
  }
  await forgetUnused(takes);
  const hashes = {};
  for (const take of takes) {
    const sending = opened.state === "received" ? null : await outgoing.begin(take);
    const hash = await sha256(take);
    if (hash) hashes[take.position] = hash;
    await sending?.done();
  }
  const closing = {
    written,
    hashes,
    score: draft.score ?? null,
    fields: draft.fields ?? {},
    name: draft.name ?? "",
    reference: draft.reference ?? "",
    camera: draft.camera ?? "",
  };
  await finish(draft, takes, closing);
  return opened.mine;
}

/** A recording that was made and never used isn't sent, and must not keep the rest waiting. */
async function forgetUnused(used) {
  for (const take of await store.takesOf(state.draft.code)) {
    if (!used.includes(take)) await outgoing.release(take);
  }
  await outgoing.prepare();
}

async function finish(draft, takes, closing) {
  try {
    await ask("POST", data.addresses.sending, draft.token, closing);
  } catch (error) {
    if (error instanceof Refused && (error.status === 409 || error.status === 422)) {
      // Something there isn't what is here: the next try sends the bytes anew.
      for (const take of takes) {
        outgoing.stop(take);
        outgoing.anew(take);
        await store.putTake(take);
      }
    }
    throw error;
  }
}

async function sha256(take) {
  const source = await outgoing.sourceOf(take);
  if (!crypto.subtle || source.total > HASH_UP_TO) return null;
  const digest = await crypto.subtle.digest("SHA-256", await (await source.whole()).arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
