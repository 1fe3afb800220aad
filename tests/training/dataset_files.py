"""Made-up files in the layouts of the data sets."""

from dataclasses import replace

import h5py
import nibabel as nib
import numpy as np
from PIL import Image

from app.training.prepared_index import Entry


def write_h5(path, image, mask):
    """A slice as Kaggle has BraTS 2020: `(rows, columns, 4)` and `(rows, columns, 3)`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as file:
        file["image"] = image
        file["mask"] = mask
    return path


def write_mat(path, image, mask, patient="100360"):
    """A slice as figshare has it, `(rows, columns)` each; MATLAB stores columns first."""
    with h5py.File(path, "w", userblock_size=512) as file:
        group = file.create_group("cjdata")
        group["image"] = np.asarray(image, np.int16).T
        group["tumorMask"] = np.asarray(mask, np.uint8).T
        group["label"] = np.array([[1.0]])
        group["PID"] = np.array([[ord(letter)] for letter in patient], np.uint16)
    return path


def write_lgg(folder, pictures, masks):
    """A patient as kaggle_3m has it, slices numbered from 1: `(rows, columns, 3)` uint8 and `(rows, columns)` bool."""
    folder.mkdir(parents=True)
    for number, (picture, mask) in enumerate(zip(pictures, masks, strict=True), 1):
        Image.fromarray(picture).save(folder / f"{folder.name}_{number}.tif")
        Image.fromarray(mask.astype(np.uint8) * 255).save(folder / f"{folder.name}_{number}_mask.tif")
    return folder


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


def entry_of(name, **changes):
    """A case in the index of a prepared set, made up."""
    entry = Entry(
        key=f"brats/{name}",
        name=name,
        patient=name,
        files=[],
        stamp=[1, 2],
        sequences=["FLAIR"],
        slices=[3, 4],
        tumour_slices=1,
        most_tumour=1,
        shape=[5, 20, 24],
        spacing=[3.0, 1.0, 1.0],
        orientation="LPS",
        tumour_voxels=1000,
        tumour_ml=3.0,
        sha256="c0ffee",
        images={},
        reference=None,
        problems=[],
    )
    return replace(entry, **changes)
