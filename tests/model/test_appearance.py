from dataclasses import replace

import numpy as np
import pytest
from heads import ellipse, study_of

from app.model.appearance import GRAINS, appearance_of, grains
from app.study import Sequence

FLAIR, T1, _, _ = Sequence


def head(noise=0.0, rim=1.0, slices=20, seed=1):
    """`(z, y, x)`: an ellipse, 120 mm by 100, of brightness 100 with a checkerboard; its outer 8 mm times `rim`."""
    random = np.random.default_rng(seed)
    outer, inner = ellipse((150, 160), (15, 135, 30, 130)), ellipse((150, 160), (23, 127, 38, 122))
    y, x = np.indices(outer.shape)
    picture = np.where(outer, np.where(inner, 1.0, rim) * (100 + 10 * ((x // 8 + y // 8) % 2)), 0)
    volume = np.repeat(picture[np.newaxis], slices, axis=0)
    return np.where(outer, np.abs(volume + noise * random.normal(size=volume.shape)), 0).astype(np.float32)


def look(volume, spacing=(5.0, 1.0, 1.0), **changes):
    return appearance_of(replace(study_of(volume, spacing), **changes))


def test_the_head_is_measured_in_millimetres():
    found = look(head())
    assert np.exp(found["head size"]) == pytest.approx(np.sqrt(np.pi / 4 * 120 * 100), rel=0.01)
    assert np.exp(found["head height"]) == pytest.approx(100)
    assert np.exp(found["head spacing"]) == pytest.approx(5)
    assert "head slices" not in found


def test_without_a_spacing_slices_are_counted():
    found = look(head(), spacing=None)
    assert np.exp(found["head slices"]) == pytest.approx(20)
    assert not {"head height", "head spacing"} & set(found)


def test_brightness_and_contrast_of_the_scanner_do_not_matter():
    same, other = look(head(rim=1.2)), look(head(rim=1.2) * 7)
    assert other == pytest.approx(same, abs=1e-4)


def test_each_feature_sees_what_it_is_for():
    plain = look(head(noise=4))
    assert look(head(noise=12))["FLAIR roughness"] > plain["FLAIR roughness"] + 0.25
    dim, lit = (look(head(noise=4, rim=rim)) for rim in (0.6, 1.6))  # which is the darkest, and the brightest, quarter
    assert dim["FLAIR dark"] < lit["FLAIR dark"] - 0.4
    assert dim["FLAIR bright"] < lit["FLAIR bright"] - 0.4


def test_a_tumour_changes_little():
    volume = head(noise=4)
    plain = look(volume)
    volume[8:11, 60:85, 60:85] *= 1.3
    with_tumour = look(volume)
    for name, value in plain.items():
        assert with_tumour[name] == pytest.approx(value, abs=0.12), name


def test_every_sequence_is_looked_at():
    both = appearance_of(study_of({FLAIR: head(), T1: head(rim=1.3)}, None))
    assert {name.split()[0] for name in both} == {"FLAIR", "T1", "head"}
    assert len(both) == len(set(both)) and all(np.isfinite(list(both.values())))


def test_one_slice_is_enough():
    assert all(np.isfinite(list(look(head(slices=1), spacing=None).values())))


def test_the_reference_is_not_looked_at():
    reference = np.ones((20, 150, 160), np.uint8)
    assert look(head(), reference=reference) == look(head())


def test_every_feature_has_a_grain():
    names = tuple(look(head())) + tuple(look(head(), spacing=None))
    assert (grains(names) > 0).all()
    assert {name.split()[-1] for name in names} == set(GRAINS)
