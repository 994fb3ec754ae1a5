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
from tests import services
from tests.e2e import stack, tour
from tests.e2e.serving import BROWSER_ARGS, CHROMIUM

OUT = Path("docs/screens")
SIZES = ((1280, 860), (390, 844))
QUALITY = 68
LEFT_OUT = ("fairness-voices", "clip", "welcome", "sign-in-link", "record-help", "missing")
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
        found, link = _prepare(Path(data))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=BROWSER_ARGS)
        state = _sign_in(browser, heard.url + link)
        pages = [page for page in tour.PAGES if page.name not in LEFT_OUT]
        for page in pages:
            if not wanted or page.name in wanted:
                for scheme in ("light", "dark"):
                    _shoot(browser, heard.url, page, found, scheme, state)
        browser.close()


def _prepare(data: Path) -> tuple[dict[str, str], str]:
    settings = read_settings({"HEARD_DATA": str(data), "HEARD_TESTING": "yes"})
    with create_app(settings).app_context():
        owner = members.ensure_first_owner()
        owner.workspace.name = "Lanternline"
        found = tour.addresses(owner)
        members.describe(owner, name="Inés Duarte", email="ines@example.com")
        signing_in.set_password(owner, "four plain words do well")
        link = signing_in.new_link(owner)
        db.session.commit()
        return found, link


def _sign_in(browser: Browser, address: str) -> object:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(address)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_load_state()
        return context.storage_state()


def _shoot(browser, url, page, found, scheme, state) -> None:  # type: ignore[no-untyped-def]
    for width, height in SIZES:
        with browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            reduced_motion="reduce",
            locale="en-US",
            storage_state=state if page.who == "staff" else None,
        ) as context:
            tab = context.new_page()
            tab.goto(url + page.path.format(**found), wait_until="networkidle")
            picture = Image.open(io.BytesIO(tab.screenshot()))
            picture.convert("RGB").save(
                OUT / f"{page.name}-{width}-{scheme}.webp", quality=QUALITY, method=6
            )
    print(page.name, scheme)


main(sys.argv[1:])
