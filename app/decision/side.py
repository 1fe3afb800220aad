"""On which side of the head a lesion lies, as the patient has sides."""

import numpy as np
from numpy.typing import NDArray

from app.evaluation.components import Component
from app.model.network_input import prepare
from app.study import Study

CROSSING = 0.1
"""Share of a lesion's voxels from which on it lies on a side too: with as much on both it crosses the middle."""


class Middle:
    """Where the middle of a study's head is, slice by slice."""

    def __init__(self, study: Study) -> None:
        """Find it: in every slice the column half way between the head's ends, as the median over its rows.

        The plane between the halves is taken to run straight from front to back; it may lean from slice to slice.
        """
        head = prepare(study).head
        first = head.argmax(axis=2)
        last = head.shape[2] - 1 - np.flip(head, axis=2).argmax(axis=2)
        rows: NDArray[np.bool_] = np.logical_or.reduce(head, axis=2)
        self._of_slice = [
            float(np.median((begin + end)[row] / 2)) if row.any() else np.nan
            for begin, end, row in zip(first, last, rows, strict=True)
        ]
        self._without_head = (head.shape[2] - 1) / 2

    def column(self, slices: slice) -> float:
        """The middle of the head in some slices, counted from 0, the median over them; of the volume without head."""
        middles: NDArray[np.float64] = np.array(self._of_slice[slices])
        known = middles[~np.isnan(middles)]
        return float(np.median(known)) if known.size else self._without_head

    def side(self, lesion: Component) -> str:
        """ "left", "right" or "crossing"."""
        _, _, columns = lesion.box
        count = np.count_nonzero(lesion.mask, axis=(0, 1))
        x, middle = np.arange(columns.start, columns.stop), self.column(lesion.box[0])
        left = float(count @ ((x > middle) + 0.5 * (x == middle)))  # x runs to the patient's left
        right = lesion.voxels - left
        if min(left, right) / lesion.voxels >= CROSSING:
            return "crossing"
        return "left" if left > right else "right"
