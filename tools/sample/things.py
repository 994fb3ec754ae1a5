"""Things that stand in the rooms. Each is drawn from its own top left or foot, in film pixels."""

from __future__ import annotations

from tools.sample.brush import (
    CLAY,
    CREAM,
    INK,
    MOSS,
    NAVY,
    OCHRE,
    SAGE,
    SLATE,
    TERRACOTTA,
    Pen,
    tint,
)


def window(pen: Pen, w: float, h: float, sky: str, frame: str = CREAM) -> None:
    pen.box(-7, -7, w + 14, h + 14, frame, 4)
    pen.box(0, 0, w, h, sky)
    pen.poly([(w * 0.1, h), (w * 0.55, 0), (w * 0.78, 0), (w * 0.33, h)], tint(sky, 0.3))
    pen.box(w / 2 - 3, 0, 6, h, frame)
    pen.box(0, h * 0.45 - 3, w, 6, frame)
    pen.box(-14, h + 6, w + 28, 9, tint(frame, -0.08), 3)


def curtain(pen: Pen, w: float, h: float, colour: str) -> None:
    right = [(w * (0.94 + 0.12 * (i / 9) ** 2), h * i / 9) for i in range(10)]
    pen.poly([(0, 0), *right, (0, h)], colour)
    pen.line([(-8, 0), (w * 6 - 8, 0)], CLAY, 5)
    pen.dot(-10, 0, 6, 6, CLAY)
    for k in (0.3, 0.6):
        pen.line(
            [(w * k, 8), (w * k - 3, h * 0.5), (w * k + 2, h - 10)], tint(colour, -0.14), 2.5, 0.7
        )


def plant(pen: Pen, pot: str = TERRACOTTA, leaf: str = MOSS) -> None:
    """Stands on (0, 0)."""
    for bend, high in [(-44, -84), (-22, -112), (4, -124), (28, -106), (46, -78)]:
        pen.line([(0, -34), (bend * 0.4, high * 0.6), (bend, high)], leaf, 2.5)
        blade = [(0.5, 0.58), (1.25, 0.8), (1, 1 - 12 / high), (0.6, 0.85)]
        pen.blob([(bend * x, high * y) for x, y in blade], tint(leaf, 0.12 if bend > 0 else -0.05))
    pen.poly([(-24, -40), (24, -40), (18, 0), (-18, 0)], pot)
    pen.box(-27, -46, 54, 11, tint(pot, -0.12), 2)


def frame(pen: Pen, w: float, h: float, art: str, rim: str = CLAY) -> None:
    pen.box(0, 0, w, h, rim, 2)
    pen.box(5, 5, w - 10, h - 10, CREAM)
    pen.blob(
        [(w * 0.2, h * 0.8), (w * 0.3, h * 0.45), (w * 0.55, h * 0.55), (w * 0.8, h * 0.8)], art
    )
    pen.dot(w * 0.66, h * 0.34, w * 0.1, w * 0.1, OCHRE)


def books(pen: Pen, w: float, colours: list[str]) -> None:
    """A shelf board whose top is at y = 0, with books on it."""
    x = 6.0
    for i in range(60):
        thick, high = 9 + (i * 7) % 8, 44 + (i * 13) % 22
        if x + thick > w - 8:
            break
        colour = colours[i % len(colours)]
        if (i * 5) % 11 == 7:
            pen.poly([(x + 10, -high), (x + 10 + thick, -high + 4), (x + thick, 0), (x, 0)], colour)
            x += thick + 12
            continue
        pen.box(x, -high, thick, high, colour, 1)
        pen.box(x, -high + 9, thick, 3, tint(colour, 0.35))
        x += thick + 2
    pen.box(0, 0, w, 8, CLAY, 2)


def router(pen: Pen, light: str) -> None:
    """Stands on (0, 0)."""
    pen.line([(-24, -20), (-30, -58)], INK, 4)
    pen.line([(24, -20), (30, -58)], INK, 4)
    pen.box(-44, -26, 88, 26, CREAM, 7)
    pen.box(-44, -7, 88, 7, tint(CREAM, -0.14), 3)
    for i in range(3):
        pen.dot(-24 + i * 13, -15, 3, 3, tint(CREAM, -0.3))
    pen.dot(22, -15, 5, 5, light)


