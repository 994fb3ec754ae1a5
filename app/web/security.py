"""Headers on every answer. Scripts and styles come from here only, inline ones by nonce."""

from __future__ import annotations

import secrets

from flask import Flask, Response, abort, g, request

from app import runtime

POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; "
    "connect-src 'self'{connect}; worker-src 'self' blob:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)


def init_app(app: Flask) -> None:
    app.url_map.merge_slashes = False  # //evil.example/ is no address of ours to be led to
    app.before_request(_nonce)
    app.before_request(_no_nul)
    app.after_request(_headers)
    app.context_processor(lambda: {"csp_nonce": g.get("csp_nonce", "")})


def _nonce() -> None:
    g.csp_nonce = secrets.token_urlsafe(12)


def _no_nul() -> None:
    """No address of ours holds one, and PostgreSQL takes none: an error that nobody needs."""
    if "\x00" in request.path or b"%00" in request.query_string:
        abort(400)


def _policy() -> str:
    """`g.connect`: where else this page's scripts may send to."""
    return POLICY.format(nonce=g.get("csp_nonce", ""), connect=g.get("connect", ""))


def _headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", _policy())
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if runtime.settings().secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    headers.setdefault("Permissions-Policy", "camera=(self), microphone=(self), geolocation=()")
    if response.mimetype == "text/html":
        headers.setdefault("Cache-Control", "no-store")
    return response
