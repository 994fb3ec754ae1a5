"""Bytes that go from the browser straight into a bucket: the same promises, past the server."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import boto3
import pytest
from flask import Flask
from moto.server import ThreadedMotoServer
from playwright.sync_api import Page, Route, expect

from app import runtime
from storage import open_storage
from tests import services
from tests.e2e.customer import RECORDS, arrive, finish, received, record, stop_and_use, stored
from tests.e2e.recorded import Recorded

pytestmark = RECORDS


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(autouse=True)
def bucket(app: Flask, s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The application keeps its objects in a bucket that browsers can reach."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    name = f"recordings-{uuid4().hex[:8]}"
    boto3.client("s3", endpoint_url=s3, region_name="us-east-1").create_bucket(Bucket=name)
    storage = open_storage(f"s3://{name}?endpoint={s3}&region=us-east-1&direct=yes")
    monkeypatch.setattr(runtime, "storage", lambda: storage)


@pytest.mark.parametrize("reachable", [True, False], ids=["reachable", "out of reach"])
def test_a_recording_goes_into_the_bucket_itself(
    page: Page, address: str, recorded: Recorded, s3: str, reachable: bool
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))

    def cut(route: Route) -> None:
        route.abort()

    if not reachable:
        page.route(f"{s3}/**", cut)
    arrive(page, address, "camera")
    record(page, 2)
    stop_and_use(page)
    expect(page.locator("[data-safe]")).to_contain_text("all of it has reached us", timeout=20_000)
    page.get_by_role("button", name="Skip this question").click()
    finish(page)
    assert stored(received().answers[0].recording) == recorded.sessions[0]
    assert any(each.startswith(f"PUT {s3}") for each in asked)
    assert any(each.startswith("PATCH") for each in asked) is not reachable


def test_a_cut_part_and_a_reload_send_no_part_twice(
    page: Page, address: str, s3: str, tmp_path: Path
) -> None:
    """Three parts, of which the second is cut twice and then not sent until the page came back."""
    film = tmp_path / "film.webm"
    film.write_bytes(b"\x1aE\xdf\xa3" + random.Random(11).randbytes(12 * 1024 * 1024))
    parts: list[str] = []
    back: list[bool] = []

    def put(route: Route) -> None:
        number = parse_qs(urlsplit(route.request.url).query)["partNumber"][0]
        if number == "2" and parts.count("2") == 2 and not back:
            return  # a third try that came before the reload, which ends it
        parts.append(number)
        if number == "2" and parts.count("2") <= 2:
            route.abort()
        else:
            route.continue_()

    page.route(f"{s3}/**", put)
    arrive(page, address, "upload")
    page.locator("#file").set_input_files(film)
    page.get_by_role("button", name="Use this").click()
    services.eventually(lambda: page.wait_for_timeout(50) or parts.count("2") == 2, 60, "two cuts")
    page.reload()
    back.append(True)
    page.get_by_role("button", name="Go on with it").click()
    expect(page.locator("[data-safe]")).to_contain_text("all of it has reached us", timeout=30_000)
    page.locator('[data-step="choose"] [data-way="upload"]').click()
    page.get_by_role("button", name="Skip this question").click()
    finish(page)
    assert parts == ["1", "2", "2", "2", "3"]
    assert stored(received().answers[0].recording) == film.read_bytes()
