"""Phantoms as files in the layout of BraTS."""

import gzip
from pathlib import Path

import nibabel as nib
import numpy as np
from numpy.typing import NDArray

from app.simulate.phantom import Phantom
from app.study import Sequence


def nifti_bytes(volume: NDArray[np.int16] | NDArray[np.uint8], spacing: float) -> bytes:
    """A gzipped NIfTI-1 file of a `(z, y, x)` LPS volume, with the axes and the affine of BraTS; no time stamp."""
    affine = np.diag([-spacing, -spacing, spacing, 1.0])
    affine[1, 3] = (volume.shape[1] - 1) * spacing
    image = nib.Nifti1Image(volume.transpose(2, 1, 0), affine)
    image.set_sform(affine, code=2)
    image.set_qform(None, code=0)
    image.header.set_xyzt_units("mm")
    return gzip.compress(image.to_bytes(), compresslevel=9, mtime=0)


def write_case(
    phantom: Phantom,
    folder: Path,
    name: str,
    sequences: tuple[Sequence, ...] = tuple(Sequence),
    *,
    reference: bool = True,
) -> list[Path]:
    """Write `NAME_flair.nii.gz` … and `NAME_seg.nii.gz` into the folder, which is made when missing.

    Returns the files, in the order of the sequences, the reference last.
    """
    volumes: dict[str, NDArray[np.int16] | NDArray[np.uint8]] = {
        sequence.lower(): phantom.images[sequence] for sequence in sequences
    }
    if reference:
        volumes["seg"] = phantom.labels
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for suffix, volume in volumes.items():
        path = folder / f"{name}_{suffix}.nii.gz"
        path.write_bytes(nifti_bytes(volume, phantom.spacing))
        paths.append(path)
    return paths
