"""The room behind each person: a still picture, and what moves in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tools.sample import things
from tools.sample.brush import (
    CLAY,
    CREAM,
    INK,
    MOSS,
    NAVY,
    OCHRE,
    PAPER,
    PLUM,
    ROSE,
    SAGE,
    SLATE,
    TERRACOTTA,
    Pen,
    tint,
    wave,
)

SKY, DUSK, NIGHT, RAIN = "#CFE0E0", "#E9C9A8", "#39455C", "#B7C3C6"


def _nothing_moves(pen: Pen, seconds: float) -> None:
    pass


@dataclass(frozen=True)
class Room:
    """`still` draws for a film of this (width, height); `moving` draws at so many seconds."""

    wall: str
    still: Callable[[Pen, int, int], None]
    moving: Callable[[Pen, float], None] = _nothing_moves


def _kitchen(pen: Pen, w: int, h: int) -> None:
    for y in range(250, 400, 34):
        for x in range((y // 34 % 2) * 30 - 30, w, 60):
            pen.box(x + 2, y + 2, 56, 30, tint(CREAM, -0.04), 3)
    pen.box(0, 396, w, h, CLAY)
    pen.box(w - 270, 128, 262, 8, CLAY, 2)
    for x, c in [(w - 250, SAGE), (w - 205, TERRACOTTA), (w - 160, OCHRE), (w - 60, SLATE)]:
        pen.box(x, 92, 30, 36, c, 6)
        pen.box(x - 2, 86, 34, 9, tint(c, -0.2), 3)
    things.stove(pen.at(104, 336))
    things.window(pen.at(40, 50), 130, 150, SKY)
    things.plant(pen.at(w - 90, 396, 0.9), TERRACOTTA)


def _steam(pen: Pen, t: float) -> None:
    for i, x in enumerate((84, 104, 124)):
        s = wave(t, 2.6, i * 0.3) * 7
        pen.line([(x, 326), (x + s, 302), (x - s, 278), (x + s, 256)], "#FBF5E9", 7, taper=0.9)


def _landing(pen: Pen, w: int, h: int) -> None:
    pen.box(0, h - 66, w, 66, CLAY)
    pen.box(0, h - 78, w, 12, CREAM)
    things.window(pen.at(28, 60), 116, 190, SKY)
    things.parcel(pen.at(16, h - 148), 96, 84)
    things.frame(pen.at(w - 86, 90), 66, 84, SAGE)
    pen.line(
        [(w - 34, h - 60), (w - 40, 250), (w - 44, 236), (w - 60, 232), (w - 68, 244)],
        tint(CLAY, -0.35),
        7,
    )


def _hallway(pen: Pen, w: int, h: int) -> None:
    pen.box(30, 60, 150, h, tint(SLATE, -0.1), 4)
    pen.box(48, 84, 114, 130, tint(SLATE, 0.12), 3)
    pen.box(48, 240, 114, 200, tint(SLATE, 0.12), 3)
    pen.dot(160, 250, 8, 8, OCHRE)
    pen.box(66, 226, 76, 9, OCHRE, 3)
    things.coats(pen.at(w - 172, 118))
    things.clock(pen.at(w - 96, 62), (12, 8), (-2, -18))


def _parlour(pen: Pen, w: int, h: int) -> None:
    for x in range(14, w, 46):
        for y in range(20, 330, 52):
            pen.dot(x + (y // 52 % 2) * 23, y, 4, 6, tint(ROSE, 0.34))
    things.frame(pen.at(24, 60), 76, 92, ROSE)
    things.frame(pen.at(w - 92, 50), 64, 64, SAGE)
    pen.blob(
        [
            (-30, 330),
            (30, 286),
            (w / 2, 276),
            (w - 30, 286),
            (w + 30, 330),
            (w + 30, 520),
            (-30, 520),
        ],
        MOSS,
    )
    things.drawing(pen.at(w - 88, 140))


def _desk(pen: Pen, w: int, h: int) -> None:
    things.books(pen.at(20, 138), 190, [TERRACOTTA, CREAM, NAVY, SAGE, OCHRE, PLUM])
    things.window(pen.at(w - 190, 46), 144, 170, RAIN)
    pen.box(w - 220, 372, 220, 12, CLAY, 2)
    pen.box(w - 208, 384, 12, 100, tint(CLAY, -0.15))
    pen.box(20, 258, 150, 8, CLAY, 2)
    things.plant(pen.at(60, 258, 0.6), CREAM)
    things.router(pen.at(w - 96, 372), tint(TERRACOTTA, -0.2))


def _red_light(pen: Pen, t: float) -> None:
    if t % 1.5 < 0.75:
        pen.dot(566, 357, 10, 10, "#EBA08A")
        pen.dot(566, 357, 5.5, 5.5, "#D8371F")


def _sofa(pen: Pen, w: int, h: int) -> None:
    things.frame(pen.at(40, 48), 120, 90, TERRACOTTA, INK)
    pen.box(16, 246, 190, 10, CLAY, 2)
    pen.box(30, 256, 10, 40, CLAY)
    pen.box(180, 256, 10, 40, CLAY)
    things.router(pen.at(104, 246, 1.2), "#7FA36B")
    things.lamp(pen.at(w - 80, 262), OCHRE, tint(OCHRE, 0.62))
    pen.box(w - 130, 262, 130, 10, CLAY, 2)
    pen.blob(
        [(-20, 350), (20, 300), (w / 2, 292), (w - 20, 300), (w + 20, 350), (w, 540), (-20, 540)],
        SLATE,
    )


def _sleeping_cat(pen: Pen, t: float) -> None:
    things.cat(pen.at(108, 216 + wave(t, 3.4) * 0.6, 1.15), "#C98B4E", wave(t, 2.2))


def _evening(pen: Pen, w: int, h: int) -> None:
    things.window(pen.at(42, 54), 120, 150, NIGHT)
    pen.dot(128, 88, 13, 13, CREAM)
    pen.dot(134, 84, 11, 11, NIGHT)
    things.curtain(pen.at(8, 40), 40, 200, PLUM)
    things.books(pen.at(w - 122, 128), 118, [OCHRE, TERRACOTTA, CREAM, SLATE])
    things.lamp(pen.at(w - 58, 300), TERRACOTTA, tint(OCHRE, 0.5))
    pen.box(w - 106, 300, 110, 10, CLAY, 2)


def _table(pen: Pen, w: int, h: int) -> None:
    things.window(pen.at(w - 196, 48), 150, 170, DUSK)
    things.curtain(pen.at(w - 222, 34), 38, 220, TERRACOTTA)
    things.plant(pen.at(76, 300), OCHRE)
    pen.box(10, 300, 140, 10, CLAY, 2)
    things.frame(pen.at(34, 60), 62, 76, SLATE)
    things.frame(pen.at(110, 76), 46, 56, ROSE)


def _office(pen: Pen, w: int, h: int) -> None:
    pen.box(18, 70, 96, 120, CREAM, 2)
    for i, c in enumerate([OCHRE, ROSE, SAGE, SLATE, TERRACOTTA, OCHRE]):
        pen.box(26 + i % 2 * 44, 80 + i // 2 * 36, 36, 28, tint(c, 0.25))
    things.books(pen.at(w - 108, 150), 112, [NAVY, CREAM, OCHRE, SAGE, TERRACOTTA])
    things.books(pen.at(w - 108, 244), 112, [SAGE, PLUM, CREAM, SLATE])
    things.plant(pen.at(48, 330, 0.8), SLATE)
    pen.box(0, 330, 96, 9, CLAY, 2)


def _garden_door(pen: Pen, w: int, h: int) -> None:
    pen.box(36, 40, 180, h, CREAM, 3)
    pen.box(48, 52, 156, h, "#D8E2CC")
    pen.blob([(48, 300), (90, 250), (140, 280), (204, 240), (204, 480), (48, 480)], SAGE)
    pen.blob([(48, 380), (110, 340), (204, 370), (204, 500), (48, 500)], MOSS)
    pen.box(122, 52, 8, h, CREAM)
    pen.dot(140, 260, 6, 6, CLAY)
    things.books(pen.at(w - 176, 120), 150, [TERRACOTTA, SAGE, CREAM, OCHRE])
    things.lamp(pen.at(w - 70, 330), ROSE, tint(ROSE, 0.5))
    pen.box(w - 140, 330, 150, 10, CLAY, 2)


def _dim_hall(pen: Pen, w: int, h: int) -> None:
    pen.box(0, 300, w, h, tint(SAGE, -0.12))
    pen.box(0, 294, w, 8, tint(CREAM, -0.1))
    things.phone(pen.at(46, 104, 1.1))
    things.frame(pen.at(w - 96, 84), 70, 88, SLATE)
    things.frame(pen.at(w - 84, 196), 46, 56, ROSE)


def _letters(pen: Pen, w: int, h: int) -> None:
    things.window(pen.at(44, 50), 150, 190, RAIN)
    things.books(pen.at(w - 186, 116), 160, [PLUM, CREAM, SLATE, CLAY, SAGE])
    pen.box(w - 210, 330, 230, 10, CLAY, 2)
    for i, tilt in enumerate((-4, 3, -2, 5)):
        y = 318 - i * 13
        left, right = [(w - 166, y + tilt), (w - 164, y + 11 + tilt)], [(w - 68, y + 11 - tilt)]
        pen.poly([*left, *right, (w - 70, y - tilt)], tint(CREAM, -0.03 - 0.05 * (i % 2)))
    things.frame(pen.at(w - 150, 176), 62, 72, NAVY)


def _falling_rain(pen: Pen, t: float) -> None:
    for i in range(9):
        x, y = 52 + (i * 53) % 134, 56 + (t * 46 + i * 41) % 160
        pen.line([(x, y), (x - 2, y + 12)], "#E4EBEB", 2)


ROOMS = {
    "soup": Room("#E9D3B4", _kitchen, _steam),
    "third-floor": Room("#DCCDB2", _landing),
    "eight-to-six": Room("#E6C8B4", _hallway),
    "grandson": Room("#DDA99A", _parlour),
    "red-light": Room("#D9D3C3", _desk, _red_light),
    "the-cat": Room("#E7D6B8", _sofa, _sleeping_cat),
    "two-films": Room("#C9A893", _evening),
    "sunday-dinner": Room("#EBD9BC", _table),
    "three-answers": Room("#D3CDB8", _office),
    "hard-week": Room(PAPER, _garden_door),
    "the-alarm": Room("#B9BEA9", _dim_hall),
    "my-father": Room("#CFC5B8", _letters, _falling_rain),
}
