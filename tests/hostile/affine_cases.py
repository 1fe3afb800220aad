"""NIfTI files whose voxels have an impossible size or place."""

import numpy as np
from case import Case
from nifti_cases import INF, NAN, VOXELS, header

from app.errors import UnreadableFileError

_BAD = (NAN, INF, -INF, 1e30)


def _pixdim(axis: int, size: float) -> list[float]:
    sizes = [1.0] * 8
    sizes[axis] = size
    return sizes


def _without_affine(name: str, *words: str, **fields: object) -> Case:
    """Neither sform nor qform: the sizes of the voxels decide."""
    return header(name, UnreadableFileError, "Export", *words, sform_code=0, **fields)


def _voxel_sizes() -> list[Case]:
    cases = [
        _without_affine(f"voxel size {size} along axis {axis}", "affine", qform_code=0, pixdim=_pixdim(axis, size))
        for axis in (1, 3)
        for size in (0, 1e-20, *_BAD)
    ]
    cases += [
        _without_affine(f"quaternion and voxel size {size}", "header", qform_code=1, pixdim=_pixdim(2, size))
        for size in (0, *_BAD)
    ]
    cases += [
        header(f"voxel size {size} beside a sound affine", None, pixdim=_pixdim(1, size)) for size in (0, -1, NAN, INF)
    ]
    return [
        *cases,
        _without_affine("negative voxel size and a quaternion", "positive", qform_code=1, pixdim=_pixdim(3, -2)),
        header("negative voxel size and nothing else", None, sform_code=0, qform_code=0, pixdim=_pixdim(3, -2)),
        header("handedness 0", None, sform_code=0, pixdim=_pixdim(0, 0)),
        header("handedness NaN", None, sform_code=0, pixdim=_pixdim(0, NAN)),
    ]


def _affines() -> list[Case]:
    cases = [
        header(f"affine with {value} in row {row}", UnreadableFileError, "affine", "Export", **{row: [1, 0, value, 0]})
        for row in ("srow_x", "srow_z")
        for value in (NAN, INF, -INF, 1e30)
    ]
    cases += [
        header(f"quaternion with {value}", UnreadableFileError, "Export", sform_code=0, qform_code=1, quatern_b=value)
        for value in (2, 1e30, NAN, INF)
    ]
    cases += [
        header(f"origin at {value}", UnreadableFileError, "affine", srow_y=[0, 1, 0, value]) for value in (NAN, INF)
    ]
    return [
        *cases,
        header("affine of zeros", UnreadableFileError, "affine", srow_x=[0] * 4, srow_y=[0] * 4, srow_z=[0] * 4),
        header("affine with a direction twice", UnreadableFileError, "affine", srow_x=[0, 1, 0, 0]),
        header(
            "affine with a direction almost twice",
            UnreadableFileError,
            "affine",
            srow_x=[1, 1, 0, 0],
            srow_y=[1, 1.001, 0, 0],
        ),
        header("affine code unknown", None, sform_code=999),
        header("affine code negative", None, sform_code=-1),
        header("units unknown", None, xyzt_units=255),
    ]


def _starts() -> list[Case]:
    cases = [
        header(f"voxels from byte {at}", UnreadableFileError, "inside the header", "Export", vox_offset=at)
        for at in (0, -1, -1e30, 100, 351)
    ]
    cases += [header(f"voxels from byte {at}", UnreadableFileError, "Export", vox_offset=at) for at in (NAN, INF, -INF)]
    big = np.iinfo(np.int64)
    return [
        *cases,
        header("voxels from beyond the end", UnreadableFileError, "cut off", vox_offset=1_000_000),
        header("voxels from the last byte", UnreadableFileError, "cut off", vox_offset=351 + 2 * VOXELS.size),
        header("voxels from byte 540", UnreadableFileError, "inside the header", version=2, vox_offset=540),
        header("voxels from the lowest byte", UnreadableFileError, "inside", version=2, vox_offset=big.min),
    ]


CASES = [*_voxel_sizes(), *_affines(), *_starts()]
