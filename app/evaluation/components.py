"""The connected parts of a mask, the largest first."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from app.evaluation.box import bounding_box

Box = tuple[slice, slice, slice]
_NEIGHBOURS_26 = ndimage.generate_binary_structure(3, 3)


@dataclass(frozen=True, eq=False)
class Component:
    """Voxels that hang together."""

    box: Box
    """The smallest box around it in the volume, along (z, y, x)."""
    mask: NDArray[np.bool_]
    """`(z, y, x)`, the size of the box."""
    voxels: int


@dataclass(frozen=True, eq=False)
class Components:
    """The connected parts of a mask."""

    smallest: int
    """Voxels from which on a part was kept."""
    kept: list[Component]
    """The largest first; of two equal ones that which begins in the lower slice, row and column."""
    left_out: int
    """Parts that are smaller than asked for."""
    left_out_voxels: int


def find_components(mask: NDArray[np.bool_], smallest: int = 1, most: int | None = None) -> Components:
    """Take a mask apart; voxels hang together when they share a face, an edge or a corner (26 neighbours).

    Args:
        mask: `(z, y, x)`.
        smallest: voxels from which on a part is kept.
        most: parts that are kept; where there are more, `smallest` goes up to the first size with as few.
    """
    if not mask.any():
        return Components(smallest, [], 0, 0)
    outer = bounding_box(mask)
    mask = mask[outer]
    labels, _ = ndimage.label(mask, _NEIGHBOURS_26)
    sizes = np.bincount(labels[mask])
    boxes = ndimage.find_objects(labels)
    order = np.argsort(-sizes[1:], kind="stable") + 1  # labels are given in the order of the first voxels
    if most is not None and len(order) > most:
        smallest = max(smallest, int(sizes[order[most]]) + 1)
    large = order[sizes[order] >= smallest]
    kept = [_component(labels, int(label), boxes[label - 1], outer, int(sizes[label])) for label in large]
    return Components(smallest, kept, len(order) - len(large), int(sizes[1:].sum() - sizes[large].sum()))


def _component(labels: NDArray[np.integer], label: int, box: Box, outer: tuple[slice, ...], voxels: int) -> Component:
    z, y, x = (slice(part.start + start.start, part.stop + start.start) for part, start in zip(box, outer, strict=True))
    return Component((z, y, x), labels[box] == label, voxels)
