"""What is installed: locked, hashed, under a licence we accept, and named in NOTICE.md.

`python -m tools.supply_chain` says what isn't so; with `--write` it writes NOTICE.md's tables anew
from what is installed here. Both work offline. Whether a version has a known weakness can only be
asked for online: see SECURITY.md.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from importlib.metadata import PackageMetadata, distributions
from pathlib import Path

ROOT = Path(__file__).parent.parent
NOTICE = ROOT / "NOTICE.md"
MARK = "<!-- written by tools/supply_chain.py; do not edit below -->\n"
SETS = {"ml": "To run Heard", "dev": "Only for tests and checks"}
# Installed by ./heard itself: pip comes with Python, uv is quicker, torch has an index of its own.
TOOLS = {"pip", "uv", "torch"}
ALLOWED = {
    *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "CNRI-Python"),
    *("HPND", "ISC", "LGPL-3.0-only", "MIT", "MIT-0", "MIT-CMU", "MPL-2.0", "PSF-2.0", "Zlib"),
    "LLVM-exception",
}
# What packages call their licence who don't give its SPDX name
CALLED = {
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache 2.0 license": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "3-clause bsd license": "BSD-3-Clause",
    "bsd 2-clause license": "BSD-2-Clause",
    "bsd license": "BSD-3-Clause",
    "bsd": "BSD-3-Clause",
    "mit license": "MIT",
    "isc license": "ISC",
    "isc license (iscl)": "ISC",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
}
# Read in the package itself: where its metadata doesn't say, or where it isn't for Linux
READ = {
    "async-timeout": "Apache-2.0",
    "axe-playwright-python": "MIT",
    "colorama": "BSD-3-Clause",
    "httpx2-jsfetch": "BSD-3-Clause",
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
    "pywin32": "PSF-2.0",
    "tzdata": "Apache-2.0",
}


@dataclass(frozen=True, slots=True)
class Locked:
    """A line of a requirements file: a name, a version, where it applies, how many hashes."""

    name: str
    version: str
    marker: str
    hashes: int


def locked(name: str) -> list[Locked]:
    """What `requirements/<name>.txt` locks."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", text)
    found = []
    for entry in entries:
        head = re.match(r"([A-Za-z0-9._-]+)(?:\[[^]]*])?==(\S+)(?: ; (.+?))? *\\?(?:\n|$)", entry)
        if head:
            marker = (head[3] or "").strip()
            found.append(Locked(plain(head[1]), head[2], marker, entry.count("--hash=sha256:")))
        elif entry.strip() and not entry.startswith("#"):
            found.append(Locked(entry.splitlines()[0], "", "", 0))
    return found


def installed() -> dict[str, PackageMetadata]:
    return {plain(each.metadata["Name"]): each.metadata for each in distributions()}


def plain(name: str) -> str:
    """A package's name as PyPI compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def licence(metadata: PackageMetadata) -> str:
    """An SPDX expression where the package gives one or a name that we know; else what it says."""
    name = plain(metadata["Name"])
    said = metadata.get("License-Expression") or READ.get(name) or ""
    classified = [
        each.rpartition(" :: ")[2]
        for each in metadata.get_all("Classifier") or []
        if each.startswith("License :: OSI Approved :: ")
    ]
    brief = (metadata.get("License") or "").strip().partition("\n")[0]
    for each in (brief, *classified):
        said = said or CALLED.get(each.lower(), each if _allowed(each) else "")
    return said or brief[:40] or "not said"


def _allowed(expression: str) -> bool:
    words = re.findall(r"[A-Za-z0-9.-]+", expression)
    return bool(words) and all(word in ALLOWED or word in ("AND", "OR", "WITH") for word in words)


def problems() -> list[str]:
    """All that is not as it should be here, as sentences."""
    found, here = [], installed()
    known: dict[str, set[str]] = {}
    for name in SETS:
        for each in locked(name):
            known.setdefault(each.name, set()).add(each.version)
            if not each.hashes:
                found.append(f"requirements/{name}.txt: {each.name} has no hash.")
    for name, metadata in sorted(here.items()):
        if name in TOOLS:
            continue
        if name not in known:
            found.append(f"{name} is installed and not locked.")
        elif metadata["Version"] not in known[name]:
            found.append(f"{name} {metadata['Version']} is installed, another version is locked.")
        if not _allowed(licence(metadata)):
            found.append(f"{name}: the licence '{licence(metadata)}' is not one we accept.")
    if tables() != NOTICE.read_text(encoding="utf-8").partition(MARK)[2]:
        found.append("NOTICE.md is out of date: run python -m tools.supply_chain --write.")
    return found


def tables() -> str:
    """NOTICE.md below its mark. A package that isn't for this machine keeps the line it has."""
    here, old = installed(), _noted()
    made, before = [], set[str]()
    for name, title in SETS.items():
        rows = {each.name: each for each in locked(name) if each.name not in before}
        before |= set(rows)
        if name == "ml":
            rows["torch"] = Locked("torch", "", "", 0)
        lines = [f"## {title}", "", "| package | licence |", "|---|---|"]
        for each in sorted(rows):
            known = licence(here[each]) if each in here else READ.get(each) or old.get(each)
            if known:
                lines.append(f"| {each} | {known} |")
        made.append("\n".join(lines))
    return "\n" + "\n\n".join(made) + "\n"


def _noted() -> dict[str, str]:
    text = NOTICE.read_text(encoding="utf-8").partition(MARK)[2]
    return dict(re.findall(r"^\| (\S+) \| (.+) \|$", text, re.MULTILINE))


def main() -> None:
    if "--write" in sys.argv[1:]:
        above = NOTICE.read_text(encoding="utf-8").partition(MARK)[0]
        NOTICE.write_text(above + MARK + tables(), encoding="utf-8")
    found = problems()
    print("\n".join(found) or f"{len(installed())} packages: locked, hashed, licences accepted.")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
