"""NIfTI-1 files (https://nifti.nimh.nih.gov/nifti-1) on the grid and with the affine of the scan's own files.

The same input gives the same bytes: the gzip header carries neither a time nor a name.
"""

import gzip
import io

import nibabel as nib
import numpy as np
from numpy.typing import NDArray

from app.imaging import to_source
from app.study import LEVELS, Probability, Source, Study

_ALIGNED = 2
"""The code for coordinates that are aligned to another file's: here, the scan's."""
_COMPRESSION = 6


def mask_nifti(probability: Probability, study: Study, threshold: float) -> bytes:
    """The tumour mask as `.nii.gz`: uint8, 1 where the probability reaches the threshold, else 0.

    Raises ValueError for a study without an affine, or a threshold outside [0, 1].
    """
    mask = to_source(probability.mask(threshold), study.source).astype(np.uint8)
    return _nifti(mask, study.source, f"tumour mask, p >= {threshold:.3f}")


def probability_nifti(probability: Probability, study: Study) -> bytes:
    """The tumour probability as `.nii.gz`: float32, level / 200, so 0 to 1 in steps of 0.005.

    Raises ValueError for a study without an affine.
    """
    levels = to_source(probability.levels, study.source).astype(np.float32)
    return _nifti(levels / np.float32(LEVELS), study.source, "tumour probability")


def _nifti(voxels: NDArray[np.uint8] | NDArray[np.float32], source: Source, content: str) -> bytes:
    if source.affine is None:
        raise ValueError(f"NIfTI needs the affine of the scan. Received: a source of kind {source.kind!r} without one")
    image = nib.Nifti1Image(voxels, source.affine)
    image.set_sform(source.affine, _ALIGNED)
    image.set_qform(source.affine, _ALIGNED)  # the nearest without shear, for readers that prefer the qform
    image.header.set_xyzt_units("mm")
    image.header["descrip"] = f"Gliolens {content}; research only".encode()
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=_COMPRESSION, fileobj=packed, mtime=0) as stream:
        stream.write(image.to_bytes())
    return packed.getvalue()
