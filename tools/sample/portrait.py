"""One drawn person: head, face and clothes, from a few choices."""

from __future__ import annotations

from dataclasses import dataclass

from tools.sample import hair
from tools.sample.brush import CREAM, INK, Pen, tint


@dataclass(frozen=True)
class Person:
    """How somebody looks. `mood`: smile, flat, down, cross. `turn`: −1 (left) to 1 (right)."""

    skin: str
    hair: str
    hair_colour: str
    top: str
    top_colour: str
    mood: str
    turn: float = 0.5
    glasses: str | None = None
    beard: str | None = None
    wrinkles: bool = False
    earrings: str | None = None
    width: float = 1.0


def paint_hair_back(pen: Pen, who: Person) -> None:
    hair.STYLES[who.hair][0](pen, who.hair_colour)


def paint_body(pen: Pen, who: Person) -> None:
    """Neck and clothes, in the head's coordinates; runs off the sheet below."""
    dark = tint(who.top_colour, -0.2)
    pen.blob(
        [(-25, 50), (-26, 104), (-42, 120), (0, 150), (42, 120), (26, 104), (25, 50)], who.skin
    )
    pen.blob([(-25, 66), (0, 88), (25, 64), (25, 92), (4, 104), (-25, 88)], tint(who.skin, -0.2))
    pen.blob([(-34, 112), (-96, 130), (-134, 164), (-150, 240), (-154, 420), (154, 420), (150, 240),
              (134, 164), (96, 130), (34, 112), (18, 130), (0, 136), (-18, 130)],
             who.top_colour)  # fmt: skip
    pen.line([(-104, 420), (-100, 280), (-92, 214)], dark, 3.5, taper=0.8)
    pen.line([(104, 420), (100, 280), (92, 214)], dark, 3.5, taper=0.8)
    _TOPS[who.top](pen, who.top_colour)


def paint_head(pen: Pen, who: Person, mouth: int, lids: int) -> None:
    """`mouth` 0 (closed) to 4 (wide); `lids` 0 (open), 1 (half) or 2 (closed)."""
    w, shade = who.width, tint(who.skin, -0.16)
    for side in (-1, 1):
        pen.dot(side * 58 * w, 8, 11, 16, who.skin)
        pen.line(
            [(side * 57 * w, 0), (side * 61 * w, 8), (side * 57 * w, 15)], shade, 2.4, taper=0.7
        )
        if who.earrings:
            pen.dot(side * 60 * w, 29, 4.5, 6, who.earrings)
    pen.blob([(0, -78), (42 * w, -64), (58 * w, -22), (56 * w, 18), (42 * w, 56), (16 * w, 77),
              (-16 * w, 77), (-42 * w, 56), (-56 * w, 18), (-58 * w, -22), (-42 * w, -64)],
             who.skin)  # fmt: skip
    dx = who.turn * 7
    for side in (-1, 1):
        pen.dot(side * 33 * w + dx, 26, 12, 8, tint_rose(who.skin))
    if who.beard:
        _beard(pen, who)
    _eyes(pen.at(dx, 0), who, lids)
    _nose(pen.at(dx * 1.5, 0), who)
    _mouth(pen.at(dx * 1.2, 46), who, mouth)
    if who.wrinkles:
        _wrinkles(pen.at(dx, 0), shade, bearded=who.beard is not None)
    hair.STYLES[who.hair][1](pen, who.hair_colour)
    if who.glasses:
        _glasses(pen.at(dx, 0), who.glasses)


def tint_rose(skin: str) -> str:
    """The skin with warmth in it, for cheeks."""
    r, g, b = (int(skin[i : i + 2], 16) for i in (1, 3, 5))
    depth = (r + g + b) / 765
    return f"#{min(255, r + 8):02X}{round(g - 24 * depth):02X}{round(b - 18 * depth):02X}"


