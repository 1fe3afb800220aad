"""A case ready for training: its head slices as the network reads them, in bytes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.model.network_input import neighbour_offsets


@dataclass(frozen=True, eq=False)
class Planes:
    """The head slices of one case."""

    images: NDArray[np.uint8]
    """`(n, 240, 240, c)`: the c sequences that are present, in channel order; value / QUANTA + CLIP[0]."""
    targets: NDArray[np.uint8]
    """`(n, 240, 240)`: class 0 to 3, or `ANY_TUMOUR`."""
    present: NDArray[np.bool_]
    """`(4,)`: the sequences that the case has."""
    slices: NDArray[np.intp]
    """`(n,)`: which slices of the study these are, ascending."""
    slice_mm: float | None = None
    """From slice to slice; None where unknown."""

    def with_neighbours(self, row: int, neighbours: int) -> list[int | None]:
        """The row itself, then those of its neighbours, below before above; None where there is none."""
        wanted = self.slices[row] + np.array([0, *neighbour_offsets(self.slice_mm, neighbours)])
        found = np.searchsorted(self.slices, wanted).clip(max=len(self.slices) - 1)
        return [int(i) if self.slices[i] == w else None for i, w in zip(found, wanted, strict=True)]
