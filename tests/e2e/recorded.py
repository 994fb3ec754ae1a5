"""What the browser recorded, seen from beside the page: the recorder's own bytes as they came,
what IndexedDB holds, and the frames in a WebM."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, Page

# Hands out every chunk that the browser's recorder gives, whatever the page does with it; and the
# countdown's three seconds aren't what is tested here.
WATCH = """
(() => {
  const start = MediaRecorder.prototype.start;
  let session = 0;
  MediaRecorder.prototype.start = function (...given) {
    const mine = `${performance.timeOrigin}/${session++}`;
    let number = 0;
    this.addEventListener('dataavailable', async ({data}) => {
      const at = number++;
      const bytes = new Uint8Array(await data.arrayBuffer());
      let text = '';
      for (let i = 0; i < bytes.length; i += 8192) {
        text += String.fromCharCode(...bytes.subarray(i, i + 8192));
      }
      keepRecorded(mine, at, btoa(text));
    });
    return start.apply(this, given);
  };
  const every = window.setInterval;
  window.setInterval = (act, ms) => every(act, ms === 1000 ? 50 : ms);
})();
"""

KEPT = """
async () => {
  const db = await new Promise((done, no) => {
    const asked = indexedDB.open('heard-capture', 1);
    asked.onsuccess = () => done(asked.result);
    asked.onerror = no;
  });
  const store = db.transaction('chunks').objectStore('chunks');
  const all = (what) => new Promise((done) => {
    const asked = store[what]();
    asked.onsuccess = () => done(asked.result);
  });
  const [keys, chunks] = [await all('getAllKeys'), await all('getAll')];
  db.close();
  return keys.map(([take], i) => {
    const bytes = new Uint8Array(chunks[i]);
    let text = '';
    for (let at = 0; at < bytes.length; at += 8192) {
      text += String.fromCharCode(...bytes.subarray(at, at + 8192));
    }
    return [take, btoa(text)];
  });
}
"""


@dataclass
class Recorded:
    """The recorder's chunks, one list for each time it was started."""

    _came: dict[str, dict[int, bytes]] = field(default_factory=dict)

    def watch(self, context: BrowserContext) -> None:
        context.expose_function("keepRecorded", self._keep)
        context.add_init_script(WATCH)

    def _keep(self, session: str, number: int, text: str) -> None:
        self._came.setdefault(session, {})[number] = base64.b64decode(text)

    @property
    def sessions(self) -> list[bytes]:
        return [b"".join(part[at] for at in sorted(part)) for part in self._came.values()]


def kept(page: Page) -> dict[str, bytes]:
    """What IndexedDB holds of each take."""
    takes: dict[str, bytes] = {}
    for take, text in page.evaluate(KEPT):
        takes[take] = takes.get(take, b"") + base64.b64decode(text)
    return takes


def frames(webm: bytes) -> list[tuple[str, int, str]]:
    """Codec, time in ms and a hash of each whole frame (Matroska, RFC 9559: SimpleBlocks). Which
    track has which number is a recorder's own matter: it may change from one take to the next."""
    found, cluster, codecs = [], 0, {}
    for kind, content in _elements(webm):
        if kind == 0xAE:
            track = dict(_elements(content))
            codecs[track[0xD7][0]] = track[0x86].decode("ascii")
        if kind == 0xE7:
            cluster = int.from_bytes(content, "big")
        if kind == 0xA3:
            at = cluster + int.from_bytes(content[1:3], "big", signed=True)
            digest = hashlib.sha256(content[4:]).hexdigest()
            found.append((codecs[content[0] & 0x7F], at, digest))
    return found


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    at, padded = 0, data + bytes(16)  # what is cut in its head ends past the end
    while at < len(data):
        kind, at = _number(padded, at, marked=True)
        size, at = _number(padded, at)
        if kind in (0x18538067, 0x1654AE6B, 0x1F43B675):  # segment, tracks, cluster: walked into
            continue
        if at + size > len(data):
            return
        yield kind, data[at : at + size]
        at += size


def _number(data: bytes, at: int, *, marked: bool = False) -> tuple[int, int]:
    length = 9 - data[at].bit_length()
    value = int.from_bytes(data[at : at + length], "big")
    return value if marked else value & ((1 << 7 * length) - 1), at + length
