"""What `./heard up` says where others' browsers won't record."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.host.up import only_here
from tests.conftest import settings_for


@pytest.mark.parametrize(
    ("host", "base_url", "hints"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000", False),
        ("localhost", "http://localhost:8000", False),
        ("0.0.0.0", "http://127.0.0.1:8000", True),
        ("192.0.2.7", "http://192.0.2.7:8000", True),
        ("127.0.0.1", "http://voices.example.com", True),
        ("0.0.0.0", "https://voices.example.com", False),
    ],
)
def test_who_can_record_is_said(tmp_path: Path, host: str, base_url: str, hints: bool) -> None:
    said = only_here(settings_for(tmp_path, BASE_URL=base_url), host)
    assert ("https" in said) is hints
