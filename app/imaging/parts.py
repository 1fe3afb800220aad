"""The pieces that a study is put together from, before it is known which sequence each one is."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.imaging.naming import Name, Role
from app.study import Source


@dataclass(frozen=True)
class Part:
    """One volume or plane, and what it was recognised as."""

    file: str
    """Which container it belongs to: the name of its file, of a stack of pictures that of the first slice, of a DICOM
    series its identifier."""
    index: int
    """From 0: the volume of a 4-D file, or the plane of a colour picture."""
    label: str
    """For people: the file, and which volume or plane of it."""
    role: Role | None
    """A guess from name and content, for the user to correct; None: unknown, or a plane without content of its own."""
    details: str = ""
    """For people: slices, orientation and size of the voxels."""
    optional: bool = False
    """Whether it may be left out without a word, as most series of an examination are."""
    thumbnail: NDArray[np.uint8] | None = field(default=None, repr=False, compare=False)
    """`(rows, columns)` grey of at most 96 a side; None where it is not worth the decoding."""


class Container(Protocol):
    """A file, a stack of pictures or a series that was opened: grid and parts are known, voxels are read on demand."""

    @property
    def name(self) -> Name:
        """The name of its file, or of the first slice, taken apart."""

    @property
    def case(self) -> str:
        """What the name says without the sequence, and of a stack without the number of the slice."""

    @property
    def parts(self) -> tuple[Part, ...]:
        """At least one, in the order of their indices."""

    @property
    def source(self) -> Source:
        """The grid of each part."""

    @property
    def spacing(self) -> tuple[float, float, float] | None:
        """Voxel size in mm along (z, y, x); None where the file has none."""

    @property
    def slices(self) -> tuple[int, ...]:
        """Slice numbers that the names of pictures give, ascending; empty where they give none."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What has to be told about it, a sentence each."""

    def read(self, indices: Collection[int]) -> dict[int, NDArray[np.float32]]:
        """The parts of these indices: `(z, y, x)` float32 in LPS, C-contiguous, not yet checked for NaN.

        Raises UnreadableFileError when the content is damaged.
        """
