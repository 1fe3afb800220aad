"""Pictures one after another as an animated GIF."""

import io
from collections.abc import Iterable
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.decision.palette import Rgb

FRAME_MS = 90


def animated_gif(frames: Iterable[NDArray[np.uint8]], colours: list[Rgb]) -> bytes:
    """Frames `(rows, columns)` of numbers of colours, at most 256 of them, played for ever.

    Raises ValueError without a frame.
    """
    pictures = []
    for frame in frames:
        picture = Image.fromarray(frame, "P")
        picture.putpalette(list(chain.from_iterable(colours)))
        pictures.append(picture)
    if not pictures:
        raise ValueError("An animation has at least one frame. Received: none")
    packed = io.BytesIO()
    pictures[0].save(packed, "GIF", save_all=True, append_images=pictures[1:], duration=FRAME_MS, loop=0)
    return packed.getvalue()


def greys(count: int) -> list[Rgb]:
    """So many colours from black to white."""
    return [(grey, grey, grey) for grey in np.linspace(0, 255, count).astype(int).tolist()]
