// All takes that are on their way, and what the server must forget before a draft is sent.

import { Refused, ask, newToken } from "./ask.js";
import { data, t } from "./page.js";
import { Sending } from "./sending.js";
import { Source } from "./source.js";
import { drop, save, state, store } from "./state.js";

const sendings = new Map(); // take → Sending
const starting = new Map(); // take → the same, promised
const listeners = new Set();
let preparing = Promise.resolve();
let tellErased = () => {};

/** `act()` when what this page still had had arrived and was deleted since, so it went here, too. */
export const onErased = (act) => (tellErased = act);

/** `act()` at each change of what is safe where. */
export const onChange = (act) => listeners.add(act);
const changed = () => listeners.forEach((act) => act());

export const all = () => [...sendings.values()];

/** Bytes of all takes under way: {total} recorded, {arrived} on the server. */
export function progress() {
  const sum = (read) => all().reduce((before, each) => before + read(each), 0);
  return {
    total: sum(({ source }) => source.total),
    arrived: sum(({ arrived, source }) => Math.min(arrived, source.total)),
  };
}

/**
 * Starts sending what is kept of a take, and goes on as it grows. Others to the same question
 * pause: the server keeps one upload for each.
 */
export function begin(take) {
  if (sendings.has(take.id)) return Promise.resolve(sendings.get(take.id));
  if (!starting.has(take.id)) {
    starting.set(take.id, start(take).finally(() => starting.delete(take.id)));
  }
  return starting.get(take.id);
}

async function start(take) {
  for (const other of all()) {
    if (other.take.position === take.position) stop(other.take);
  }
  const source = await Source.of(store, take);
  const used = Object.values(state.draft.answers).some((answer) => answer.takeId === take.id);
  source.say({ ended: used || take.state === "done", accepted: used });
  const sending = new Sending(take, source, {
    prepare,
    changed,
    keep: (each) => store.putTake(each),
    lost: () => (state.draft.opened = false),
  });
  sendings.set(take.id, sending);
  changed();
  return sending;
}

/** The customer uses it: it goes to its end. */
export const use = async (take) => (await begin(take)).done().catch(() => {}); // goes on by itself

/** A take's bytes, whether it is on its way or not. */
export const sourceOf = async (take) => sendings.get(take.id)?.source ?? Source.of(store, take);

export function stop({ id }) {
  sendings.get(id)?.end();
  sendings.delete(id);
  starting.get(id)?.then(({ take }) => stop(take));
  changed();
}

/** What the server has of it doesn't count any more: all of it is sent again. */
export const anew = (take) => Object.assign(take, { uploadUrl: null, direct: null });

/** Goes on with everything that this draft has, after a reload. */
export async function resume() {
  const { draft } = state;
  const ids = Object.values(draft.answers).map((answer) => answer.takeId);
  for (const id of [...ids, draft.underWay].filter(Boolean)) {
    const take = await store.getTake(id);
    if (take) await begin(take);
  }
}

/** A take that isn't used: the server drops it as soon as it can be told. */
export async function release(take) {
  stop(take);
  const { draft } = state;
  draft.forgotten = [...new Set([...(draft.forgotten ?? []), take.position])];
  await save();
  if (draft.opened) prepare().catch(() => {}); // else before the next attempt or sending
}

/** … and it goes here, too. */
export async function forget(take) {
  if (state.draft.underWay === take.id) delete state.draft.underWay;
  await release(take);
  await store.dropTake(take.id);
}

/** Deletes the draft: here now, on the server if it can be told; else it goes there by age. */
export async function abandon() {
  const { draft } = state;
  for (const { take } of all()) stop(take);
  await preparing.catch(() => {});
  await drop();
  if (draft.opened) await ask("DELETE", data.addresses.submission, draft.token).catch(() => {});
}

/** What the server must know before anything is sent. Gives the key. One at a time. */
export function prepare() {
  preparing = preparing.catch(() => {}).then(async () => {
    const { draft } = state;
    if (!draft) throw new Refused(410, t("erased"));
    if (!draft.opened) await open(draft);
    for (const position of [...(draft.forgotten ?? [])]) {
      await ask("DELETE", `${data.addresses.uploadsTo}/${position}`, draft.token).catch(unlessRefused);
      draft.forgotten = draft.forgotten.filter((each) => each !== position);
      await save();
    }
    return draft.token;
  });
  return preparing;
}

function unlessRefused(error) {
  if (!(error instanceof Refused)) throw error; // a refusal: there is nothing of it any more
}

/**
 * Makes the draft known to the server; gives {state, mine}. A draft that waited so long that the
 * server gave it up is opened anew, with another key: all that was recorded is still here. One
 * that had arrived and was deleted since goes here, too.
 * Throws Refused, or TypeError when the network is away.
 */
export async function open(draft) {
  let answer = await tell(draft);
  if (answer.state === "erased") {
    for (const { take } of all()) stop(take);
    await drop();
    tellErased();
    throw new Refused(410, t("erased"));
  }
  if (answer.state === "withdrawn") {
    draft.token = newToken();
    for (const { take, received } of all()) if (received) stop(take); // by the draft that is gone
    for (const take of await store.takesOf(draft.code)) anew(take);
    answer = await tell(draft);
  }
  draft.mine = answer.mine;
  draft.opened = true;
  await save();
  return answer;
}

const tell = (draft) =>
  ask("PUT", data.addresses.submission, draft.token, {
    consent_text: draft.consentText,
    purposes: draft.purposes,
  });
