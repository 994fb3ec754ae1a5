"""The main job, whole: a customer speaks in a browser, a leader hears it on the board and by
e-mail, and the words leave as CSV. On one machine, and grown onto servers of its own.
"""

from __future__ import annotations

import contextlib
import csv
import io
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests import services
from tests.conftest import ROOT
from tests.e2e import stack
from tests.e2e.serving import BROWSER_ARGS, CHROMIUM
from workers.media.ffmpeg import binary

pytestmark = [
    pytest.mark.slow,
    pytest.mark.recording,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not shutil.which(CHROMIUM), reason="Chromium is not installed here"),
]

SPOKEN = ROOT / "tests/media/complaint.flac"
RECORDED_S = 17
SAID = "My order came today, but it was broken."
LEADER = "ines@example.com"


@dataclass
class Running:
    heard: stack.Stack
    mailbox: services.Mailbox
    engine: str


@contextlib.contextmanager
def one_machine(data: Path) -> Iterator[Running]:
    """SQLite, disk, embedded queue, the basic engine: what a bare machine gets."""
    with (
        services.smtp() as (smtp, mailbox),
        stack.up(data, SMTP_URL=smtp, SPEECH_ENGINE="pocketsphinx") as heard,
    ):
        yield Running(heard, mailbox, "pocketsphinx")


@contextlib.contextmanager
def grown(data: Path) -> Iterator[Running]:
    """PostgreSQL, a queue server over TCP, S3 over HTTP, Whisper: three settings and a model."""
    with (
        services.postgres() as database,
        services.valkey() as queue,
        services.s3() as storage,
        services.smtp() as (smtp, mailbox),
        stack.up(
            data,
            DATABASE_URL=database,
            REDIS_URL=queue,
            STORAGE_URL=storage,
            SMTP_URL=smtp,
            SPEECH_ENGINE="whisper",
            WHISPER_MODEL="heard-tiny-flite",
        ) as heard,
    ):
        yield Running(heard, mailbox, "whisper")


@pytest.fixture(params=[one_machine, grown], ids=["one machine", "grown"])
def running(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Running]:
    with request.param(tmp_path / "data") as running:
        yield running


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    """Its camera is a test picture, its microphone says the complaint over and over."""
    wav = tmp_path / "spoken.wav"
    subprocess.run([binary(), "-v", "error", "-i", SPOKEN, "-ar", "48000", wav], check=True)
    sound = f"--use-file-for-fake-audio-capture={wav}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[*BROWSER_ARGS, sound, "--autoplay-policy=no-user-gesture-required"],
        )
        yield browser
        browser.close()


def test_from_a_voice_to_the_board_the_inbox_and_the_file(
    running: Running, browser: Browser
) -> None:
    staff = browser.new_page()
    staff.set_default_timeout(30_000)
    link = open_program(staff, running.heard)
    follow_everything(staff, running.heard)
    mine = speak(browser, link)
    card = board_card(staff, running.heard)
    quote = card.locator(".moment-quote, blockquote, .quote").first.inner_text()
    assert share_of_words(quote, SAID) >= 0.6, quote
    voice = submission(staff, running, card)
    inbox(running, quote)
    table(staff, running)
    play(staff, running.heard, voice)
    own_page(browser, mine)


def open_program(page: Page, heard: stack.Stack) -> str:
    """Signs the first owner in, opens a program; its recording link."""
    page.goto(heard.said(r"Sign in.*(http\S+)") or "")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Your name").fill("Inés")
    page.get_by_label("Your e-mail address").fill(LEADER)
    page.get_by_label("A password").fill("four plain words do well")
    page.get_by_role("button", name="Go to the board").click()
    page.goto(f"{heard.url}/settings/programs/new")
    page.locator('[name="name"]').fill("After delivery")
    page.locator('[name="question"]').fill("How was it to get your order?")
    page.get_by_role("button", name="Open the program").click()
    expect(page).to_have_url(re.compile(r"/settings/programs/\w{26}"))
    found = re.search(r"/r/[\w-]+", page.content())
    assert found
    return heard.url + found.group()


def follow_everything(page: Page, heard: stack.Stack) -> None:
    page.goto(f"{heard.url}/following")
    page.locator("#what").select_option(label="Everything")
    page.locator("main form").filter(has=page.locator("#what")).get_by_role("button").click()
    expect(page.get_by_text("Everything in this program").first).to_be_visible()


