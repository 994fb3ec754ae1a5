// Reads a recorder's WebM as it comes, so that it can be cut between frames and gone on with.
//
// EBML (RFC 8794) and Matroska (RFC 9559): an element is an id, a size and its content. A
// recorder writes a header, then clusters, each with its time and blocks (one frame each) that
// count from it. Another recorder's clusters may follow under the first one's header if their
// times are moved on and its tracks are the same: that is how one take goes on after a reload. A
// recorder numbers its tracks as their first frames come, so their numbers may have to be changed.

const SEGMENT = 0x18538067;
const INFO = 0x1549a966;
const TRACKS = 0x1654ae6b;
const CLUSTER = 0x1f43b675;
const TIME = 0xe7;
const BLOCK = 0xa3;
const BLOCK_GROUP = 0xa0;
const IN_GROUP = 0xa1;
const SCALE = 0x2ad7b1;
const TRACK = 0xae;
const NUMBER = 0xd7;
const CODEC = 0x86;
const MILLISECOND = 1_000_000; // in nanoseconds, as every recorder counts
const MOST_HELD = 8 * 1024 * 1024; // a frame is far smaller
const LONGEST_FRAME_MS = 60; // Chromium's Opus; what follows begins after the last frame

export class Unreadable extends Error {}

export class WebmStream {
  endMs = 0; // the newest frame's time
  tracks = ""; // numbers and codecs
  #after;
  #rest = new Uint8Array();
  #clusterMs = 0;
  #numbers = new Map(); // a track's number here → under the header that it goes on under

  /** `after`: {endMs, tracks} of what this goes on with, or null: then every byte is kept. */
  constructor(after = null) {
    this.#after = after && { ...after, fromMs: after.endMs + LONGEST_FRAME_MS };
    this.endMs = after?.endMs ?? 0;
  }

  /** Whether it goes on with what was recorded before. */
  get goesOn() {
    return Boolean(this.#after);
  }

  get mark() {
    return { endMs: this.endMs, tracks: this.tracks };
  }

  /** The bytes that are whole up to here; the beginning of a frame waits. Throws Unreadable, and
   * then nothing of these bytes is taken: `flush` gives them. */
  push(bytes) {
    this.#rest = joined([this.#rest, bytes]);
    if (this.#rest.length > MOST_HELD) throw new Unreadable("no end in sight");
    const out = [];
    let at = 0;
    for (let element = head(this.#rest, at); element; element = head(this.#rest, at)) {
      const opened = element.id === SEGMENT || (element.id === CLUSTER && element.endless);
      const end = opened ? element.content : element.content + element.size;
      if (end > this.#rest.length) break;
      out.push(this.#taken(element, this.#rest.subarray(at, end), element.content - at));
      at = end;
    }
    this.#rest = this.#rest.slice(at);
    return joined(out);
  }

  /** What is left when nothing more comes. Half a frame is of no use to what goes on. */
  flush() {
    const rest = this.#after ? new Uint8Array() : this.#rest;
    this.#rest = new Uint8Array();
    return rest;
  }

  #taken({ id, endless }, bytes, before) {
    const content = bytes.subarray(before);
    if (id === INFO) checkScale(content);
    if (id === TRACKS) this.#compare(content);
    if (id === CLUSTER && !endless) for (const each of children(content)) this.#time(each);
    else this.#time({ id, content });
    if (!this.#after) return bytes;
    if (id === CLUSTER) return endless ? CLUSTER_HEAD : joined([CLUSTER_HEAD, this.#moved(content)]);
    if (id === TIME) return time(this.#clusterMs);
    return id === BLOCK || id === BLOCK_GROUP ? bytes : new Uint8Array();
  }

  #time({ id, content }) {
    if (id === TIME) this.#clusterMs = number(content) + (this.#after?.fromMs ?? 0);
    const block = id === BLOCK_GROUP ? children(content).find((c) => c.id === IN_GROUP)?.content : content;
    if ((id !== BLOCK && id !== BLOCK_GROUP) || !block || block.length < 4) return;
    const view = new DataView(block.buffer, block.byteOffset + 1, 2); // tracks below 128: one byte
    if (this.#after) block[0] = 0x80 | this.#numbers.get(block[0] & 0x7f);
    this.endMs = Math.max(this.endMs, this.#clusterMs + view.getInt16(0));
  }

  #moved(content) {
    return joined(children(content).map(({ id, whole }) => (id === TIME ? time(this.#clusterMs) : whole)));
  }

  #compare(content) {
    const tracks = children(content)
      .filter(({ id }) => id === TRACK)
      .map((track) => {
        const parts = children(track.content);
        const part = (id) => parts.find((each) => each.id === id)?.content ?? [];
        return [number(part(NUMBER)), String.fromCharCode(...part(CODEC))];
      });
    this.tracks = this.#after?.tracks ?? tracks.map((each) => each.join(":")).join(" ");
    if (this.#after) this.#numbers = numbersUnder(this.tracks, tracks);
  }
}

/** The number that each of `tracks`, [number, codec], has in a header that was kept as `mark`. */
function numbersUnder(mark, tracks) {
  const kept = mark.split(" ").map((each) => each.split(":"));
  const numbers = tracks.map(([own, codec]) => {
    const at = kept.findIndex((each) => each[1] === codec);
    if (at < 0) throw new Unreadable("other tracks");
    return [own, Number(kept.splice(at, 1)[0][0])];
  });
  if (kept.length) throw new Unreadable("other tracks");
  return new Map(numbers);
}

const CLUSTER_HEAD = new Uint8Array([0x1f, 0x43, 0xb6, 0x75, 0x01, 255, 255, 255, 255, 255, 255, 255]);

function time(ms) {
  const bytes = new Uint8Array(10);
  bytes.set([TIME, 0x88]);
  new DataView(bytes.buffer).setBigUint64(2, BigInt(ms));
  return bytes;
}

function checkScale(content) {
  const scale = children(content).find(({ id }) => id === SCALE);
  if (scale && number(scale.content) !== MILLISECOND) throw new Unreadable("other times");
}

function children(bytes) {
  const found = [];
  let at = 0;
  for (let element = head(bytes, at); element; element = head(bytes, at)) {
    const end = element.content + element.size;
    if (element.endless || end > bytes.length) throw new Unreadable("an element sticks out");
    const content = bytes.subarray(element.content, end);
    found.push({ id: element.id, content, whole: bytes.subarray(at, end) });
    at = end;
  }
  return found;
}

/** An element's id, size and where its content begins; null when its head isn't whole yet. */
function head(bytes, at) {
  const idLength = lengthAt(bytes, at, 4);
  const sizeLength = idLength && lengthAt(bytes, at + idLength, 8);
  const content = at + idLength + sizeLength;
  if (!sizeLength || content > bytes.length) return null;
  const id = number(bytes.subarray(at, at + idLength));
  const coded = bytes.slice(at + idLength, content);
  coded[0] &= 0xff >> sizeLength;
  const endless = coded[0] === 0xff >> sizeLength && coded.subarray(1).every((byte) => byte === 255);
  return { id, size: endless ? 0 : number(coded), endless, content };
}

function lengthAt(bytes, at, most) {
  if (at >= bytes.length) return 0;
  const length = Math.clz32(bytes[at]) - 23;
  if (length > most) throw new Unreadable("not WebM");
  return length;
}

const number = (bytes) => bytes.reduce((sum, byte) => sum * 256 + byte, 0);

function joined(pieces) {
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
