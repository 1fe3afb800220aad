"""What the browser gets: a scan, and the levels of a segmentation, each packed into one blob of bytes.

A blob is the length of its header (unsigned 32-bit little-endian), the header (JSON, UTF-8), and one gzip stream.
Both kinds hold only a box of the volume: `box` is [[z, y, x] of its first voxel, [z, y, x] just past its last].
Outside its box a scan is black and the level is 0.
"""

import gzip
import json
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.evaluation.threshold_curve import level_histograms
from app.study import Study

WINDOW_PERCENTILES = (1.0, 99.5)
"""Of the voxels inside the head: what is drawn black, and what is drawn white."""
HEAD_SHARE = 0.05
"""A voxel is inside the head when it lies this far up from the lowest intensity to the 99.9th percentile."""
GZIP_LEVEL = 1


def pack_scan(study: Study) -> bytes:
    """The scan as grey values, every sequence in one blob, so that the browser switches them on its own.

    Each sequence is mapped from its window (see `grey_window`) to uint8 0 to 255, once for the whole volume.
    Header: `kind` "scan", `id` (the study's sha256), `shape`, `spacing` in mm (null without), `box`, `sequences`
    (their names, in channel order), `oriented` (whether the file says where left and right are).
    Stream: uint8 `(sequence, z, y, x)` of the box.
    """
    images = [study.images[sequence] for sequence in study.sequences]
    windows = [grey_window(image) for image in images]
    box = _bounding_box(np.any([image > low for image, (low, _) in zip(images, windows, strict=True)], axis=0))
    greys = [_to_grey(image[box], *window) for image, window in zip(images, windows, strict=True)]
    header = {
        "kind": "scan",
        "id": study.sha256,
        "shape": study.shape,
        "spacing": study.spacing,
        "box": _corners(box),
        "sequences": study.sequences,
        "oriented": study.source.affine is not None,
    }
    return _pack(header, *greys)


def pack_levels(levels: NDArray[np.uint8], study: Study, checkpoint_sha256: str, *, complete: bool) -> bytes:
    """The levels of a segmentation, whole or under way, with the counts behind every read-out.

    Header: `kind` "levels", `id` (the study's sha256), `checkpoint`, `complete`, `shape`, `box`, `voxel_ml` (null
    without spacing), `reference` (a checksum of the reference mask, null without one).
    Stream: uint32 little-endian `(z, 201)` counts of all voxels at or above each level; with a reference the same
    counts inside it; then uint8 `(z, y, x)` levels of the box. The counts are those of `level_histograms`.

    Args:
        levels: `(z, y, x)` on the study's grid, 0 to 200; a slice that is still to come is 0.
        complete: whether every slice has been segmented.

    Raises:
        ValueError: the levels do not have the study's shape, or exceed 200.
    """
    if levels.shape != study.shape:
        raise ValueError(f"Levels lie on the study's grid. Received: levels {levels.shape}, study {study.shape}")
    reference = np.broadcast_to(np.False_, study.shape) if study.reference is None else study.reference != 0
    inside, total = level_histograms(levels, reference)
    box = _bounding_box(levels > 0)
    header = {
        "kind": "levels",
        "id": study.sha256,
        "checkpoint": checkpoint_sha256,
        "complete": complete,
        "shape": study.shape,
        "box": _corners(box),
        "voxel_ml": study.voxel_ml,
        "reference": None if study.reference is None else zlib.crc32(np.packbits(reference).tobytes()),
    }
    counts = [total] if study.reference is None else [total, inside]
    return _pack(header, *(c.astype("<u4") for c in counts), levels[box])


def grey_window(image: NDArray[np.float32]) -> tuple[float, float]:
    """The intensities drawn black and white: the 1st and 99.5th percentile inside the head.

    Bias fields and vessels stay outside the window, so that tissue gets the whole range. Where the two coincide (a
    drawing of two values) the window is the image's whole range.
    """
    lowest = image.min()
    floor = lowest + HEAD_SHARE * (np.percentile(image, 99.9) - lowest)
    head = image[image > floor]
    low, high = np.percentile(head, WINDOW_PERCENTILES) if head.size else (lowest, lowest)
    return (float(low), float(high)) if low < high else (float(lowest), float(image.max()))


def _to_grey(image: NDArray[np.float32], low: float, high: float) -> NDArray[np.uint8]:
    grey = (image - np.float32(low)) * np.float32(255 / (high - low))
    return (grey.clip(0, 255) + np.float32(0.5)).astype(np.uint8)


def _bounding_box(inside: NDArray[np.bool_]) -> tuple[slice, slice, slice]:
    """The smallest box around the True voxels; empty without any."""
    sides = []
    for axis in range(3):
        hit = np.flatnonzero(inside.any(axis=tuple(a for a in range(3) if a != axis)))
        sides.append(slice(int(hit[0]), int(hit[-1]) + 1) if hit.size else slice(0, 0))
    z, y, x = sides
    return z, y, x


def _corners(box: tuple[slice, slice, slice]) -> list[list[int]]:
    return [[side.start for side in box], [side.stop for side in box]]


def _pack(header: dict[str, Any], *arrays: NDArray[Any]) -> bytes:
    text = json.dumps(header).encode()
    body = b"".join(array.tobytes() for array in arrays)
    return len(text).to_bytes(4, "little") + text + gzip.compress(body, GZIP_LEVEL, mtime=0)
