"""A small picture of one slice and its reference, for a person to see that the two belong together."""

import base64

import cv2
import numpy as np
from numpy.typing import NDArray

from app.study import Sequence
from app.training.planes import Planes

COLOURS = {1: (230, 97, 60), 2: (64, 176, 166), 3: (255, 200, 60), 4: (255, 107, 87)}
"""Target to red, green and blue: core, oedema, enhancing, tumour of unknown class."""
_FILL = 0.3
_MARGIN = 6
"""Pixels around the head."""
_QUALITY = 75


def overlay(planes: Planes, row: int, size: int) -> str:
    """A slice, cut to the head, with its targets filled lightly and outlined; a JPEG of `size` x `size` as data URI."""
    image, target = _cut(planes.images[row, ..., _shown(planes)], planes.targets[row])
    low, high = float(image.min()), max(float(np.percentile(image, 99.5)), float(image.min()) + 1)
    grey = ((image.astype(np.float32) - low) / (high - low)).clip(0, 1) * 255
    picture = cv2.cvtColor(cv2.resize(grey, (size, size)).astype(np.uint8), cv2.COLOR_GRAY2BGR)
    labels = cv2.resize(target, (size, size), interpolation=cv2.INTER_NEAREST)
    for value, colour in COLOURS.items():
        region = (labels == value).astype(np.uint8)
        contours, _ = cv2.findContours(region, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        inside = region > 0
        picture[inside] = (picture[inside] * (1 - _FILL) + np.array(colour[::-1]) * _FILL).astype(np.uint8)
        cv2.drawContours(picture, contours, -1, colour[::-1], 1)
    packed = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1]
    return f"data:image/jpeg;base64,{base64.b64encode(packed.tobytes()).decode()}"


def _shown(planes: Planes) -> int:
    """FLAIR, which shows all of a glioma, or else T1ce, or else the first: which of the channels present."""
    present = [sequence for sequence, there in zip(Sequence, planes.present, strict=True) if there]
    return next((present.index(s) for s in (Sequence.FLAIR, Sequence.T1CE) if s in present), 0)


def _cut(image: NDArray[np.uint8], target: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The square around what is not black, of image and target."""
    low = int(image.min())
    rows, columns = np.nonzero((image > low + 0.1 * (int(image.max()) - low)) | (target > 0))
    side = min(len(image), max(int(np.ptp(rows)), int(np.ptp(columns))) + 2 * _MARGIN)
    top, left = (int(np.clip((int(a.min()) + int(a.max()) - side) // 2, 0, len(image) - side)) for a in (rows, columns))
    square = slice(top, top + side), slice(left, left + side)
    return image[square], target[square]
