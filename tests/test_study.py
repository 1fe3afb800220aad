"""The types that flow through the app."""

from dataclasses import replace

import numpy as np
import pytest

from app.study import LEVELS, Probability, Sequence, Source, Study, threshold_level

VOLUME = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
STUDY = Study("p", {Sequence.T2: VOLUME, Sequence.FLAIR: VOLUME + 1}, Source("volume", (4, 3, 2)), (2.0, 0.5, 0.25))


def test_sequences_come_in_channel_order() -> None:
    assert STUDY.sequences == (Sequence.FLAIR, Sequence.T2)
    assert STUDY.shape == (2, 3, 4)


def test_a_voxel_of_a_quarter_cubic_millimetre_is_a_four_thousandth_of_a_millilitre() -> None:
    assert STUDY.voxel_ml == 0.00025
    assert replace(STUDY, spacing=None).voxel_ml is None


@pytest.mark.parametrize(
    "changed",
    [
        replace(STUDY, images={Sequence.FLAIR: VOLUME, Sequence.T2: VOLUME + 1}),
        replace(STUDY, images={Sequence.FLAIR: VOLUME + 1}),
        replace(STUDY, spacing=(2.0, 0.5, 0.5)),
        replace(STUDY, images={s: v.reshape(2, 4, 3) for s, v in STUDY.images.items()}),
    ],
    ids=["sequences exchanged", "one less", "spacing", "shape"],
)
def test_the_digest_tells_what_the_network_would_see_apart(changed: Study) -> None:
    assert changed.sha256 != STUDY.sha256


def test_a_study_with_some_of_its_sequences_is_another_study() -> None:
    reference = np.ones((2, 3, 4), np.uint8)
    less = replace(STUDY, reference=reference).with_sequences((Sequence.T2,))
    assert less.sequences == (Sequence.T2,) and less.images[Sequence.T2] is STUDY.images[Sequence.T2]
    assert less.reference is reference and less.sha256 != STUDY.sha256
    with pytest.raises(KeyError):
        STUDY.with_sequences((Sequence.T1,))


def test_the_digest_leaves_out_name_and_reference() -> None:
    assert replace(STUDY, name="q", reference=np.ones((2, 3, 4), np.uint8)).sha256 == STUDY.sha256


@pytest.mark.parametrize(
    ("threshold", "level"), [(0.0, 0), (0.005, 1), (0.3, 60), (0.305, 61), (0.995, 199), (1.0, 200)]
)
def test_every_step_of_the_slider_is_a_level(threshold: float, level: int) -> None:
    assert threshold_level(threshold) == level


def test_all_201_steps_go_there_and_back() -> None:
    assert [threshold_level(k / LEVELS) for k in range(LEVELS + 1)] == list(range(LEVELS + 1))


@pytest.mark.parametrize("threshold", [-0.005, 1.005, float("nan")])
def test_a_threshold_outside_is_refused(threshold: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        threshold_level(threshold)


def test_a_mask_holds_what_reaches_the_threshold() -> None:
    result = Probability(np.array([[[59, 60, 61]]], np.uint8), "s", "c")
    assert result.mask(0.3).tolist() == [[[False, True, True]]]
