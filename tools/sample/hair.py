"""Hair, drawn in two halves: what falls behind the shoulders and what frames the face.

Coordinates are the head's own: (0, 0) is its middle, the chin is at 78, the crown at −76.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from tools.sample.brush import Pen, Point, tint

Painter = Callable[[Pen, str], None]


def _nothing(pen: Pen, colour: str) -> None:
    pass


def _cap(pen: Pen, colour: str, hairline: list[Point], top: float = -96, side: float = 63) -> None:
    """Hair over the crown from ear to ear, ending at `hairline` (right to left)."""
    crown = [(-side, -2), (-side - 3, -44), (-38, top + 14), (4, top), (44, top + 16)]
    pen.blob([*crown, (side + 3, -42), (side, -2), *hairline], colour)


def _strands(pen: Pen, colour: str, lines: list[list[Point]]) -> None:
    for points in lines:
        pen.line(points, tint(colour, 0.14), 2.2, taper=0.9)


def _bob_back(pen: Pen, colour: str) -> None:
    pen.blob([(0, -92), (56, -68), (74, -5), (79, 52), (62, 88), (0, 80),
              (-62, 88), (-79, 52), (-74, -5), (-56, -68)], tint(colour, -0.18))  # fmt: skip


def _bob_front(pen: Pen, colour: str) -> None:
    _cap(pen, colour, [(56, 34), (54, -16), (36, -44), (2, -54), (-26, -38), (-50, -8), (-58, 34)])
    pen.blob([(58, -40), (70, 10), (74, 56), (58, 78), (53, 30), (52, -12)], colour)
    pen.blob([(-58, -40), (-70, 10), (-74, 56), (-58, 78), (-55, 30), (-54, -12)], colour)
    _strands(pen, colour, [[(10, -88), (-28, -66), (-52, -20)], [(18, -88), (46, -62), (60, -14)]])


def _long_back(pen: Pen, colour: str) -> None:
    pen.blob([(0, -92), (58, -66), (76, 0), (88, 80), (96, 170), (50, 190), (0, 150),
              (-50, 190), (-98, 170), (-88, 80), (-76, 0), (-58, -66)],
             tint(colour, -0.2))  # fmt: skip


def _long_front(pen: Pen, colour: str) -> None:
    _cap(
        pen, colour, [(57, 26), (52, -20), (30, -50), (-12, -60), (-34, -40), (-52, -10), (-57, 26)]
    )
    pen.blob([(60, -36), (72, 20), (80, 100), (76, 150), (60, 110), (55, 20)], colour)
    pen.blob([(-60, -36), (-72, 20), (-82, 100), (-80, 150), (-60, 110), (-55, 20)], colour)
    _strands(pen, colour, [[(-14, -90), (-46, -54), (-66, 10), (-72, 100)],
                           [(-6, -90), (40, -66), (64, 0), (70, 100)]])  # fmt: skip


def _bun_back(pen: Pen, colour: str) -> None:
    pen.blob([(-34, -98), (-28, -126), (2, -138), (32, -126), (36, -98), (0, -84)], colour)
    pen.line([(-20, -110), (2, -122), (24, -112)], tint(colour, 0.16), 2.2, taper=0.9)


def _bun_front(pen: Pen, colour: str) -> None:
    _cap(
        pen,
        colour,
        [(58, 4), (50, -30), (24, -56), (-10, -60), (-40, -42), (-56, -14), (-60, 8)],
        top=-92,
    )
    _strands(pen, colour, [[(-48, -44), (-22, -76), (2, -90)], [(48, -46), (28, -76), (8, -90)]])


def _short_front(pen: Pen, colour: str) -> None:
    _cap(
        pen,
        colour,
        [(58, -8), (52, -36), (30, -50), (-6, -46), (-36, -54), (-52, -36), (-58, -8)],
        top=-98,
    )
    _strands(pen, colour, [[(-30, -60), (-4, -84), (34, -84)], [(-8, -58), (18, -74), (46, -70)]])


def _crop_front(pen: Pen, colour: str) -> None:
    _cap(
        pen,
        colour,
        [(58, -6), (53, -34), (40, -54), (0, -58), (-40, -54), (-53, -34), (-58, -6)],
        top=-86,
        side=61,
    )


def _cloud(pen: Pen, colour: str, spread: float, size: float) -> None:
    for i in range(19):
        a = (
            math.pi * (1.12 + i / 18 * 0.76 * 1.0)
            if spread < 80
            else math.pi * (0.86 + i / 18 * 1.28)
        )
        wobble = 1 + 0.06 * math.sin(i * 2.4)
        pen.dot(
            spread * wobble * math.cos(a), -14 + spread * wobble * math.sin(a), size, size, colour
        )


def _afro_back(pen: Pen, colour: str) -> None:
    pen.dot(0, -22, 92, 88, colour)
    _cloud(pen, colour, 84, 22)


def _afro_front(pen: Pen, colour: str) -> None:
    _cap(
        pen,
        colour,
        [(60, 8), (54, -26), (34, -50), (0, -56), (-34, -50), (-54, -26), (-60, 8)],
        side=66,
    )


def _curls_back(pen: Pen, colour: str) -> None:
    pen.dot(0, -30, 72, 66, tint(colour, -0.12))


def _curls_front(pen: Pen, colour: str) -> None:
    for x, y, r in [(-62, -4, 15), (-66, -28, 18), (-54, -54, 20), (-34, -74, 21), (-8, -84, 22),
                    (20, -82, 22), (44, -66, 21), (60, -42, 19), (66, -16, 16), (61, 6, 13),
                    (-20, -62, 17), (8, -66, 17), (32, -58, 15), (-42, -46, 15)]:  # fmt: skip
        pen.dot(x, y, r, r, colour)
    for x, y in [(-52, -56), (-10, -84), (42, -66), (14, -64), (-62, -26), (62, -38)]:
        pen.line([(x - 8, y + 3), (x, y - 7), (x + 8, y + 2)], tint(colour, 0.25), 2, taper=0.8)


def _thin_front(pen: Pen, colour: str) -> None:
    for side in (-1, 1):
        pen.blob(
            [(side * 50, -52), (side * 64, -36), (side * 68, 2), (side * 60, 18), (side * 56, -14)],
            colour,
        )


def _scarf_back(pen: Pen, colour: str) -> None:
    pen.blob([(0, -100), (60, -74), (78, -6), (80, 60), (104, 130), (60, 172), (0, 178),
              (-62, 172), (-106, 130), (-80, 60), (-78, -6), (-60, -74)],
             tint(colour, -0.16))  # fmt: skip


def _scarf_front(pen: Pen, colour: str) -> None:
    pen.blob([(-56, 24), (-68, -24), (-44, -82), (2, -98), (46, -82), (70, -24), (58, 26),
              (54, -12), (36, -50), (0, -62), (-36, -50), (-54, -12)], colour)  # fmt: skip
    pen.blob([(-58, 8), (-40, 60), (0, 82), (42, 58), (58, 6), (72, 50), (88, 118), (20, 158),
              (-70, 132), (-76, 54)], colour)  # fmt: skip
    _strands(pen, colour, [[(-60, 60), (-10, 112), (64, 96)], [(-66, 90), (-20, 134), (40, 132)]])


def _beanie_front(pen: Pen, colour: str) -> None:
    pen.blob(
        [(-62, -34), (-58, -80), (-20, -108), (24, -108), (60, -80), (64, -34), (0, -44)], colour
    )
    pen.blob(
        [(-66, -26), (-64, -52), (0, -62), (66, -52), (68, -26), (0, -38)], tint(colour, -0.18)
    )


STYLES: dict[str, tuple[Painter, Painter]] = {
    "bob": (_bob_back, _bob_front),
    "long": (_long_back, _long_front),
    "bun": (_bun_back, _bun_front),
    "short": (_nothing, _short_front),
    "crop": (_nothing, _crop_front),
    "afro": (_afro_back, _afro_front),
    "curls": (_curls_back, _curls_front),
    "thin": (_nothing, _thin_front),
    "scarf": (_scarf_back, _scarf_front),
    "beanie": (_nothing, _beanie_front),
}
