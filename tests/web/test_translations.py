"""Every sentence that a customer may meet is there in every language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from app.web.locale import LANGUAGES
from tests.conftest import ROOT

CATALOGUES = ROOT / "app/translations"
PLACE = re.compile(r"%\(\w+\)s")


def read(language: str) -> tuple[Catalog, Catalog]:
    folder = CATALOGUES / language / "LC_MESSAGES"
    with (folder / "messages.po").open("rb") as po, (folder / "messages.mo").open("rb") as mo:
        return read_po(po, locale=language), read_mo(mo)


@pytest.fixture(scope="module")
def said() -> set[str | tuple[str, ...]]:
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    keywords = {**DEFAULT_KEYWORDS, "mark": None}
    found = extract_from_dir(ROOT / "app", [(_in_app(p), m) for p, m in methods], options, keywords)
    return {message for _file, _line, message, *_ in found}


def _in_app(pattern: str) -> str:
    return str(Path(pattern).relative_to("app"))


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_the_catalogue_is_complete_and_compiled(
    language: str, said: set[str | tuple[str, ...]]
) -> None:
    catalogue, compiled = read(language)
    assert len(said) > 150
    assert {message for message in said if catalogue.get(message) is None} == set()
    for message in catalogue:
        if not message.id:
            continue
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(texts), message.id
        last = message.id[-1] if isinstance(message.id, tuple) else message.id
        assert sorted(PLACE.findall(texts[-1])) == sorted(PLACE.findall(last)), message.id
        built = compiled.get(message.id)
        assert built is not None, message.id
        assert [*built.string] == [*message.string]
