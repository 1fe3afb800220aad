"""One sequence of a study at its place, coarser and coarser, as SimpleITK wants it."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import SimpleITK
from numpy.typing import NDArray

from app.imaging.grid import Grid, grid_of
from app.study import Sequence, Study


@dataclass(frozen=True, eq=False)
class Scan:
    """A volume and where it lies."""

    volume: NDArray[np.float32]
    """`(z, y, x)`."""
    grid: Grid

    @classmethod
    def of(cls, study: Study, sequence: Sequence) -> Self:
        """A sequence of a study. Raises ValueError where the study has no place in space."""
        grid = grid_of(study.source)
        if grid is None:
            raise ValueError("A scan lies somewhere in space. Received: a study without an affine")
        return cls(study.images[sequence], grid)

    def coarser(self, voxel_mm: float) -> Self:
        """Means of blocks of voxels, so that the blocks' edges are about so long; longer ones stay as they are.

        What does not fill a block at the far ends is left out.
        """
        shape = self.volume.shape
        a, b, c = (max(1, min(round(voxel_mm / mm), n)) for mm, n in zip(self.grid.spacing, shape, strict=True))
        z, y, x = shape[0] // a, shape[1] // b, shape[2] // c
        blocks = self.volume[: z * a, : y * b, : x * c].reshape(z, a, y, b, x, c)
        to_mm = self.grid.to_mm @ np.diag([a, b, c, 1.0])
        to_mm[:3, 3] = (self.grid.to_mm @ [(a - 1) / 2, (b - 1) / 2, (c - 1) / 2, 1])[:3]
        return type(self)(blocks.mean(axis=(1, 3, 5), dtype=np.float32), Grid((z, y, x), to_mm))

    def image(self) -> SimpleITK.Image:
        """The same for SimpleITK, which has axes in the order (x, y, z) and the same millimetres."""
        image = SimpleITK.GetImageFromArray(self.volume)
        image.SetSpacing(self.grid.spacing[::-1].tolist())
        image.SetOrigin(self.grid.to_mm[:3, 3].tolist())
        image.SetDirection((self.grid.to_mm[:3, :3] / self.grid.spacing)[:, ::-1].ravel().tolist())
        return image
