"""The log of the proxy that docs/operations.md shows holds no address that opens anything."""

from __future__ import annotations

import re

from flask import Flask

from app.web.uploads import blueprint as uploads
from tests.conftest import ROOT
from tests.web import world as worlds

SECRET = ("/mine/", "/s/", "/sign-in/link/", "/uploads/", "/direct/")


def shown(address: str) -> str:
    """As nginx's `map` does it: the first pattern that is found decides."""
    for pattern, value in RULES:
        if found := pattern.search(address):
            return re.sub(r"\$(\d)", lambda group: found[int(group[1])] or "", value)
    return ""


def rules() -> list[tuple[re.Pattern[str], str]]:
    block = re.search(
        r"map \$request_uri \$heard_shown \{\n(.*?)\n\}",
        (ROOT / "docs/operations.md").read_text(encoding="utf-8"),
        re.DOTALL,
    )
    assert block
    lines = re.findall(r'^ +"~(\*?)(.*)" "(.*)";$', block[1], re.MULTILINE)
    assert len(lines) == len(block[1].splitlines())
    return [(re.compile(text, re.IGNORECASE if any_ else 0), value) for any_, text, value in lines]


RULES = rules()


def test_no_address_that_opens_anything_is_kept(app: Flask) -> None:
    ours = worlds.build()
    named = ours.named
    share, link = named["shared.show.token"], named["auth.show_link.token"]
    secrets = {ours.personal, share, link, ours.upload.id}
    seen = set()
    for row, _method, address in worlds.addresses(app, ours):
        kept = shown(address)
        assert not [each for each in secrets if each in kept], row
        begins = next((each for each in SECRET if address.startswith(each)), None)
        if begins and "<" in row:
            seen.add(begins)
            assert kept.startswith(f"{begins}***"), row
            assert kept.count("/") == address.count("/")  # which page it was is still told
        elif "?" not in address:
            assert kept == address, row
    assert seen == set(SECRET) and uploads.url_prefix == "/uploads"
    for odd in (
        f"/sign-in?next=/mine/{ours.personal}",
        f"//mine/{ours.personal}",
        f"/MINE/{ours.personal}/x?a={share}",
        f"/%6dine/{ours.personal}",
        f"/mine/x/{ours.personal}",
        f"/nowhere/{share}",
        f"/s/{share}/{link}?{link}",
    ):
        assert not [each for each in secrets if each in shown(odd)], odd
