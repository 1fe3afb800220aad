import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.imaging import read_files, read_study
from app.simulate import samples
from app.simulate.samples import MAXIMUM, SAMPLES, slice_picture, write_sample, write_samples
from app.study import Sequence

FOLDER = Path(__file__).parents[2] / "sample_scans"
CATALOGUE = json.loads((FOLDER / "samples.json").read_text(encoding="utf-8"))
TRAINING_SEEDS_START = 1000


def study_of(entry):
    return read_study(read_files([FOLDER / name for name in entry["files"]]))


def test_catalogue_is_that_of_the_recipes():
    made = [(entry["id"], entry["title"], entry["description"]) for entry in CATALOGUE]
    assert made == [(sample.id, sample.title, sample.description) for sample in SAMPLES]
    listed = {name for entry in CATALOGUE for name in entry["files"]} | {"samples.json", "README.md"}
    assert {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file()} == listed


def test_seeds_are_told_and_kept_from_training():
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert all(f"| `{sample.id}` | {sample.seed} |" in readme for sample in SAMPLES)
    assert all(sample.seed < TRAINING_SEEDS_START for sample in SAMPLES)
    assert len({sample.seed for sample in SAMPLES}) == len(SAMPLES)


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry["id"])
def test_every_sample_is_a_study(entry):
    study, sample = study_of(entry), next(sample for sample in SAMPLES if sample.id == entry["id"])
    if sample.picture:
        assert (study.shape, study.sequences, study.spacing) == ((1, 240, 240), (Sequence.FLAIR,), None)
        return
    assert (study.shape, study.sequences, study.spacing) == ((155, 240, 240), sample.sequences, (1, 1, 1))
    assert max(image.max() for image in study.images.values()) == MAXIMUM
    if sample.healthy:
        assert study.reference is None
    else:
        assert (study.reference > 0).sum() * study.voxel_ml > 5


def test_slice_picture_shows_most_tumour(phantom):
    labels = np.zeros_like(phantom.labels)
    labels[30, 50:60, 50:60], labels[40, 50:61, 50:60] = 2, 4
    picture = slice_picture(replace(phantom, labels=labels))
    flair = phantom.images[Sequence.FLAIR]
    white = np.percentile(flair[flair > 0], 99.8)
    assert picture.shape == (120, 120)
    assert np.allclose(picture, np.minimum(flair[40] * (255 / white), 255), atol=0.51)


def test_samples_and_catalogue_are_written(tmp_path, monkeypatch):
    few = (replace(SAMPLES[1], seed=3), replace(SAMPLES[2], seed=3), replace(SAMPLES[3], seed=3))
    monkeypatch.setattr(samples, "SAMPLES", few)
    write_samples(tmp_path, spacing=4.0)
    entries = json.loads((tmp_path / "samples.json").read_text(encoding="utf-8"))
    assert [entry["files"] for entry in entries] == [
        ["flair_only/flair_only_flair.nii.gz", "flair_only/flair_only_seg.nii.gz"],
        ["healthy/healthy_flair.nii.gz"],
        ["slice_png/slice_png_flair.png"],
    ]
    assert all((tmp_path / name).stat().st_size > 0 for entry in entries for name in entry["files"])


@pytest.mark.parametrize(("suffix", "kind"), [(".png", "PNG"), (".jpg", "JPEG")])
def test_pictures_are_grey_and_repeatable(tmp_path, suffix, kind):
    sample = replace(SAMPLES[3], picture=suffix)
    (first,), (again,) = write_sample(sample, tmp_path / "a", 4.0), write_sample(sample, tmp_path / "b", 4.0)
    assert first.read_bytes() == again.read_bytes()
    with Image.open(first) as image:
        assert (image.format, image.mode, image.size) == (kind, "L", (60, 60))
