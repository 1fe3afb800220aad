"""NIfTI files that lie, are damaged, or are more than they seem."""

from collections.abc import Callable

import numpy as np
from case import MIB, Case, one
from scan_files import asymmetric, nifti

from app.errors import InputError, LimitError, UnreadableFileError, UnsupportedFileError, VoxelError

NAME = "p_flair.nii"
VOXELS = asymmetric(5, 4, 3)
INF, NAN = float("inf"), float("nan")


def header(name: str, error: type[InputError] | None, *words: str, version: int = 1, **fields: object) -> Case:
    """A sound file of which fields of the header were altered."""
    return Case(
        f"nifti-{version} {name}",
        one(NAME, lambda: nifti(VOXELS, version=version, **fields)),
        error,
        (NAME, *words) if error else (),
    )


def content(name: str, data: Callable[[], bytes], error: type[InputError] | None, *words: str) -> Case:
    """A file of this content."""
    return Case(f"nifti {name}", one(NAME, data), error, (NAME, *words) if error else ())


def _dim(*dim: int) -> list[int]:
    return [*dim, *[1] * (8 - len(dim))]


def _axis(axis: int, length: int) -> list[int]:
    dim = _dim(3, 5, 4, 3)
    dim[axis] = length
    return dim


def _dimensions() -> list[Case]:
    cases = [
        header(f"axis {axis} of {length}", UnreadableFileError, "axes", "Export", dim=_axis(axis, length))
        for axis in (1, 2, 3)
        for length in (0, -1, -32768)
    ]
    cases += [
        header(f"axis {axis} of 32767", LimitError, "32767", "Crop or resample", dim=_axis(axis, 32767))
        for axis in (1, 2, 3)
    ]
    cases += [header(f"{n} axes", UnreadableFileError, "axes", dim=_dim(n, 5, 4, 3)) for n in (0, -1, 8, 32767)]
    cases += [
        header(f"axis {axis} of {length}", LimitError, "Crop", version=2, dim=_axis(axis, length))
        for axis in (1, 3)
        for length in (2**31, 2**62, 2**63 - 1)
    ]
    cases += [
        header(f"axis 2 of {length}", UnreadableFileError, "axes", version=2, dim=_axis(2, length))
        for length in (0, -1, -(2**63))
    ]
    return [
        *cases,
        header("axis 1 of -32768 among 7", UnreadableFileError, "axes", dim=[7, -32768, 1, 1, 1, 1, 1, 1]),
        header("one axis", UnsupportedFileError, "1-D", dim=_dim(1, 60)),
        header("two axes", UnsupportedFileError, "2-D", dim=_dim(2, 20, 3)),
        header("4,096 along each axis", LimitError, "Crop", dim=_dim(3, 4096, 4096, 4096)),
        header("32767 along all axes", UnsupportedFileError, "split", dim=[7, *[32767] * 7]),
        header("half as many slices again as there are", UnreadableFileError, "cut off", dim=_dim(3, 5, 4, 5)),
    ]


def _types() -> list[Case]:
    unknown = [
        header(f"data type {code}", UnreadableFileError, f"{code} is unknown", "Export", datatype=code)
        for code in (3, -1, 32767, -32768)
    ]
    odd = [
        header(f"data type {code}", UnsupportedFileError, str(code), datatype=code)
        for code in (0, 1, 32, 255, 1792, 2048)
    ]
    return [
        *unknown,
        *odd,
        header("8 bytes a voxel, and 2 are there", UnreadableFileError, "cut off", datatype=64),
        header("bits that do not fit the type", None, bitpix=4096),
        header("negative bits", None, bitpix=-16),
    ]


def _scaling() -> list[Case]:
    return [
        header("slope NaN stands for none", None, scl_slope=NAN),
        header("slope 0 stands for none", None, scl_slope=0),
        header("intercept NaN", UnreadableFileError, "Export", scl_slope=1, scl_inter=NAN),
        header("intercept infinite", UnreadableFileError, "Export", scl_slope=1, scl_inter=INF),
        header("slope that leaves float32", VoxelError, "Export", version=2, scl_slope=1e300),
        header("slope that leaves nothing", VoxelError, "everywhere", version=2, scl_slope=1e-300),
    ]


def _voxels(value: float) -> bytes:
    return nifti(np.full(VOXELS.shape, value, np.float32))


def _one_voxel(value: float) -> bytes:
    voxels = VOXELS.astype(np.float64)
    voxels[1, 2, 1] = value
    return nifti(voxels)


def _contents() -> list[Case]:
    return [
        *(content(f"one voxel {v}", lambda v=v: _one_voxel(v), VoxelError, "NaN") for v in (NAN, INF, -INF, 1e300)),
        *(content(f"every voxel {v}", lambda v=v: _voxels(v), VoxelError, "Export") for v in (0.0, -3.5, NAN)),
        content("nothing", lambda: b"", UnreadableFileError, "empty", "Copy"),
        content("4 bytes", lambda: nifti(VOXELS)[:4], UnreadableFileError, "header", "Copy"),
        content("header alone", lambda: nifti(VOXELS)[:352], UnreadableFileError, "cut off", "Copy"),
        content("a megabyte too much", lambda: nifti(VOXELS) + bytes(MIB), UnreadableFileError, "goes on"),
        content("a little padding", lambda: nifti(VOXELS) + bytes(512), None),
        content("header twice", lambda: nifti(VOXELS)[:352] + nifti(VOXELS), None),
        content("zeros", lambda: bytes(4096), UnreadableFileError, "no kind", "NIfTI"),
        content("30 MB of text", lambda: b"All work and no play. " * 1_400_000, UnreadableFileError, "no kind"),
    ]


def _magic() -> list[Case]:
    return [
        header("pair of files", UnsupportedFileError, ".hdr", "Convert", magic=b"ni1"),
        header("pair of files", UnsupportedFileError, ".hdr", "Convert", version=2, magic=b"ni2"),
        header("Analyze", UnsupportedFileError, "Analyze", "Convert", magic=b""),
        header("magic of another", UnsupportedFileError, "Convert", magic=b"\xff\xff\xff\xff"),
        header("header size 347", UnreadableFileError, "no kind", sizeof_hdr=347),
        header("header size of the other version", UnsupportedFileError, "Convert", version=2, sizeof_hdr=348),
    ]


CASES = [
    *_dimensions(),
    *_types(),
    *_scaling(),
    *_contents(),
    *_magic(),
]