def _eyes(pen: Pen, who: Person, lids: int) -> None:
    inner, outer = {
        "smile": (-27, -25),
        "flat": (-26, -24),
        "down": (-32, -22),
        "cross": (-19, -28),
    }[who.mood]
    brow = tint(who.hair_colour, -0.3) if who.hair not in ("scarf", "beanie") else "#3A2C25"
    for side in (-1, 1):
        x = side * 23
        pen.line(
            [(side * 11, inner), (x, min(inner, outer) - 4), (side * 36, outer)], brow, 5, taper=0.6
        )
        if lids == 2:
            pen.line([(x - 9, 1), (x, 4), (x + 9, 1)], INK, 3, taper=0.5)
            continue
        pen.dot(x, 0, 10, 7.5 if lids == 0 else 4, CREAM)
        pen.dot(x + who.turn * 2, 0.5, 5.6, 6.6 if lids == 0 else 3.6, INK)
        if lids == 0:
            pen.dot(x + who.turn * 2 + 2, -2, 1.7, 1.7, CREAM)
        lid = (
            {"smile": -4.4, "flat": -3.6, "down": -3.8, "cross": -4.2}[who.mood]
            if lids == 0
            else -1
        )
        pen.blob([(x - 14, 0), (x - 8, lid - 0.5), (x, lid - 1.4), (x + 8, lid - 0.5), (x + 14, 0),
                  (x + 10, -13), (x - 10, -13)], who.skin)  # fmt: skip
        pen.line([(x - 11, lid + 4), (x - 6, lid), (x, lid - 1.4), (x + 6, lid), (x + 11, lid + 4)],
                 INK, 3.2, taper=0.6)  # fmt: skip
        if who.mood == "smile":
            pen.line([(x - 8, 10), (x, 11.5), (x + 8, 10)], tint(who.skin, -0.14), 2, taper=0.8)


def _nose(pen: Pen, who: Person) -> None:
    side = 1 if who.turn >= 0 else -1
    shade = tint(who.skin, -0.26)
    pen.line(
        [(side * 1, 2), (side * 8, 20), (side * 6, 27), (-side * 5, 28)], shade, 3.2, taper=0.75
    )


def _mouth(pen: Pen, who: Person, level: int) -> None:
    bend = {"smile": -5, "flat": 0, "down": 5, "cross": 4}[who.mood]
    lip = "#7A3B33"
    if level == 0:
        pen.line([(-18, bend), (0, -bend * 0.7), (18, bend)], lip, 3.6, taper=0.6)
        return
    wide, deep = (0, 16, 18, 19, 20)[level], (0, 4, 7, 10.5, 14)[level]
    rim = [(-wide, bend * 0.6), (0, -deep * 0.55), (wide, bend * 0.6), (wide * 0.6, deep * 0.8),
           (0, deep), (-wide * 0.6, deep * 0.8)]  # fmt: skip
    pen.blob([(x * 1.14, y * 1.2) for x, y in rim], lip)
    pen.blob(rim, "#4A1F1E")
    if level >= 2:
        pen.blob(
            [
                (-wide * 0.7, -deep * 0.2),
                (0, -deep * 0.5),
                (wide * 0.7, -deep * 0.2),
                (0, -deep * 0.05),
            ],
            CREAM,
        )
    if level >= 3:
        pen.dot(0, deep * 0.66, wide * 0.5, deep * 0.26, "#C26B60")


def _beard(pen: Pen, who: Person) -> None:
    colour, w = who.beard or who.hair_colour, who.width
    pen.blob([(-58 * w, 0), (-52 * w, 26), (-30, 34), (0, 27), (30, 34), (52 * w, 26), (58 * w, 0),
              (56 * w, 42), (40 * w, 76), (0, 94), (-40 * w, 76), (-56 * w, 42)],
             colour)  # fmt: skip
    pen.dot(who.turn * 8.4, 47, 21, 8.5, tint(who.skin, -0.05))


