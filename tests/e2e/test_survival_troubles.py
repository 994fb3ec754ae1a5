"""A device without room, a server that says no, a program that closes: nothing recorded is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect
from sqlalchemy import select

from app import runtime
from app.domain import erasing
from app.extensions import db
from app.models import Program, now
from tests import services
from tests.e2e.customer import (
    RECORDS,
    arrive,
    finish,
    received,
    record,
    step,
    stop_and_use,
    stored,
    upload_states,
)
from tests.e2e.recorded import Recorded, kept

pytestmark = [*RECORDS, pytest.mark.usefixtures("recorded")]


NOWHERE = """
IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError'); };
"""
FULL = """
const put = IDBObjectStore.prototype.put;
let room = 2;
IDBObjectStore.prototype.put = function (value, ...key) {
  if (value instanceof ArrayBuffer && room-- <= 0) throw new DOMException('', 'QuotaExceededError');
  return put.call(this, value, ...key);
};
"""

FULL_FOR_A_WHILE = """
const put = IDBObjectStore.prototype.put;
let tries = 0;
IDBObjectStore.prototype.put = function (value, ...key) {
  if (value instanceof ArrayBuffer && [3, 4].includes(++tries)) {
    throw new DOMException('', 'QuotaExceededError');
  }
  return put.call(this, value, ...key);
};
"""


def test_a_device_that_finds_room_again_has_the_whole(
    page: Page, address: str, context: BrowserContext, recorded: Recorded
) -> None:
    context.add_init_script(FULL_FOR_A_WHILE)
    arrive(page, address, "voice")
    context.set_offline(True)
    record(page, 4)
    page.get_by_role("button", name="Stop").click()
    step(page, "review")
    (whole,) = kept(page).values()
    assert whole == recorded.sessions[0]


def test_nothing_behind_a_gap_comes_back(page: Page, address: str) -> None:
    arrive(page, address, "voice")
    assert page.evaluate(AROUND_A_GAP) == [[3], 1, [3, 5]]


AROUND_A_GAP = """
async () => {
  const {openStore} = await import('/static/js/capture/store.js');
  const store = await openStore(), take = {id: 'gap'};
  const add = (number, size) => store.addChunk(take, number, new Blob(['x'.repeat(size)]));
  await store.putTake(take);
  await add(0, 3);
  await add(2, 4);
  const before = await store.sizesOf('gap');
  const left = (await Promise.all([0, 1, 2].map((n) => store.getChunk('gap', n)))).filter(Boolean);
  await add(1, 5);
  return [before, left.length, await store.sizesOf('gap')];
}
"""


@pytest.mark.parametrize(
    ("script", "place", "sentence"),
    [
        pytest.param(NOWHERE, "[data-safe]", "this browser can't keep it", id="nowhere"),
        pytest.param(FULL, "#line", "no room left to keep a recording safe", id="full"),
    ],
)
def test_a_browser_that_can_not_keep_it_says_so_and_sends_all_the_same(
    page: Page,
    address: str,
    context: BrowserContext,
    recorded: Recorded,
    script: str,
    place: str,
    sentence: str,
) -> None:
    context.add_init_script(script)
    arrive(page, address, "voice")
    record(page, 3.5)
    expect(page.locator(place)).to_contain_text(sentence)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("[data-safe]")).to_contain_text("send it before you close this page")
    page.get_by_role("button", name="Use this").click()
    page.get_by_role("button", name="Skip this question").click()
    finish(page)
    assert stored(received().answers[0].recording) == recorded.sessions[0]


def test_a_server_that_says_no_is_asked_again(page: Page, address: str, recorded: Recorded) -> None:
    answers = [
        (423, "Another part of this upload is arriving right now."),
        (409, "These bytes don't follow on from what has arrived."),
        (460, "These bytes were damaged on the way. Please send them again."),
        (507, "There is no room left for this here right now. Please try again later."),
    ]

    def refuse(route: Route) -> None:
        if route.request.method != "PATCH" or not answers:
            return route.fallback()
        status, sentence = answers.pop(0)
        headers = {"Upload-Offset": "0"} if status == 409 else {}
        route.fulfill(status=status, body=sentence, content_type="text/plain", headers=headers)

    page.route("**/uploads/*", refuse)
    arrive(page, address, "voice")
    record(page, 3)
    page.get_by_role("button", name="Stop").click()
    safe = page.locator("[data-safe]")
    expect(safe).to_contain_text("We could not take it yet: There is no room", timeout=20_000)
    expect(safe).to_contain_text("Kept on this device")
    expect(safe).to_contain_text("all of it has reached us", timeout=30_000)
    assert answers == []
    page.get_by_role("button", name="Use this").click()
    page.get_by_role("button", name="Skip this question").click()
    finish(page)
    assert stored(received().answers[0].recording) == recorded.sessions[0]


def test_a_program_that_closes_meanwhile_leaves_the_recording_with_the_customer(
    page: Page, address: str, recorded: Recorded
) -> None:
    arrive(page, address, "voice")
    record(page, 1)
    program = db.session.scalars(select(Program)).one()
    program.closed_at = now()
    db.session.commit()
    stop_and_use(page)
    page.get_by_role("button", name="Skip this question").click()
    page.get_by_role("button", name="I would rather not say").click()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("alert").locator("visible=true")).to_have_text(
        "This is closed now. Thank you for coming all the same."
    )
    page.reload()
    expect(page.get_by_text("is still on this device")).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save my recording on this device").click()
    assert Path(saved.value.path()).read_bytes() == recorded.sessions[0]
    page.get_by_role("button", name="Delete it").click()
    services.eventually(lambda: upload_states() == ["ended"], 60, "the server dropped it too")
    erasing.due()  # as the clock does; of a draft the bytes wait for it
    assert not list(runtime.storage().list("recordings/"))
    assert kept(page) == {}