def speak(browser: Browser, link: str) -> str:
    """Records the complaint as a customer on a phone; their personal link."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-US")
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.goto(link)
    page.wait_for_selector("#capture[data-ready]")
    page.get_by_role("link", name="Start").click()
    page.get_by_role("button", name="I agree").click()
    page.locator('[data-step="choose"] [data-way="camera"]').click()
    page.locator('[data-do="record"]:not([disabled])').click()
    page.wait_for_selector('[data-do="stop"]:not([hidden])')
    page.wait_for_timeout(RECORDED_S * 1000)
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Use this").click()
    page.locator('[data-step="score"] [data-do="no-score"]').click()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator('[data-step="thanks"]')).to_be_visible(timeout=60_000)
    mine = page.locator("[data-mine]").get_attribute("href")
    assert mine
    context.close()
    return mine


def board_card(page: Page, heard: stack.Stack):  # type: ignore[no-untyped-def]
    """Waits for the moment to appear on the board."""

    def look():  # type: ignore[no-untyped-def]
        page.goto(f"{heard.url}/")
        cards = page.locator("li.moment")
        return cards.first if cards.count() else None

    return services.eventually(look, 180, "a card on the board")


def submission(page: Page, running: Running, card) -> str:  # type: ignore[no-untyped-def]
    """The page behind the card has the spoken words, and says which engine wrote them."""
    href = card.locator('a[href*="/voices/"]').first.get_attribute("href")
    page.goto(running.heard.url + href)
    text = page.locator("main").inner_text().lower()
    assert share_of_words(SAID, text) >= 0.8, text
    assert running.engine in text or "basic engine" in text
    return str(href)


def inbox(running: Running, quote: str) -> None:
    """The e-mail has the quote, the poster and a link to the moment."""

    def arrived():  # type: ignore[no-untyped-def]
        return next((m for m in running.mailbox.messages if LEADER in m["To"]), None)

    message = services.eventually(arrived, 60, "the e-mail")
    plain = message.get_body(("plain",)).get_content()
    assert quote.strip('“”" ').lower()[:30] in re.sub(r"\s+", " ", plain).lower()
    assert f"{running.heard.url}/voices/" in plain
    kinds = {part.get_content_type() for part in message.walk()}
    assert "text/html" in kinds and "image/jpeg" in kinds


def table(page: Page, running: Running) -> None:
    """The CSV from the page holds the spoken words and the engine's name."""
    page.goto(f"{running.heard.url}/exports")
    page.get_by_role("button", name="Write the file").click()
    download_link = page.get_by_role("link", name=re.compile("^Download"))
    expect(download_link).to_be_visible(timeout=60_000)
    with page.expect_download() as download:
        download_link.click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    said = " ".join(row["text"] for row in rows)
    assert share_of_words(SAID, said) >= 0.8, said
    assert {row["engine"] for row in rows} == {running.engine}


def play(page: Page, heard: stack.Stack, voice: str) -> None:
    """The rebuilt recording plays, has its true length and can be sought in."""
    page.goto(heard.url + voice)
    video = page.locator("video").first
    length = video.evaluate(
        """v => new Promise((done, no) => {
             v.preload = 'auto';
             v.onerror = () => no(v.error.message);
             const know = () => done(v.duration);
             v.readyState >= 1 ? know() : v.addEventListener('loadedmetadata', know);
             v.load(); })"""
    )
    assert RECORDED_S - 2 < length < RECORDED_S + 6
    at = video.evaluate(
        """v => new Promise(done => {
             v.addEventListener('seeked', () => done(v.currentTime), {once: true});
             v.currentTime = 9; })"""
    )
    assert abs(at - 9) < 0.1


def own_page(browser: Browser, mine: str) -> None:
    """The customer's own link shows what is kept."""
    page = browser.new_page()
    page.goto(mine)
    assert share_of_words(SAID, page.locator("main").inner_text()) >= 0.8


def share_of_words(wanted: str, text: str) -> float:
    """How many of the different words of `wanted` are in `text`, 0..1: engines may mishear a few,
    and the microphone's loop may begin and end in the middle of a word."""
    words, there = (set(re.findall(r"[a-z']+", each.lower())) for each in (wanted, text))
    return len(words & there) / len(words)
