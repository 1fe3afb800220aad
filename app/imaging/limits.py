"""How much one study may hold, checked from sizes and headers before memory is taken."""

from collections.abc import Collection
from dataclasses import dataclass
from math import prod

from app.errors import LimitError

MIB = 2**20


@dataclass(frozen=True)
class Limits:
    """Upper bounds for one study; a clinical head scan stays far below each."""

    files: int = 8192
    """Files of one study. DICOM and stacks of pictures have one file a slice, and an examination many series."""
    file_bytes: int = 512 * MIB
    """Bytes of one file as it came."""
    study_bytes: int = 1024 * MIB
    """Bytes of all files of one study as they came."""
    unpacked_bytes: int = 1024 * MIB
    """Bytes of one file after decompression."""
    side: int = 4096
    """Voxels along one axis."""
    voxels: int = 64 * MIB
    """Voxels of one volume, 512 x 512 x 256; and pixels of all pictures of one study, which are decoded at once."""
    memory_bytes: int = 4096 * MIB
    """Memory that reading one study may take, in a process of its own."""
    seconds: int = 10
    """Processor time that reading one study may take, in a process of its own."""


LIMITS = Limits()


def check_files(sizes: Collection[tuple[str, int]], limits: Limits) -> None:
    """Check the `(name, bytes)` of the files of one study.

    Raises LimitError when there are too many files, or too many bytes in one or in all.
    """
    if len(sizes) > limits.files:
        raise LimitError(
            f"{len(sizes):,} files were given; at most {limits.files:,} are read. Give one study at a time."
        )
    for name, size in sizes:
        if size > limits.file_bytes:
            raise LimitError(
                f"{name} has {size / MIB:,.0f} MiB; at most {limits.file_bytes // MIB:,} MiB are read. "
                "Crop or resample it, or save it compressed (.nii.gz)."
            )
    if (total := sum(size for _, size in sizes)) > limits.study_bytes:
        raise LimitError(
            f"The files have {total / MIB:,.0f} MiB together; at most {limits.study_bytes // MIB:,} MiB are read. "
            "Give one study at a time."
        )


def check_grid(name: str, shape: tuple[int, ...], limits: Limits) -> None:
    """Check the voxels of one volume, or the pixels of one picture, by its shape.

    Raises LimitError when an axis is too long or there are too many.
    """
    if max(shape) > limits.side or prod(shape) > limits.voxels:
        dots = "pixels" if len(shape) == 2 else "voxels"
        raise LimitError(
            f"{name} holds {size_text(shape)} {dots}; at most {limits.side:,} along an axis and {limits.voxels:,} "
            "altogether are read. Crop or resample it."
        )


def check_pictures(pixels: int, limits: Limits) -> None:
    """Check the pixels of all pictures of one study. Raises LimitError when they are too many."""
    if pixels > limits.voxels:
        raise LimitError(
            f"The pictures hold {pixels:,} pixels together; at most {limits.voxels:,} are read. "
            "Give one study at a time."
        )


def check_unpacked(name: str, size: int, limits: Limits) -> None:
    """Check the bytes that a file holds after decompression, as its header claims them.

    Raises LimitError when they are too many.
    """
    if size > limits.unpacked_bytes:
        raise LimitError(
            f"{name} holds {size / MIB:,.0f} MiB after decompression; at most {limits.unpacked_bytes // MIB:,} MiB "
            "are read. Save it with smaller voxel values (16 bit), or crop it."
        )


def size_text(shape: tuple[int, ...]) -> str:
    """A shape as people write it: `240 x 240 x 155`."""
    return " x ".join(str(n) for n in shape)
