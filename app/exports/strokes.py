"""Smooth lines, areas and words on a picture. Points are `(n, 2)` arrays of x and y in pixels of the picture."""

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from app.decision.palette import Rgb

Points = NDArray[np.float64]

_FINE = 3
"""Lines are drawn this many times as large and made small again, which smooths their edges."""
_HALO = 0.55
"""How dark the rim is that keeps lines and words in sight on bright tissue."""


def font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The font that comes with Pillow, so that pictures are the same everywhere."""
    return ImageFont.load_default(size)


def stroke(
    picture: Image.Image, lines: Iterable[Points], colour: Rgb, width: float, *, dash: float = 0, rim: float = 1
) -> None:
    """Draw lines in place, `width` pixels wide, over a dark rim `rim` pixels wide; dashed with `dash` above 0."""
    lines = [line for line in lines if len(line) > 1]
    if not lines:
        return
    corner = np.floor(np.min([line.min(axis=0) for line in lines], axis=0) - width - rim - 1).astype(int)
    far = np.ceil(np.max([line.max(axis=0) for line in lines], axis=0) + width + rim + 2).astype(int)
    shifted = [line - corner for line in lines]
    size = int(far[0] - corner[0]), int(far[1] - corner[1])
    at = int(corner[0]), int(corner[1])
    dark = _coverage(size, shifted, width + 2 * rim).point(lambda value: round(value * _HALO))
    picture.paste((0, 0, 0), at, dark)
    drawn = [piece for line in shifted for piece in dashes(line, dash)] if dash else shifted
    picture.paste(colour, at, _coverage(size, drawn, width))


def _coverage(size: tuple[int, int], lines: Iterable[Points], width: float) -> Image.Image:
    """How much of each pixel the lines cover, 0 to 255."""
    large = Image.new("L", (size[0] * _FINE, size[1] * _FINE))
    pen = ImageDraw.Draw(large)
    for line in lines:
        pen.line([(x, y) for x, y in (line * _FINE).tolist()], 255, round(width * _FINE), "curve")
    return large.reduce(_FINE)


def dashes(line: Points, length: float) -> list[Points]:
    """A line as pieces of the given length with gaps of two thirds of it."""
    steps = np.hypot(*np.diff(line, axis=0).T)
    along = np.concatenate([[0.0], steps.cumsum()])
    pieces = []
    for start in np.arange(0, along[-1], length * 5 / 3).tolist():
        stop = min(start + length, float(along[-1]))
        inner = along[(along > start) & (along < stop)]
        places = np.concatenate([[start], inner, [stop]])
        pieces.append(np.stack([np.interp(places, along, line[:, axis]) for axis in range(2)], axis=1))
    return pieces


def write(
    picture: Image.Image, at: tuple[float, float], text: str, colour: Rgb, size: float, *, anchor: str = "lm"
) -> None:
    """Write one line of text in place with a dark rim; `anchor` as Pillow has it. It is kept inside the picture."""
    pen, face = ImageDraw.Draw(picture), font(size)
    rim = max(1, round(size / 9))
    left, top, right, bottom = pen.textbbox(at, text, face, anchor, stroke_width=rim)
    x = at[0] + max(0.0, 2 - left) - max(0.0, right + 2 - picture.width)
    y = at[1] + max(0.0, 2 - top) - max(0.0, bottom + 2 - picture.height)
    pen.text((x, y), text, colour, face, anchor, stroke_width=rim, stroke_fill=(0, 0, 0))


def fitting(text: str, width: float, size: float) -> str:
    """The text in one line, cut with an ellipsis where it would be wider than so many pixels."""
    face = font(size)
    line = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
    if face.getlength(line) <= width:
        return line
    kept = len(line)
    while kept and face.getlength(line[:kept] + "…") > width:
        kept = min(kept - 1, math.floor(kept * width / face.getlength(line[:kept] + "…")) + 1)
    return line[:kept] + "…"
