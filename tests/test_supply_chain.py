"""Nothing unlocked or without a hash, no licence that we refuse, NOTICE.md up to date."""

from __future__ import annotations

from email.message import Message
from importlib.metadata import PackageMetadata
from pathlib import Path
from typing import cast

import pytest

from tools import supply_chain


def package(**said: str) -> PackageMetadata:
    message = Message()
    message["Name"] = "thing"
    for name, value in said.items():
        message[name.replace("_", "-")] = value
    return cast("PackageMetadata", message)


def test_what_is_locked_has_hashes() -> None:
    for name, least in (("web", 40), ("ml", 60), ("dev", 100), ("uv", 1)):
        found = supply_chain.locked(name)
        assert len(found) >= least
        assert [each for each in found if not each.hashes or not each.version] == []


def test_this_environment_and_the_notices_are_as_they_should_be() -> None:
    """What a later release no longer asks for stays installed where one upgrades; `.ci/run`
    begins with an empty environment and minds that, too."""
    found = supply_chain.problems()
    assert [each for each in found if not each.endswith("is installed and not locked.")] == []


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ({"License_Expression": "MIT AND BSD-3-Clause"}, "MIT AND BSD-3-Clause"),
        ({"License": "Apache 2.0"}, "Apache-2.0"),
        ({"License": "MIT License\n\nCopyright (c)"}, "MIT"),
        ({"Classifier": "License :: OSI Approved :: BSD License"}, "BSD-3-Clause"),
        ({"License": "AGPL-3.0"}, "AGPL-3.0"),
        ({}, "not said"),
    ],
)
def test_licences_are_read_in_every_way_that_packages_give_them(
    said: dict[str, str], read: str
) -> None:
    assert supply_chain.licence(package(**said)) == read


def test_what_is_wrong_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    there = {
        "alembic": package(Version="0.1", License="MIT"),
        "smuggled": package(Version="1", License="AGPL-3.0"),
    }
    monkeypatch.setattr(supply_chain, "installed", lambda: there)
    said = " ".join(supply_chain.problems())
    assert "smuggled is installed and not locked." in said
    assert "smuggled: the licence 'AGPL-3.0' is not one we accept." in said
    assert "alembic 0.1 is installed, another version is locked." in said


def test_a_missing_hash_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "requirements").mkdir()
    for name in supply_chain.SETS:
        (tmp_path / "requirements" / f"{name}.txt").write_text("alembic==1.0\n")
    monkeypatch.setattr(supply_chain, "ROOT", tmp_path)
    assert "requirements/ml.txt: alembic has no hash." in supply_chain.problems()
