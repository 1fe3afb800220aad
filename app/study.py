"""What flows through Gliolens: a study goes in, a probability comes out.

A volume is `(z, y, x)` in LPS: z runs to the head, y to the back, x to the patient's left. Drawn with row = y and
column = x, a slice is the radiological view. A single picture is a volume of one slice.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

LEVELS = 200
"""A probability p is kept as the level floor(p * LEVELS), so that level >= k means exactly p >= k / LEVELS."""

CLASS_LABELS = (1, 2, 4)
"""BraTS labels of the tumour classes: necrotic core, oedema, enhancing."""


class Sequence(StrEnum):
    """The MRI sequences that the network knows, in the order of its input channels."""

    FLAIR = "FLAIR"
    T1 = "T1"
    T1CE = "T1ce"
    T2 = "T2"


@dataclass(frozen=True)
class DicomPlane:
    """One plane of a DICOM scan: what refers to it, and where it lies."""

    sop_class: str
    instance: str
    """SOP class and SOP instance UIDs, as the file has them."""
    frame: int | None
    """Counted from 1, of a file with several frames; None of a file with one."""
    position: tuple[float, float, float]
    """The middle of its first pixel, in mm towards left, back and head."""


@dataclass(frozen=True, eq=False)
class DicomSource:
    """What a DICOM object made from a scan repeats of the scan's own headers."""

    header: str = field(repr=False)
    """Patient, study, series and frame of reference, in the DICOM JSON Model (PS3.18 annex F); as the first file has
    them, nothing of it checked. Shown and logged nowhere."""
    planes: tuple[DicomPlane | None, ...]
    """One for each place along the third axis of the source; None where the slice is missing."""


@dataclass(frozen=True, eq=False)
class Source:
    """The grid of the files that a study came from: all that is needed to write a mask back onto it."""

    kind: Literal["volume", "picture"]
    """A volume lies somewhere in space (NIfTI, DICOM, NRRD, MetaImage, MGH); a picture has rows and columns alone."""
    shape: tuple[int, ...]
    """Voxels of one image in file order: `(i, j, k)` for a volume, `(rows, columns)` for a picture,
    `(slices, rows, columns)` for a stack of pictures."""
    affine: NDArray[np.float64] | None = None
    """`(4, 4)`, file voxel to RAS mm as NIfTI has it; None for pictures."""
    dicom: DicomSource | None = None
    """Where the files are DICOM; None otherwise."""


@dataclass(frozen=True, eq=False)
class Study:
    """One scan of one head: aligned sequences on one grid.

    Made by `app.imaging`; the arrays are read-only and finite.
    """

    name: str
    """For display and for naming exports; never a path."""
    images: Mapping[Sequence, NDArray[np.float32]]
    """At least one; `(z, y, x)` each, all of one shape, intensities as the file has them after scaling."""
    source: Source
    spacing: tuple[float, float, float] | None = None
    """Voxel size in mm along (z, y, x); None where the files have none, and then nothing is given in ml."""
    reference: NDArray[np.uint8] | None = None
    """`(z, y, x)`, the labels of the reference mask; tumour where it is not 0. BraTS: 1 necrotic core, 2 oedema,
    4 enhancing (a file's 3 is read as 4)."""
    notes: tuple[str, ...] = ()
    """What has to be told about how the files were read, a sentence each: what was resampled, which slices are
    missing."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """Voxels along (z, y, x)."""
        z, y, x = next(iter(self.images.values())).shape
        return z, y, x

    @property
    def sequences(self) -> tuple[Sequence, ...]:
        """The sequences present, in channel order."""
        return tuple(s for s in Sequence if s in self.images)

    @property
    def voxel_ml(self) -> float | None:
        """Volume of a voxel in millilitres."""
        return None if self.spacing is None else float(np.prod(self.spacing)) / 1000

    def with_sequences(self, subset: tuple[Sequence, ...]) -> "Study":
        """The study with these of its sequences alone. Raises KeyError for one that it does not have."""
        return replace(self, images={sequence: self.images[sequence] for sequence in subset})

    @cached_property
    def sha256(self) -> str:
        """Digest of what the network sees: sequences, voxels and spacing. Names and the reference do not count."""
        digest = hashlib.sha256(repr((self.sequences, self.shape, self.spacing)).encode())
        for sequence in self.sequences:
            digest.update(np.ascontiguousarray(self.images[sequence]).data)
        return digest.hexdigest()


@dataclass(frozen=True, eq=False)
class Probability:
    """Where a network sees tumour in a study."""

    levels: NDArray[np.uint8]
    """`(z, y, x)` on the study's grid: floor(tumour probability * LEVELS), 0 to 200."""
    study_sha256: str
    checkpoint_sha256: str
    classes: NDArray[np.uint8] | None = None
    """`(z, y, x)`: the likeliest of the three tumour classes at each voxel, as its BraTS label (1, 2 or 4), whether or
    not there is tumour; 0 where the network did not look. None where classes were not asked for."""

    def labels(self, threshold: float) -> NDArray[np.uint8]:
        """`(z, y, x)`: 1, 2 or 4 inside the mask at the threshold, 0 outside. Raises ValueError without classes."""
        if self.classes is None:
            raise ValueError("The probability was made without tumour classes.")
        return np.where(self.mask(threshold), self.classes, np.uint8(0))

    def mask(self, threshold: float) -> NDArray[np.bool_]:
        """`(z, y, x)`, True where the probability reaches the threshold (a multiple of 1 / LEVELS)."""
        return self.levels >= threshold_level(threshold)


def threshold_level(threshold: float) -> int:
    """The lowest level that counts as tumour at a threshold in [0, 1].

    Raises ValueError outside that range.
    """
    if not 0 <= threshold <= 1:
        raise ValueError(f"A threshold lies between 0 and 1. Received: threshold={threshold}")
    return int(np.ceil(round(threshold * LEVELS, 6)))
