"""What each test's own application would compile anew, compiled once in a process: addresses and
templates, most of the time that making an application and showing its first page take.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

_compile = Rule._compile_builder
_builders: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}


class _Memory(BytecodeCache):
    """Told apart by Jinja: by name, and by a hash of the source."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self._kept.get((bucket.key, bucket.checksum)):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


def _once(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    """A rule's builder asks its own rule for the converters, so it serves all that read alike."""
    key = (rule.rule, repr(rule.defaults), rule.subdomain, rule.host, append_unknown)
    if key not in _builders:
        _builders[key] = _compile(rule, append_unknown)
    return _builders[key]


def once() -> None:
    rules: Any = Rule
    rules._compile_builder = _once
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": _Memory()}
