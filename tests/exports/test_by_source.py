import numpy as np
import pytest

from app.exports import export_mask, export_probability
from app.exports.nifti import mask_nifti, probability_nifti
from app.exports.picture import mask_picture, probability_picture
from app.study import Probability, Sequence, Source, Study

SOURCES = {
    "nii.gz": Source("volume", (4, 3, 2), np.diag([-1.0, -1, 2, 1])),
    "png": Source("picture", (3, 4)),
    "tif": Source("picture", (2, 3, 4)),
}


def pair_of(source: Source, name: str = "p1") -> tuple[Probability, Study]:
    slices = 1 if len(source.shape) == 2 else 2
    levels = np.arange(slices * 12, dtype=np.uint8).reshape(slices, 3, 4) * 8
    study = Study(name, {Sequence.FLAIR: levels.astype(np.float32)}, source)
    return Probability(levels, study.sha256, "c" * 64), study


@pytest.mark.parametrize("ending", SOURCES)
def test_the_file_name_tells_what_is_inside(ending):
    pair = pair_of(SOURCES[ending])
    assert export_mask(*pair, 0.3)[0] == f"p1_mask.{ending}"
    assert export_probability(*pair)[0] == f"p1_probability.{ending}"


@pytest.mark.parametrize("ending", SOURCES)
def test_the_name_of_a_study_is_never_a_path(ending):
    pair = pair_of(SOURCES[ending], name="../../etc/x")
    assert export_mask(*pair, 0.3)[0] == f"etc_x_mask.{ending}"
    assert export_probability(*pair)[0] == f"etc_x_probability.{ending}"


def test_the_content_fits_the_source():
    pair = pair_of(SOURCES["nii.gz"])
    assert export_mask(*pair, 0.3)[1] == mask_nifti(*pair, 0.3)
    assert export_probability(*pair)[1] == probability_nifti(*pair)
    for ending in ("png", "tif"):
        pair = pair_of(SOURCES[ending])
        assert export_mask(*pair, 0.3)[1] == mask_picture(*pair, 0.3)
        assert export_probability(*pair)[1] == probability_picture(*pair)


def test_the_probability_of_another_study_is_refused():
    probability, study = pair_of(SOURCES["png"])
    other = Study("p2", {Sequence.T2: study.images[Sequence.FLAIR]}, study.source)
    with pytest.raises(ValueError, match="onto the study that it was made from"):
        export_mask(probability, other, 0.3)
    with pytest.raises(ValueError, match=f"study {other.sha256}, probability of {study.sha256}"):
        export_probability(probability, other)