def cat(pen: Pen, fur: str, sway: float) -> None:
    """Asleep on (0, 0); `sway` −1..1 moves the tail."""
    pen.line(
        [(46, -14), (74, -8), (84 + sway * 6, 16), (74 + sway * 15, 38)], tint(fur, -0.12), 12, 0.35
    )
    pen.blob([(-58, 0), (-54, -30), (-20, -50), (28, -46), (58, -22), (58, 0)], fur)
    pen.dot(-40, -24, 25, 22, tint(fur, 0.08))
    for x in (-56, -26):
        pen.poly([(x - 8, -36), (x + 2, -58), (x + 11, -38)], tint(fur, 0.08))
    for x in (-50, -32):
        pen.line([(x - 5, -25), (x, -21), (x + 5, -25)], INK, 2.2)
    pen.dot(-41, -15, 3, 2, "#B4655A")
    for x in (4, 22, 38):
        pen.line([(x, -44), (x + 6, -32)], tint(fur, -0.22), 4, 0.6)


def parcel(pen: Pen, w: float, h: float) -> None:
    pen.box(0, 0, w, h, "#C79F73", 2)
    pen.poly([(0, 0), (12, -14), (w + 12, -14), (w, 0)], "#D9B58C")
    pen.poly([(w, 0), (w + 12, -14), (w + 12, h - 14), (w, h)], "#AD8459")
    pen.box(w * 0.42, 0, w * 0.16, h, "#E3C9A5")
    pen.box(w * 0.66, h * 0.56, w * 0.26, h * 0.24, CREAM)


def lamp(pen: Pen, shade: str, glow: str) -> None:
    """Stands on (0, 0)."""
    pen.dot(0, -92, 74, 70, glow)
    pen.line([(0, 0), (0, -80)], CLAY, 5)
    pen.dot(0, 0, 22, 5, CLAY)
    pen.poly([(-22, -122), (22, -122), (40, -70), (-40, -70)], shade)


def stove(pen: Pen) -> None:
    """A pan of soup whose rim is at (0, 0)."""
    pen.box(-70, 52, 140, 9, INK, 3)
    pen.box(-52, 4, 104, 50, SLATE, 8)
    pen.box(-58, -2, 116, 10, tint(SLATE, -0.2), 4)
    pen.line([(56, 14), (96, 8)], INK, 8)
    pen.line([(20, -2), (44, -52)], CLAY, 5)


def coats(pen: Pen) -> None:
    """A rail from (0, 0) with a coat, a scarf and a bag."""
    pen.box(0, 0, 150, 11, CLAY, 3)
    pen.blob(
        [
            (22, 12),
            (36, 12),
            (54, 30),
            (60, 110),
            (66, 200),
            (30, 206),
            (-8, 200),
            (-2, 110),
            (4, 30),
        ],
        NAVY,
    )
    pen.poly([(20, 10), (29, 44), (38, 10)], tint(NAVY, 0.25))
    pen.line([(29, 44), (31, 200)], tint(NAVY, -0.3), 2.5)
    pen.line([(84, 10), (80, 80), (86, 150)], OCHRE, 14)
    pen.line([(92, 10), (96, 70), (94, 118)], tint(OCHRE, -0.1), 14)
    pen.line([(128, 8), (116, 60), (122, 66)], INK, 2.5)
    pen.line([(128, 8), (142, 60), (138, 66)], INK, 2.5)
    pen.box(106, 62, 46, 52, SAGE, 8)


def phone(pen: Pen) -> None:
    """An old wall telephone from its top left."""
    pen.box(0, 0, 54, 84, TERRACOTTA, 8)
    pen.box(-7, -6, 68, 20, tint(TERRACOTTA, -0.22), 9)
    pen.dot(27, 48, 18, 18, CREAM)
    pen.dot(27, 48, 7, 7, tint(CREAM, -0.25))
    pen.line([(4, 14), (-10, 60), (4, 106), (-6, 140), (8, 170)], tint(TERRACOTTA, -0.3), 3)


def clock(pen: Pen, hour_hand: tuple[float, float], minute_hand: tuple[float, float]) -> None:
    pen.dot(0, 0, 30, 30, CLAY)
    pen.dot(0, 0, 25, 25, CREAM)
    pen.line([(0, 0), hour_hand], INK, 3.5)
    pen.line([(0, 0), minute_hand], INK, 2.5)


def drawing(pen: Pen) -> None:
    """A child's drawing, pinned up."""
    pen.poly([(0, 0), (64, -4), (66, 80), (2, 82)], CREAM)
    pen.dot(46, 18, 9, 9, OCHRE)
    pen.poly([(14, 66), (14, 44), (26, 32), (38, 44), (38, 66)], TERRACOTTA)
    for x in (46, 56):
        pen.line([(x, 48), (x, 66)], SLATE, 3)
        pen.dot(x, 43, 4.5, 4.5, SLATE)
    pen.dot(32, 2, 4, 4, TERRACOTTA)
