// Sends a draft: consent, each recording by tus, then "that is all". Every part may be repeated.

import { data } from "./page.js";

const CHUNK = 4 * 1024 * 1024; // bytes a request: what a broken connection costs at most
const HASH_UP_TO = 64 * 1024 * 1024; // a longer file isn't read into memory for its hash
const RETRIES_MS = [0, 1000, 2000, 4000, 8000, 15000, 30000];

/** The server said no, in words for the customer. */
export class Refused extends Error {
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }
}

/** 256 random bits: the customer's key to this submission, made here and shown to the server. */
export function newToken() {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace("=", "");
}

let arriving = null;

/** tus-js-client, 87 KB that the first screen can do without. Rejects when it can't be had. */
export function uploader() {
  arriving ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = data.addresses.tus;
    script.onload = () => resolve(window.tus);
    script.onerror = () => {
      arriving = null;
      script.remove();
      reject(new Error("The network is away."));
    };
    document.head.append(script);
  });
  return arriving;
}

/** Throws Refused, or TypeError when the network is away. */
export async function open(draft) {
  const answer = await ask("PUT", data.addresses.submission, draft.token, {
    consent_text: draft.consentText,
    purposes: draft.purposes,
  });
  draft.mine = answer.mine;
  draft.opened = true;
  return answer;
}

/** `onPercent(0..100)`; gives the personal link. Throws Refused, or anything else when cut off. */
export async function send(draft, store, blobOf, onPercent) {
  const { state, mine } = await open(draft);
  const written = {};
  const hashes = {};
  const files = [];
  for (const [position, answer] of Object.entries(draft.answers)) {
    if (answer.kind === "text") written[position] = answer.text;
    else files.push({ position, take: await store.getTake(answer.takeId) });
  }
  for (const file of files) {
    file.blob = await blobOf(file.take);
    const hash = await sha256(file.blob);
    if (hash) hashes[file.position] = hash;
  }
  if (state !== "received") {
    const tus = await uploader();
    const all = files.reduce((sum, file) => sum + file.blob.size, 0) || 1;
    let before = 0;
    for (const file of files) {
      await upload(tus, draft, store, file, (sent) => onPercent(((before + sent) / all) * 99));
      before += file.blob.size;
    }
  }
  const closing = {
    written,
    hashes,
    score: draft.score ?? null,
    fields: draft.fields ?? {},
    name: draft.name ?? "",
    reference: draft.reference ?? "",
  };
  await finish(draft, store, files, closing);
  onPercent(100);
  return mine;
}

async function finish(draft, store, files, closing) {
  try {
    await ask("POST", data.addresses.sending, draft.token, closing);
  } catch (error) {
    if (error instanceof Refused && (error.status === 409 || error.status === 422)) {
      // Something there isn't what is here: the next try sends the bytes anew.
      for (const { take } of files) {
        take.uploadUrl = null;
        await store.putTake(take);
      }
    }
    throw error;
  }
}

function upload(tus, draft, store, { position, take, blob }, onBytes) {
  return new Promise((resolve, reject) => {
    const sending = new tus.Upload(blob, {
      endpoint: data.addresses.uploads,
      uploadUrl: take.uploadUrl,
      headers: { Authorization: `Bearer ${draft.token}` },
      metadata: { position, kind: take.kind, filetype: take.mime, filename: take.filename ?? "" },
      chunkSize: CHUNK,
      retryDelays: RETRIES_MS,
      storeFingerprintForResuming: false, // the address is kept beside the recording instead
      removeFingerprintOnSuccess: false,
      onUploadUrlAvailable() {
        take.uploadUrl = sending.url;
        store.putTake(take);
      },
      onProgress: onBytes,
      onSuccess: () => resolve(),
      onError(error) {
        const answer = error.originalResponse;
        const status = answer?.getStatus() ?? 0;
        const refused = status >= 400 && status < 500 && ![409, 423].includes(status);
        reject(refused ? new Refused(status, answer.getBody()) : error);
      },
    });
    sending.start();
  });
}

async function sha256(blob) {
  if (!crypto.subtle || blob.size > HASH_UP_TO) return null;
  const digest = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function ask(method, address, token, body) {
  const answer = await fetch(address, {
    method,
    headers: {
      "Content-Type": "application/json",
      Accept: "application/json",
      Authorization: `Bearer ${token}`,
    },
    body: JSON.stringify(body),
  });
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) return said;
  if (answer.status >= 500 || answer.status === 429) throw new Error(said.error ?? "");
  throw new Refused(answer.status, said.error ?? "");
}
