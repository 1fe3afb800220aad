"""Outlines on a scan, as PNG and GIF: the reference in green, the prediction in red.

The green line runs just outside the reference's edge, the red one just inside the prediction's, so that both are seen
where they agree.
"""

import io
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from app.decision import palette
from app.decision.palette import rgb
from app.evaluation.box import bounding_box
from app.exports.animation import animated_gif, greys

GREEN, RED, WHITE = rgb(palette.REFERENCE), rgb(palette.TUMOUR), (235, 235, 235)
WINDOW_PERCENTILES = (1.0, 99.5)
"""Of the voxels above the darkest: what is drawn black, and what is drawn white."""
HEAD_GREY = 25
"""Grey value above which a voxel keeps its row and column in the picture."""
MARGIN = 6
"""Voxels around the head that are drawn too."""
PICTURE_SIZE, ANIMATION_SIZE = 480, 320
"""Pixels that the longer side of a slice is enlarged to, at least."""
_SAMPLED = 7
"""Every how many-th voxel the window is measured on."""
_GREYS = 126
"""Of the 128 colours of an animation; the others are the two outlines."""


@dataclass(frozen=True, eq=False)
class Outlined:
    """A volume made ready for drawing, cropped to the rows and columns of the head."""

    grey: NDArray[np.uint8]
    """`(z, y, x)`, 0 black to 255 white."""
    reference: NDArray[np.bool_]
    """`(z, y, x)`."""
    prediction: NDArray[np.bool_]
    """`(z, y, x)`."""

    @property
    def fullest_slice(self) -> int:
        """The slice with most of the reference; without a reference, with most of the prediction."""
        mask = self.reference if self.reference.any() else self.prediction
        return int(np.argmax(np.count_nonzero(mask, axis=(1, 2))))


def outlined(volume: NDArray[np.float32], reference: NDArray[np.bool_], prediction: NDArray[np.bool_]) -> Outlined:
    """Make a volume ready for drawing.

    Args:
        volume: `(z, y, x)`, intensities of one sequence, not constant.
        reference: `(z, y, x)`.
        prediction: `(z, y, x)`.
    """
    low, high = np.percentile(volume[volume > volume.min()][::_SAMPLED], WINDOW_PERCENTILES).astype(np.float32)
    if low == high:  # a drawing of two values
        low = volume.min()
    grey = np.clip((volume - low) * (255 / (high - low)), 0, 255).astype(np.uint8)
    _, rows, columns = bounding_box((grey > HEAD_GREY) | reference | prediction, MARGIN)
    return Outlined(grey[:, rows, columns], reference[:, rows, columns], prediction[:, rows, columns])


def overlay_png(volume: Outlined, caption: str) -> bytes:
    """The slice with most of the reference, plain on the left and outlined on the right, over a caption."""
    index = volume.fullest_slice
    scale = _scale(volume, PICTURE_SIZE)
    grey, green, red = _enlarged(volume, index, scale)
    plain = np.repeat(grey[..., None], 3, axis=-1)
    drawn = plain.copy()
    drawn[green], drawn[red] = GREEN, RED
    panels = np.concatenate([plain, np.zeros((len(plain), 8, 3), np.uint8), drawn], axis=1)
    picture = Image.new("RGB", (panels.shape[1], panels.shape[0] + 64))
    picture.paste(Image.fromarray(panels))
    text, font = ImageDraw.Draw(picture), ImageFont.load_default(18)
    left, top = 12, panels.shape[0] + 8
    text.text((left, top), f"{caption}, slice {index + 1} of {len(volume.grey)}", WHITE, font)
    text.text((left, top + 26), "reference", GREEN, font)
    text.text((left + 100, top + 26), "prediction", RED, font)
    packed = io.BytesIO()
    picture.save(packed, "PNG", optimize=True)
    return packed.getvalue()


def volume_gif(volume: Outlined) -> bytes:
    """All slices that show some of the head, from the first to the last, outlined; played for ever."""
    return animated_gif(_frames(volume), [*greys(_GREYS), GREEN, RED])


def _frames(volume: Outlined) -> Iterator[NDArray[np.uint8]]:
    scale = _scale(volume, ANIMATION_SIZE)
    for index in np.flatnonzero((volume.grey > HEAD_GREY).any(axis=(1, 2))):
        grey, green, red = _enlarged(volume, int(index), scale)
        colours = (grey.astype(np.uint16) * (_GREYS - 1) // 255).astype(np.uint8)
        colours[green], colours[red] = _GREYS, _GREYS + 1
        yield colours


def _scale(volume: Outlined, size: int) -> int:
    return math.ceil(size / int(max(volume.grey.shape[1:])))


def _enlarged(
    volume: Outlined, index: int, scale: int
) -> tuple[NDArray[np.uint8], NDArray[np.bool_], NDArray[np.bool_]]:
    """A slice `scale` times as large: its greys, the reference's outer edge and the prediction's inner edge."""
    rows, columns = volume.grey.shape[1:]
    grey = Image.fromarray(volume.grey[index]).resize((columns * scale, rows * scale), Image.Resampling.BICUBIC)
    reference, prediction = (
        mask[index].repeat(scale, axis=0).repeat(scale, axis=1) for mask in (volume.reference, volume.prediction)
    )
    return (
        np.asarray(grey),
        ndimage.binary_dilation(reference) & ~reference,
        prediction & ~ndimage.binary_erosion(prediction, border_value=1),
    )
