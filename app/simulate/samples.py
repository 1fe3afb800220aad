"""The samples that the app offers at once: which seeds, which files, and their catalogue `samples.json`."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.simulate.phantom import Phantom, simulate
from app.simulate.write import write_case
from app.study import Sequence

MAXIMUM = 200
"""Greatest intensity in the volumes: few grey levels, so that the noise takes little space in the files."""
JPEG_QUALITY = 92


@dataclass(frozen=True)
class Sample:
    """One entry of the catalogue."""

    id: str
    """Also the name of its folder."""
    title: str
    description: str
    seed: int
    sequences: tuple[Sequence, ...] = tuple(Sequence)
    healthy: bool = False
    picture: str = ""
    """Suffix of the picture to write of the slice with most tumour, in place of volumes: `.png` or `.jpg`."""


SAMPLES = (
    Sample(
        "glioma",
        "Glioma, four sequences",
        "Simulated: left occipital tumour with necrotic core, enhancing rim, oedema and mass effect; with reference.",
        seed=105,
    ),
    Sample(
        "flair_only",
        "Two tumours, FLAIR only",
        "Simulated: a tumour on each side, on FLAIR alone; with reference.",
        seed=113,
        sequences=(Sequence.FLAIR,),
    ),
    Sample(
        "healthy",
        "Healthy head, FLAIR only",
        "Simulated: no tumour, so whatever is outlined here is a false alarm.",
        seed=101,
        sequences=(Sequence.FLAIR,),
        healthy=True,
    ),
    Sample(
        "slice_png",
        "One slice, PNG",
        "Simulated: a FLAIR slice as a picture, without voxel size or reference.",
        seed=108,
        picture=".png",
    ),
    Sample(
        "slice_jpg",
        "One slice, JPG",
        "Simulated: a FLAIR slice as a lossy picture, without voxel size or reference.",
        seed=115,
        picture=".jpg",
    ),
)
"""In the order in which the app offers them. Seeds lie below those of the phantoms that a network may train on."""


def slice_picture(phantom: Phantom) -> NDArray[np.uint8]:
    """The FLAIR slice with most tumour, `(y, x)`, black at 0 and white at the 99.8th percentile of the brain."""
    plane = int(np.count_nonzero(phantom.labels, axis=(1, 2)).argmax())
    flair = phantom.images[Sequence.FLAIR]
    white = np.percentile(flair[flair > 0], 99.8)
    return np.asarray(np.clip(np.rint(flair[plane] * (255 / white)), 0, 255), dtype=np.uint8)


def write_sample(sample: Sample, out: Path, spacing: float = 1.0) -> list[Path]:
    """Make one sample in its folder in `out`; returns its files."""
    folder = out / sample.id
    phantom = simulate(sample.seed, healthy=sample.healthy, spacing=spacing, maximum=MAXIMUM)
    if not sample.picture:
        return write_case(phantom, folder, sample.id, sample.sequences, reference=not sample.healthy)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{sample.id}_flair{sample.picture}"
    Image.fromarray(slice_picture(phantom)).save(path, quality=JPEG_QUALITY)
    return [path]


def write_samples(out: Path, spacing: float = 1.0) -> None:
    """Make every sample and `samples.json`: a list of id, title, description and files, relative to `out`."""
    catalogue = [
        {
            "id": sample.id,
            "title": sample.title,
            "description": sample.description,
            "files": [path.relative_to(out).as_posix() for path in write_sample(sample, out, spacing)],
        }
        for sample in SAMPLES
    ]
    (out / "samples.json").write_text(json.dumps(catalogue, indent=2) + "\n", encoding="utf-8")
