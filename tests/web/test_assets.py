import gzip

from flask import Flask
from flask.testing import FlaskClient

PACKED = {"Accept-Encoding": "gzip, br"}


def test_style_sheets_and_scripts_go_out_packed(client: FlaskClient) -> None:
    plain = client.get("/static/css/tokens.css")
    packed = client.get("/static/css/tokens.css", headers=PACKED)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 2
    for answer in (plain, packed):
        assert "Accept-Encoding" in answer.headers["Vary"]
    assert packed.headers["Content-Length"] == str(len(packed.data))


def test_fonts_and_pages_are_left_as_they_are(client: FlaskClient) -> None:
    font = client.get("/static/fonts/inter-latin-wght-normal.woff2", headers=PACKED)
    page = client.get("/sign-in", headers=PACKED)
    assert "Content-Encoding" not in font.headers
    assert "Content-Encoding" not in page.headers


def test_a_known_file_is_not_sent_again(client: FlaskClient) -> None:
    etag = client.get("/static/css/tokens.css").headers["ETag"]
    again = client.get("/static/css/tokens.css", headers={**PACKED, "If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")


def test_an_asset_with_its_hash_may_be_kept_for_ever(app: Flask, client: FlaskClient) -> None:
    page = client.get("/sign-in").text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    assert "immutable" in client.get(address).headers["Cache-Control"]
    assert "immutable" not in client.get(address.split("?")[0]).headers.get("Cache-Control", "")


def test_what_a_page_loads_before_media_is_light(client: FlaskClient) -> None:
    """At most 150 KB over the wire, fonts included: the goal in the design."""
    total = 0
    for file in (
        "fonts/inter-latin-wght-normal.woff2",
        "fonts/source-serif-4-latin-wght-normal.woff2",
        "vendor/htmx@2.0.11/htmx.min.js",
        "js/main.js",
        *(f"js/controllers/{name}.js" for name in ("theme", "menu", "keys", "moment", "cards")),
        *(f"css/{n}.css" for n in ("tokens", "reset", "base", "components", "frame", "utilities")),
        "css/pages/board.css",
    ):
        total += len(client.get(f"/static/{file}", headers=PACKED).data)
    assert total < 150_000
