"""What the browser gets: a scan, the levels of a segmentation, and maps, each packed into one blob of bytes.

A blob is the length of its header (unsigned 32-bit little-endian), the header (JSON, UTF-8), and gzip streams.
Each kind holds only a box of the volume: `box` is [[z, y, x] of its first voxel, [z, y, x] just past its last].
Outside its box a scan is black, and levels and maps are 0.
"""

import gzip
import json
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.decision.window import head_floor, window_of
from app.evaluation.threshold_curve import level_histograms
from app.imaging import to_lps_mm
from app.study import CLASS_LABELS, LEVELS, Study
from app.viewer.intensities import Box, encode

GZIP_LEVEL = 1


def pack_scan(study: Study) -> bytes:
    """The scan, every sequence in one blob, so that the browser switches them and their windows on its own.

    Header: `kind` "scan", `id` (the study's sha256), `shape`, `spacing` in mm (null without), `box`, `sequences`
    (their names, in channel order), `oriented` (whether the file says where left and right are), `to_mm` (three rows of
    four: a voxel (z, y, x, 1) to mm towards left, back and head in the file's coordinates; null without), `windows`
    (for each sequence the intensities drawn black and white at first), `values` (for each sequence the intensity of
    each of the 256 codes), `packed_bytes` (the length of each sequence's stream).
    Streams, one a sequence: uint8 codes `(z, y, x)` of the box, see `intensities`.
    """
    images = [study.images[sequence] for sequence in study.sequences]
    with ThreadPoolExecutor() as pool:  # NumPy and zlib let go of the interpreter
        floors = list(pool.map(head_floor, images))
        windows = list(pool.map(window_of, images, floors))
        box = _bounding_box(np.any([image > floor for image, floor in zip(images, floors, strict=True)], axis=0))
        encoded = list(pool.map(lambda image, window: encode(image, box, window), images, windows))
        streams = list(pool.map(lambda codes: _gzip(codes[0]), encoded))
    to_mm = to_lps_mm(study.source)
    header = {
        "kind": "scan",
        "id": study.sha256,
        "shape": study.shape,
        "spacing": study.spacing,
        "box": _corners(box),
        "sequences": study.sequences,
        "oriented": study.source.affine is not None,
        "to_mm": None if to_mm is None else to_mm.tolist(),
        "windows": windows,
        "values": [values.tolist() for _, values in encoded],
        "packed_bytes": [len(stream) for stream in streams],
    }
    return _blob(header, *streams)


def pack_levels(
    levels: NDArray[np.uint8],
    study: Study,
    checkpoint_sha256: str,
    *,
    complete: bool,
    classes: NDArray[np.uint8] | None = None,
) -> bytes:
    """The levels of a segmentation, whole or under way, with the counts behind every read-out.

    Header: `kind` "levels", `id` (the study's sha256), `checkpoint`, `complete`, `shape`, `box` (of the levels and the
    reference), `voxel_ml` (null without spacing), `reference` (a checksum of the reference mask, null without one),
    `classes` (whether there are tumour classes).
    Stream: uint32 little-endian `(z, 201)` counts of all voxels at or above each level; with a reference the same
    counts inside it; with classes `(3, 201)` counts of the voxels of each; then uint8 `(z, y, x)` of the box: levels,
    classes (0 where the level is 0), labels of the reference. The counts are those of `level_histograms`.

    Args:
        levels: `(z, y, x)` on the study's grid, 0 to 200; a slice that is still to come is 0.
        complete: whether every slice has been segmented.
        classes: `(z, y, x)`, the likeliest tumour class as its BraTS label, as in `Probability`.

    Raises:
        ValueError: the levels do not have the study's shape, or exceed 200.
    """
    if levels.shape != study.shape:
        raise ValueError(f"Levels lie on the study's grid. Received: levels {levels.shape}, study {study.shape}")
    reference = np.broadcast_to(np.False_, study.shape) if study.reference is None else study.reference != 0
    inside, total = level_histograms(levels, reference)
    box = _bounding_box((levels > 0) | reference)
    header = {
        "kind": "levels",
        "id": study.sha256,
        "checkpoint": checkpoint_sha256,
        "complete": complete,
        "shape": study.shape,
        "box": _corners(box),
        "voxel_ml": study.voxel_ml,
        "reference": None if study.reference is None else zlib.crc32(np.packbits(reference).tobytes()),
        "classes": classes is not None,
    }
    counts, volumes = [total], [levels[box]]
    if study.reference is not None:
        counts.append(inside)
    if classes is not None:
        volumes.append(np.where(volumes[0] > 0, classes[box], np.uint8(0)))
        counts.append(class_counts(volumes[0], volumes[1]))
    if study.reference is not None:
        volumes.append(study.reference[box])
    return _blob(header, _gzip(*(c.astype("<u4") for c in counts), *volumes))


def pack_map(values: NDArray[np.uint8], study: Study, id: str) -> bytes:
    """A quantity to be drawn as heat over the scan: an uncertainty, an explanation.

    Header: `kind` "map", `id` (the study's sha256), `map` (the map's id), `shape`, `box`, `checksum` (of the values in
    the box).
    Stream: uint8 `(z, y, x)` of the box.

    Args:
        values: `(z, y, x)` on the study's grid, 0 (not drawn) to 200.
        study: which it is drawn on.
        id: of all that it was made from besides the study: the checkpoint, the method, its settings.

    Raises:
        ValueError: the values do not have the study's shape, or exceed 200.
    """
    if values.shape != study.shape:
        raise ValueError(f"A map lies on the study's grid. Received: map {values.shape}, study {study.shape}")
    if values.max(initial=0) > LEVELS:
        raise ValueError(f"A map's values go up to {LEVELS}. Received: {values.max()}")
    box = _bounding_box(values > 0)
    kept = values[box].tobytes()
    header = {
        "kind": "map",
        "id": study.sha256,
        "map": id,
        "shape": study.shape,
        "box": _corners(box),
        "checksum": zlib.crc32(kept),
    }
    return _blob(header, gzip.compress(kept, GZIP_LEVEL, mtime=0))


def class_counts(levels: NDArray[np.uint8], classes: NDArray[np.uint8]) -> NDArray[np.int64]:
    """`(3, 201)`: how many voxels of each tumour class (1, 2, 4) have each level or a higher one."""
    exact = [np.bincount(levels[classes == label], minlength=LEVELS + 1) for label in CLASS_LABELS]
    return np.cumsum(np.array(exact)[:, ::-1], axis=1)[:, ::-1]


def _bounding_box(inside: NDArray[np.bool_]) -> Box:
    """The smallest box around the True voxels; empty without any."""
    sides = []
    for axis in range(3):
        hit = np.flatnonzero(inside.any(axis=tuple(a for a in range(3) if a != axis)))
        sides.append(slice(int(hit[0]), int(hit[-1]) + 1) if hit.size else slice(0, 0))
    z, y, x = sides
    return z, y, x


def _corners(box: Box) -> list[list[int]]:
    return [[side.start for side in box], [side.stop for side in box]]


def _gzip(*arrays: NDArray[Any]) -> bytes:
    return gzip.compress(b"".join(array.tobytes() for array in arrays), GZIP_LEVEL, mtime=0)


def _blob(header: dict[str, Any], *streams: bytes) -> bytes:
    text = json.dumps(header).encode()
    return b"".join((len(text).to_bytes(4, "little"), text, *streams))
