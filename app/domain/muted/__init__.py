"""Muted recordings: for whoever may not hear personal data, a file that is silent where masks are.

Ordered where masks come to be or change, made by the media worker, and given away only while it
holds what it would if it were made now.
"""

from app.domain.muted.making import order, publish
from app.domain.muted.standing import (
    Content,
    File,
    Standing,
    at_a_glance,
    content,
    of,
    run_of,
    whole,
)

__all__ = [
    "Content",
    "File",
    "Standing",
    "at_a_glance",
    "content",
    "of",
    "order",
    "publish",
    "run_of",
    "whole",
]
