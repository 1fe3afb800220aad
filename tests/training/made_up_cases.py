"""Made-up patients: planes for training, studies, and case folders of NIfTI files."""

from pathlib import Path

import nibabel as nib
import numpy as np

from app.model.unet import UNetConfig
from app.training.augmentation import AugmentationConfig
from app.training.cases import Case, Planes
from app.training.recipe import Recipe

TINY = Recipe(
    steps=6,
    batch=2,
    warmup=2,
    learning_rate=0.02,
    precision="float32",
    save_every=3,
    unet=UNetConfig(filters=(2, 4)),
    augmentation=AugmentationConfig(rows=32, columns=24, shift=2),
)


def cases_of(source, *folders, patients=None):
    """Cases that are only named."""
    return [Case(source, patient, Path(folder)) for folder, patient in zip(folders, patients or folders, strict=True)]


def planes_of(seed=0, slices=3, tumour=2, target=1, present=(True, True, True, True)):
    """Noise with a bright square, which is the tumour, in the middle of the first `tumour` slices."""
    random = np.random.default_rng(seed)
    images = random.integers(60, 140, (slices, 240, 240, 4)).astype(np.uint8)
    targets = np.zeros((slices, 240, 240), np.uint8)
    images[:tumour, 114:126, 116:128] += 100
    targets[:tumour, 114:126, 116:128] = target
    present = np.array(present)
    images[..., ~present] = 0
    return Planes(images, targets, present)


def write_case(folder, seed, sequences=("flair", "t1", "t1ce", "t2"), labels=(1, 2, 4), reference=True):
    """A BraTS case folder, 24 x 20 x 12 voxels of 1 mm: a bright box of brain and in it one of each label."""
    random = np.random.default_rng(seed)
    seg = np.zeros((24, 20, 12), np.uint8)
    for step, label in enumerate(labels):
        seg[8 + 2 * step : 10 + 2 * step, 6:12, 4:8] = label
    folder.mkdir(parents=True)
    for sequence in sequences:
        volume = np.zeros(seg.shape, np.float32)
        volume[3:21, 2:18, 2:10] = random.uniform(80, 120, (18, 16, 8))
        volume[seg > 0] += 80
        nib.Nifti1Image(volume, np.diag([-1.0, -1.0, 1.0, 1.0])).to_filename(folder / f"{folder.name}_{sequence}.nii")
    if reference:
        nib.Nifti1Image(seg, np.diag([-1.0, -1.0, 1.0, 1.0])).to_filename(folder / f"{folder.name}_seg.nii")
    return folder
