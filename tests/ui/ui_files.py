"""Files to drop on the page, and what is read off it."""

import gzip
import io
import json
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
from PIL import Image
from streamlit.testing.v1 import AppTest

from app.pages.samples import load_samples

ROOT = Path(__file__).parents[2]
CHEAPEST = next(sample for sample in load_samples() if sample.files[0].endswith(".png"))
"""A sample of one slice, to open the page on where it does not matter which."""


def nifti(volume: np.ndarray, affine: np.ndarray | None = None) -> bytes:
    """A `.nii.gz` of `(i, j, k)` voxels of 1 mm."""
    image = nib.Nifti1Image(volume, np.diag([-1.0, -1.0, 1.0, 1.0]) if affine is None else affine)
    return gzip.compress(image.to_bytes(), mtime=0)


def picture(pixels: np.ndarray, kind: str = "PNG") -> bytes:
    """An encoded picture."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind)
    return buffer.getvalue()


def head(shape: tuple[int, ...], seed: int = 3) -> np.ndarray:
    """An ellipsoid of noise on black, uint8."""
    grid = np.stack(np.meshgrid(*(np.linspace(-1, 1, n) for n in shape), indexing="ij"))
    inside = (grid**2).sum(axis=0) < 0.7
    return np.where(inside, np.random.default_rng(seed).integers(80, 200, shape), 0).astype(np.uint8)


def viewer_data(app: AppTest) -> dict[str, Any]:
    """What the viewer was told, the last component on the page."""
    told: dict[str, Any] = json.loads(app.get("bidi_component")[-1].proto.json)
    return told
