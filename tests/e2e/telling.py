"""A customer who leaves a marker everywhere, and a browser without scripts."""

from __future__ import annotations

import base64
import http.cookiejar
import re
import subprocess
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from tests.chaos.crowd import Customer, Shop
from tests.chaos.media import PICTURE, SPOKEN, WEBM
from workers.media import ffmpeg

MARKER = "quetzalcoatlus"
LENGTH_S = 6


@dataclass
class Teller(Customer):
    """Tells one question in a film, the other in writing."""

    def send(self, shop: Shop) -> None:
        self._ask(shop, "PUT", f"/r/{shop.code}/submission", (201,), json_body={
            "consent_text": shop.consent_text, "purposes": ["internal", "shared"],
        })  # fmt: skip
        assert self.recording is not None
        said = {"filetype": "video/webm", "filename": f"{MARKER}.webm", "place": MARKER}
        head = {
            "Upload-Offset": "0",
            "Upload-Length": str(len(self.recording)),
            "Upload-Metadata": ",".join(
                f"{name} {base64.b64encode(value.encode()).decode()}"
                for name, value in said.items()
            ),
            "Content-Type": "application/offset+octet-stream",
        }
        self._ask(shop, "POST", "/uploads", (201,), head, body=self.recording)
        self._ask(shop, "POST", f"/r/{shop.code}/submission/sending", (200,), json_body={
            "name": self.name, "reference": MARKER, "fields": {"city": MARKER}, "score": 2,
            "written": {"1": self.words},
        })  # fmt: skip


@dataclass
class Browser:
    """Keeps cookies, and sends forms with their token."""

    url: str
    _jar: http.cookiejar.CookieJar = field(default_factory=http.cookiejar.CookieJar)

    def __post_init__(self) -> None:
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._jar)).open

    def get(self, path: str) -> tuple[int, bytes]:
        try:
            with self._open(path if "://" in path else self.url + path, timeout=30) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read()

    def post(self, page: str, path: str, **form: str) -> bytes:
        token = re.search(rb'name="csrf_token"[^>]* value="([^"]+)"', self.get(page)[1])
        assert token, page
        data = urlencode({"csrf_token": token[1].decode(), **form}).encode()
        with self._open(path if "://" in path else self.url + path, data, timeout=30) as answer:
            content: bytes = answer.read()
            return content


def film(folder: Path) -> bytes:
    """Speech in a file that says MARKER of itself and of its first chapter."""
    about = folder / "about.txt"
    about.write_text(
        f";FFMETADATA1\ntitle={MARKER}\ncomment={MARKER}\nartist={MARKER}\n"
        f"[CHAPTER]\nTIMEBASE=1/1\nSTART=0\nEND=3\ntitle={MARKER}\n"
    )
    made, tags = folder / "film.webm", ("-metadata:s:v", f"title={MARKER}")
    sources = (*PICTURE, "-i", SPOKEN, "-i", about, "-map_metadata", "2", "-map_chapters", "2")
    command = [ffmpeg.binary(), "-v", "error", *sources, *WEBM, *tags, "-t", str(LENGTH_S), made]
    subprocess.run(command, check=True)
    return made.read_bytes()