def _wrinkles(pen: Pen, shade: str, *, bearded: bool) -> None:
    for side in (-1, 1):
        pen.line([(side * 40, -4), (side * 46, -7)], shade, 1.8)
        pen.line([(side * 40, 2), (side * 47, 2)], shade, 1.8)
        if not bearded:
            pen.line([(side * 19, 30), (side * 27, 42), (side * 26, 52)], shade, 2.2, taper=0.8)
        pen.line([(side * 16, 11), (side * 24, 14), (side * 32, 11)], shade, 1.8, taper=0.8)
    pen.line([(-20, -44), (0, -47), (20, -44)], shade, 1.8, taper=0.9)


def _glasses(pen: Pen, colour: str) -> None:
    for side in (-1, 1):
        pen.ring(side * 23, 2, 18, 16, colour, 3)
        pen.line([(side * 41, 0), (side * 56, -4)], colour, 3)
    pen.line([(-6, 0), (0, -3), (6, 0)], colour, 3)


def _crew(pen: Pen, colour: str) -> None:
    pen.line([(-36, 113), (-18, 134), (0, 140), (18, 134), (36, 113)], tint(colour, -0.22), 7)


def _stripes(pen: Pen, colour: str) -> None:
    for y in range(176, 400, 34):
        half = 133 if y < 200 else 144
        pen.line([(-half, y - 8), (-half / 2, y), (0, y + 3), (half / 2, y), (half, y - 8)],
                 tint(colour, 0.7), 9)  # fmt: skip
    _crew(pen, colour)


def _collar(pen: Pen, colour: str) -> None:
    light = tint(colour, 0.3)
    for side in (-1, 1):
        pen.poly([(side * 30, 102), (side * 2, 140), (side * 26, 168), (side * 56, 122)], light)
    pen.line([(0, 146), (1, 280), (0, 420)], tint(colour, -0.25), 2.5)
    for y in (180, 230, 280):
        pen.dot(8, y, 4, 4, tint(colour, -0.35))


def _cardigan(pen: Pen, colour: str) -> None:
    pen.poly([(-34, 114), (0, 136), (34, 114), (14, 300), (0, 420), (-14, 300)], CREAM)
    for side in (-1, 1):
        pen.line([(side * 38, 112), (side * 24, 200), (side * 12, 420)], tint(colour, -0.25), 8)
    for y in (230, 275):
        pen.dot(22, y, 5, 5, tint(colour, -0.45))


def _hoodie(pen: Pen, colour: str) -> None:
    dark = tint(colour, -0.22)
    pen.blob([(-30, 96), (-70, 118), (-62, 148), (-20, 140), (0, 150), (20, 140), (62, 148),
              (70, 118), (30, 96), (24, 122), (0, 134), (-24, 122)], dark)  # fmt: skip
    pen.line([(-22, 146), (-26, 190), (-24, 214)], CREAM, 4)
    pen.line([(22, 146), (26, 180), (25, 206)], CREAM, 4)


def _roll(pen: Pen, colour: str) -> None:
    pen.blob([(-32, 82), (0, 96), (32, 82), (40, 124), (0, 142), (-40, 124)], tint(colour, 0.1))
    pen.line([(-34, 104), (0, 120), (34, 104)], tint(colour, -0.2), 3, taper=0.6)


def _apron(pen: Pen, colour: str) -> None:
    _crew(pen, colour)
    for side in (-1, 1):
        pen.line([(side * 44, 116), (side * 58, 206)], CREAM, 11)
    pen.poly([(-72, 204), (72, 204), (100, 420), (-100, 420)], CREAM)
    pen.box(-34, 262, 68, 60, tint(CREAM, -0.1), 6)


_TOPS = {
    "crew": _crew, "stripes": _stripes, "collar": _collar, "cardigan": _cardigan,
    "hoodie": _hoodie, "roll": _roll, "apron": _apron,
}  # fmt: skip
