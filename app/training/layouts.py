"""The layouts of data sets that are read, by the name that commands take; light, so that `--help` answers at once."""

from collections.abc import Mapping
from typing import Final

LAYOUTS: Final[Mapping[str, str]] = {
    "brats": "folders CASE, at any depth, with CASE_flair.nii.gz … CASE_seg.nii.gz, as BraTS names them since 2017",
    "brats-h5": "files volume_V_slice_S.h5 with image and mask, as Kaggle has BraTS 2020",
    "lgg": "the folder kaggle_3m with TCGA_X/TCGA_X_N.tif and TCGA_X_N_mask.tif, as Kaggle has the LGG set",
    "figshare": "files N.mat (MATLAB 7.3) with cjdata, as figshare has Cheng's set",
    "simulated": "case folders written by python -m app simulate",
}
"""Name to what is expected in the folder."""
