"""A pen that draws smooth, flat, slightly hand-made shapes on an oversized sheet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from PIL import Image, ImageDraw

Point = tuple[float, float]

SCALE = 3  # the sheet is this many times the film's size; reducing it is what smooths the edges

PAPER, CREAM, INK = "#F1E6D4", "#FBF5E9", "#2E2622"
TERRACOTTA, OCHRE, SAGE, SLATE = "#C2562F", "#D7A24A", "#8C9A76", "#64818A"
ROSE, PLUM, NAVY, CLAY, MOSS = "#DDA493", "#714A58", "#3A4760", "#A9714F", "#5F6B4C"


@dataclass(frozen=True)
class Pen:
    """Draws in film pixels around an origin: local (x, y) lands at origin + zoom × (x, y)."""

    draw: ImageDraw.ImageDraw
    x: float = 0
    y: float = 0
    zoom: float = 1

    def at(self, x: float, y: float, zoom: float = 1) -> Pen:
        """The same pen with a new origin, given in this pen's own coordinates."""
        moved = self._place((x, y))
        return replace(self, x=moved[0] / SCALE, y=moved[1] / SCALE, zoom=self.zoom * zoom)

    def blob(self, points: Sequence[Point], fill: str) -> None:
        """A closed soft shape through the points."""
        self.draw.polygon([self._place(p) for p in smooth(points, closed=True)], fill=fill)

    def poly(self, points: Sequence[Point], fill: str) -> None:
        """A closed shape with straight edges."""
        self.draw.polygon([self._place(p) for p in points], fill=fill)

    def line(self, points: Sequence[Point], fill: str, width: float, taper: float = 0.0) -> None:
        """A brush stroke; `taper` 0..1 is how much thinner it ends than it is in its middle."""
        reach = sum(math.dist(a, b) for a, b in pairwise(points))
        path = smooth(points, closed=False, steps=max(8, round(reach * 1.2)))
        last = max(1, len(path) - 1)
        for i, p in enumerate(path):
            r = width / 2 * (1 - taper * abs(2 * i / last - 1) ** 2)
            self.dot(p[0], p[1], r, r, fill)

    def dot(self, x: float, y: float, rx: float, ry: float, fill: str) -> None:
        """An ellipse around (x, y)."""
        a, b = self._place((x - rx, y - ry)), self._place((x + rx, y + ry))
        self.draw.ellipse((*a, *b), fill=fill)

    def ring(self, x: float, y: float, rx: float, ry: float, fill: str, width: float) -> None:
        """An ellipse's outline."""
        a, b = self._place((x - rx, y - ry)), self._place((x + rx, y + ry))
        self.draw.ellipse((*a, *b), outline=fill, width=round(width * self.zoom * SCALE))

    def box(self, x: float, y: float, w: float, h: float, fill: str, radius: float = 0) -> None:
        """A rectangle from its top left corner."""
        a, b = self._place((x, y)), self._place((x + w, y + h))
        self.draw.rounded_rectangle((*a, *b), radius=radius * self.zoom * SCALE, fill=fill)

    def _place(self, p: Point) -> Point:
        return (self.x + p[0] * self.zoom) * SCALE, (self.y + p[1] * self.zoom) * SCALE


def sheet(width: float, height: float, fill: str | None = None) -> tuple[Image.Image, Pen]:
    """An empty sheet for a film of this size, and a pen on it."""
    image = Image.new("RGBA", (round(width * SCALE), round(height * SCALE)), fill or (0, 0, 0, 0))
    return image, Pen(ImageDraw.Draw(image))


def smooth(points: Sequence[Point], *, closed: bool, steps: int = 12) -> list[Point]:
    """A Catmull-Rom curve (tension one half) through the points."""
    count = len(points)
    if count < 3:
        (ax, ay), (bx, by) = points[0], points[-1]
        return [(ax + (bx - ax) * i / steps, ay + (by - ay) * i / steps) for i in range(steps + 1)]
    curve: list[Point] = []
    for i in range(count if closed else count - 1):
        if closed:
            four = [points[(i + k) % count] for k in (-1, 0, 1, 2)]
        else:
            four = [points[min(max(i + k, 0), count - 1)] for k in (-1, 0, 1, 2)]
        curve += [_between(four, step / steps) for step in range(steps)]
    return curve if closed else [*curve, points[-1]]


def _between(four: Sequence[Point], t: float) -> Point:
    a, b, c, d = four
    x, y = (
        0.5
        * (
            2 * b[k]
            + (c[k] - a[k]) * t
            + (2 * a[k] - 5 * b[k] + 4 * c[k] - d[k]) * t**2
            + (3 * b[k] - a[k] - 3 * c[k] + d[k]) * t**3
        )
        for k in (0, 1)
    )
    return x, y


def tint(colour: str, by: float) -> str:
    """Lighter (by > 0, towards cream) or darker (by < 0, towards ink); −1..1."""
    target = CREAM if by > 0 else INK
    mixed = [round(a + (b - a) * abs(by)) for a, b in zip(_rgb(colour), _rgb(target), strict=True)]
    return "#{:02X}{:02X}{:02X}".format(*mixed)


def wave(seconds: float, period: float, phase: float = 0.0) -> float:
    """A slow sway in −1..1."""
    return math.sin(2 * math.pi * (seconds / period + phase))


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
