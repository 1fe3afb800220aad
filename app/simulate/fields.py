"""Smooth random fields: the raw material of individual anatomy, texture and coil sensitivity."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Volume = NDArray[np.float32]
Shape = tuple[int, int, int]


def _spline_basis(length: int, step: float, phase: float) -> csr_array:
    """Cubic B-spline weights `(length, knots)` of `length` points whose knots lie `step` points apart."""
    position = np.arange(length) / step + phase
    left = np.floor(position).astype(np.int64)
    t = position - left
    weights = np.stack([(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3], axis=1) / 6
    rows = np.repeat(np.arange(length), 4)
    columns = (left[:, None] + np.arange(4)).ravel()
    return csr_array((weights.ravel().astype(np.float32), (rows, columns)), shape=(length, int(left.max()) + 4))


def smooth_field(rng: np.random.Generator, shape: Shape, step: float) -> Volume:
    """A stationary Gaussian field of zero mean and about unit variance.

    White noise on a lattice whose points lie `step` voxels apart, interpolated by a tensor product of cubic B-splines
    and randomly shifted against the grid. Structures are about 3 * `step` voxels from bright to bright.

    Returns `(z, y, x)` float32 of the given shape.
    """
    bases = [_spline_basis(length, step, rng.uniform()) for length in shape]
    field = rng.standard_normal([basis.shape[1] for basis in bases], dtype=np.float32)
    for basis in bases:
        flat = basis @ field.reshape(field.shape[0], -1)
        field = np.moveaxis(flat.reshape(-1, *field.shape[1:]), 0, -1)
    # Mean variance of a cubic B-spline combination of unit noise is (151 / 315) per axis.
    return np.ascontiguousarray(field / np.float32((151 / 315) ** 1.5), dtype=np.float32)
