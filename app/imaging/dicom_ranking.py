"""Which of several series with one guess keeps it, so that what is proposed is one study."""

from collections import Counter
from collections.abc import Sequence as ListOf
from typing import Protocol

import numpy as np

from app.imaging.dicom_errors import guarded
from app.imaging.dicom_geometry import Stack
from app.imaging.naming import Role


class Ranked(Protocol):
    """A series with a guess."""

    @property
    def stack(self) -> Stack: ...

    @property
    def role(self) -> Role | None: ...


def one_of_each(series: ListOf[Ranked]) -> list[Role | None]:
    """The guess of each series, where it is the best of those with this guess, and None for the others.

    Only the examination with the most slices is proposed. In it axial or 3-D goes before other planes, original before
    derived, more slices before fewer, and a lower number before a higher one.
    """
    examinations = Counter[str]()
    for each in series:
        examinations[each.stack.slices[0].examination] += len(each.stack.slices)
    main = max(examinations, key=examinations.__getitem__)
    ranked = sorted(
        (n for n, each in enumerate(series) if each.role and each.stack.slices[0].examination == main),
        key=lambda n: (_rank(series[n].stack), n),
    )
    best: dict[Role, int] = {}
    for n in ranked:
        if role := series[n].role:
            best.setdefault(role, n)
    return [each.role if each.role and best.get(each.role) == n else None for n, each in enumerate(series)]


def _rank(stack: Stack) -> tuple[bool, bool, int]:
    """Lower is better."""
    first = stack.slices[0]
    with guarded(first.image.name):
        axial = np.abs(first.normal).argmax() == 2 or first.attributes.text("MRAcquisitionType") == "3D"
        original = first.attributes.text("FrameType").upper().startswith("ORIGINAL")
    return not axial, not original, -len(stack.slices)
