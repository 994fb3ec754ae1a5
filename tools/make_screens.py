"""Makes docs/screens: every page with the sample program, 390 and 1280 px, light and dark.

Run it after changing a page: `.venv/bin/python -m tools.make_screens [page …]`. Needs Chromium.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from app import create_app
from app.config import read_settings
from app.domain import members, signing_in
from app.extensions import db
from app.models import CodebookChange, Program
from tests import services
from tests.e2e import stack, tour
from tests.e2e.serving import BROWSER_ARGS, CHROMIUM
from tools import screens_people as people

OUT = Path("docs/screens")
SIZES = ((1280, 860), (390, 844))
QUALITY = 60
# Small forms and plain lists, which would only make the folder heavy.
LEFT_OUT = (
    "fairness-voices", "fairness-past", "clip", "welcome", "sign-in-link", "record-help", "missing",
    "merge", "split", "delete", "remove-sample", "erased", "account", "new-program",
)  # fmt: skip
# Plain forms and tables: their dark looks are those of the others.
LIGHT_ONLY = (
    "channels", "exports", "audit", "members", "programs", "program", "describe", "journey",
    "questions", "consent", "retention", "theme", "replace", "settings", "following",
)  # fmt: skip
TALK = ("words", "replace", "versions")  # shown with two who speak
INSTEAD = {
    "search": "/search?q=call",
    "replace": "/voices/{submission}/answers/{answer}/words/replace?find=six&with=9",
}
READY_S = 900


def main(wanted: list[str]) -> None:
    OUT.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="heard-screens-") as data,
        stack.up(Path(data), LOAD_SAMPLE="yes") as heard,
        sync_playwright() as playwright,
    ):
        services.eventually(
            lambda: heard.said("(Every voice that came in)"), READY_S, "the sample is ready"
        )
        found, talk, link = _prepare(Path(data))
        services.eventually(lambda: _tried(Path(data), found), READY_S, "the change was tried")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=BROWSER_ARGS)
        state = _sign_in(browser, heard.url + link)
        for page in _pages(wanted):
            if page.name == "fairness":
                with _inside(Path(data)):
                    people.groups(db.session.get_one(Program, found["program"]))
            of = {**found, **talk} if page.name in TALK else found
            address = heard.url + INSTEAD.get(page.name, page.path).format(**of)
            for scheme in ("light",) if page.name in LIGHT_ONLY else ("light", "dark"):
                _shoot(browser, address, page, scheme, state)
        browser.close()


def _pages(wanted: list[str]) -> list[tour.Page]:
    """Fairness last: the voices that its figures need would fill the other pages."""
    chosen = [
        page
        for page in tour.PAGES
        if page.name not in LEFT_OUT and (not wanted or page.name in wanted)
    ]
    return sorted(chosen, key=lambda page: page.name == "fairness")


def _inside(data: Path):  # type: ignore[no-untyped-def]
    settings = read_settings({"HEARD_DATA": str(data), "HEARD_TESTING": "yes"})
    return create_app(settings).app_context()


def _tried(data: Path, found: dict[str, str]) -> bool:
    with _inside(data):
        return db.session.get_one(CodebookChange, found["change"]).preview is not None


def _prepare(data: Path) -> tuple[dict[str, str], dict[str, str], str]:
    """Addresses, those of the talk, and a sign-in link."""
    with _inside(data):
        owner = members.ensure_first_owner()
        owner.workspace.name = "Lanternline"
        found = tour.addresses(owner)
        members.describe(owner, name="Inés Duarte", email="ines@example.com")
        signing_in.set_password(owner, "four plain words do well")
        link = signing_in.new_link(owner)
        db.session.commit()
        talk = people.everything(db.session.get_one(Program, found["program"]), owner)
        return found, talk, link


def _sign_in(browser: Browser, address: str) -> object:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(address)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_load_state()
        return context.storage_state()


def _shoot(browser, address, page, scheme, state) -> None:  # type: ignore[no-untyped-def]
    for width, height in SIZES:
        with browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            reduced_motion="reduce",
            locale="en-US",
            storage_state=state if page.who == "staff" else None,
        ) as context:
            tab = context.new_page()
            tab.goto(address, wait_until="networkidle")
            picture = Image.open(io.BytesIO(tab.screenshot()))
            picture.convert("RGB").save(
                OUT / f"{page.name}-{width}-{scheme}.webp", quality=QUALITY, method=6
            )
    print(page.name, scheme)


main(sys.argv[1:])
