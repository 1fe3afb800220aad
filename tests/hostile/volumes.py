"""Random volumes, for the tests that write them in each format and read them back."""

import gzip
import io
import itertools

import case  # noqa: F401 - it names the folders of what follows
import numpy as np
from hypothesis import strategies as st
from nibabel.freesurfer import MGHImage
from numpy.typing import NDArray
from PIL import Image
from scan_files import nifti

from app.imaging import ScanFile

NIFTI_TYPES = ("u1", "i1", "<i2", ">i2", "<u2", "<i4", ">u4", "<i8", "<f4", ">f4", "<f8")
MGH_TYPES = ("u1", ">i2", ">i4", ">f4")
AXES = tuple(itertools.permutations(range(3)))
SIGNS = tuple(itertools.product((-1, 1), repeat=3))


@st.composite
def voxels(draw: st.DrawFn, types: tuple[str, ...], dimensions: int = 3) -> NDArray[np.generic]:
    """An array of a few voxels that are not all alike."""
    dtype = np.dtype(draw(st.sampled_from(types)))
    shape = draw(st.tuples(*[st.integers(2, 5)] * dimensions))
    seed = draw(st.integers(0, 2**32 - 1))
    lowest = 0 if dtype.kind == "u" else -100
    values = np.random.default_rng(seed).integers(lowest, 120, shape)
    values.flat[0], values.flat[-1] = 1, 2
    return values.astype(dtype)


@st.composite
def affines(draw: st.DrawFn) -> NDArray[np.float64]:
    """Any order and direction of the axes, turned a little, with voxels of 0.25 to 8 mm."""
    order, signs = draw(st.sampled_from(AXES)), draw(st.sampled_from(SIGNS))
    angle = np.radians(draw(st.integers(-20, 20)))
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    sizes = [draw(st.integers(1, 32)) / 4 for _ in range(3)]
    affine = np.eye(4)
    affine[:3, :3] = turn @ (np.eye(3)[:, order] * signs) * sizes
    affine[:3, 3] = [draw(st.integers(-200, 200)) for _ in range(3)]
    return affine


def nifti_file(stored: NDArray[np.generic], affine: NDArray[np.float64], version: int, zipped: bool) -> ScanFile:
    order = ">" if stored.dtype.byteorder == ">" else "<"
    packed = nifti(stored, affine, version, order)
    return ScanFile("a.nii.gz", gzip.compress(packed)) if zipped else ScanFile("a.nii", packed)


def mgh_file(stored: NDArray[np.generic], affine: NDArray[np.float64], zipped: bool) -> ScanFile:
    packed = bytes(MGHImage(stored.astype(stored.dtype.newbyteorder("=")), affine).to_bytes())
    return ScanFile("a.mgz", gzip.compress(packed)) if zipped else ScanFile("a.mgh", packed)


def nrrd_file(stored: NDArray[np.generic], affine: NDArray[np.float64]) -> ScanFile:
    """Raw, in RAS."""
    directions = " ".join("(" + ",".join(map(repr, map(float, column))) + ")" for column in affine[:3, :3].T)
    origin = "(" + ",".join(map(repr, map(float, affine[:3, 3]))) + ")"
    kind = {"u": "uint", "i": "int"}.get(stored.dtype.kind)
    bits = stored.dtype.itemsize * 8
    text = (
        f"NRRD0004\ntype: {f'{kind}{bits}' if kind else {32: 'float', 64: 'double'}[bits]}\ndimension: 3\n"
        f"space: right-anterior-superior\nsizes: {' '.join(map(str, stored.shape))}\n"
        f"space directions: {directions}\nspace origin: {origin}\n"
        f"endian: {'big' if stored.dtype.byteorder == '>' else 'little'}\nencoding: raw\n\n"
    )
    return ScanFile("a.nrrd", text.encode() + stored.tobytes(order="F"))


def picture_file(pixels: NDArray[np.generic], kind: str) -> ScanFile:
    packed = io.BytesIO()
    Image.fromarray(pixels).save(packed, kind)
    return ScanFile(f"a.{kind.lower()}", packed.getvalue())
