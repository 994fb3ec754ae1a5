"""What the customer decides on the way, and does twice, has the effect that was meant, once."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from app import runtime
from app.domain import consent, erasing
from app.extensions import db
from app.models import Invitation, Submission
from tests import services
from tests.e2e.customer import (
    RECORDS,
    arrive,
    finish,
    opened,
    received,
    record,
    step,
    stop_and_use,
    upload_states,
)
from tests.e2e.recorded import kept

pytestmark = [*RECORDS, pytest.mark.usefixtures("recorded")]


def test_a_recording_that_is_not_used_goes_from_the_server_too(page: Page, address: str) -> None:
    arrive(page, address, "voice")
    record(page, 1)
    stop_and_use(page)
    record(page, 1)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("[data-safe]")).to_contain_text("all of it has reached us")
    services.eventually(
        lambda: upload_states() == ["received", "open"], 60, "one is sent, one is kept"
    )
    page.get_by_role("button", name="Record again").click()
    services.eventually(
        lambda: upload_states() == ["received", "ended"], 60, "the older upload ended"
    )
    folder = runtime.settings().uploads
    services.eventually(lambda: not list(folder.glob("*")), 60, "its bytes went")
    page.get_by_role("button", name="Skip this question").click()
    finish(page)
    assert [answer.position for answer in received().answers] == [0]


def test_what_is_deleted_here_is_deleted_there(page: Page, address: str) -> None:
    arrive(page, address, "voice")
    record(page, 1)
    stop_and_use(page)
    services.eventually(lambda: upload_states() == ["received"], 60, "it arrived")
    opened(page, address)
    page.get_by_role("button", name="Delete it").click()
    step(page, "welcome")
    services.eventually(lambda: upload_states() == ["ended"], 60, "it went")
    assert erasing.due() == 1  # the clock's next round
    assert list(runtime.storage().list("recordings/")) == []
    assert kept(page) == {}


def test_what_arrived_and_was_taken_back_is_not_sent_anew(page: Page, address: str) -> None:
    """The server's "received" was lost on the way; the customer took it back on another device."""
    arrive(page, address, "write")
    page.get_by_label("Your answer").fill("Twice?")
    page.get_by_role("button", name="Use this").click()
    expect(page.get_by_text("Question 2 of 2").locator("visible=true")).to_be_visible()
    page.get_by_label("Your answer").fill("Once.")
    page.get_by_role("button", name="Use this").click()
    page.evaluate("""() => {
        const real = window.fetch;
        window.fetch = async (address, given) => {
            const answer = await real(address, given);
            if (String(address).includes('sending')) throw new TypeError('cut off');
            return answer; }; }""")
    step(page, "score")
    page.get_by_role("button", name="I would rather not say").click()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("[data-reason]")).to_contain_text("could not be sent yet")
    consent.withdraw(received())
    db.session.commit()
    step(page, "welcome")
    expect(page.locator("#line")).to_contain_text("it was deleted here too")
    assert kept(page) == {}
    db.session.rollback()
    assert [each.state for each in db.session.scalars(select(Submission))] == ["withdrawn"]


def test_two_tabs_and_many_sendings_have_one_effect(
    page: Page, address: str, context: BrowserContext
) -> None:
    arrive(page, address, "write")
    page.get_by_label("Your answer").fill("Twice?")
    other = context.new_page()
    opened(other, address)
    step(other, "elsewhere")
    page.get_by_role("button", name="Use this").click()
    expect(page.get_by_text("Question 2 of 2").locator("visible=true")).to_be_visible()
    page.close()
    step(other, "resume")
    other.evaluate("""() => {
        const real = window.fetch;
        window.fetch = async (address, given) => {
            if (!String(address).includes('sending')) return real(address, given);
            const all = await Promise.all(Array.from({length: 12}, () => real(address, given)));
            window.statuses = all.map((each) => each.status);
            return all[0]; }; }""")
    other.get_by_role("button", name="Go on with it").click()
    other.locator('[data-step="choose"] [data-way="write"]').click()
    other.get_by_label("Your answer").fill("Once.")
    other.get_by_role("button", name="Use this").click()
    finish(other)
    assert other.evaluate("window.statuses") == [200] * 12
    submission = received()
    assert submission.invitation_id is not None
    invitation = db.session.get_one(Invitation, submission.invitation_id)
    assert invitation.received == 1
    assert [len(answer.runs) for answer in submission.answers] == [1, 1]
