"""What a study is opened with."""

from pathlib import Path

import numpy as np
import pytest

from app.decision.opening import opening_slice
from app.decision.validation import sequences_text, validation_for
from app.model.checkpoint import Card, Curve
from app.model.serving import Serving
from app.study import LEVELS, Probability, Sequence, Source, Study

VOLUME = np.arange(60, dtype=np.float32).reshape(5, 3, 4)


def study(sequences: tuple[Sequence, ...], *, spacing: bool = True, reference: np.ndarray | None = None) -> Study:
    source = Source("volume" if spacing else "picture", VOLUME.shape)
    return Study("p", dict.fromkeys(sequences, VOLUME), source, (1.0, 1.0, 1.0) if spacing else None, reference)


def curve(dataset: str, sequences: tuple[Sequence, ...], patients: int) -> Curve:
    falling = tuple(range(LEVELS, -1, -1))
    return Curve(dataset, sequences, patients, falling, tuple(2 * n for n in falling), LEVELS, 5 * LEVELS)


CARD = Card(
    sha256="0" * 64,
    threshold=0.3,
    threshold_reason="",
    preprocessing=2,
    calibrations={},
    serving=Serving(),
    recipe={},
    training=(),
    validation=(),
    curves=(
        curve("brats", (Sequence.FLAIR,), 8),
        curve("brats", (Sequence.T2,), 7),
        curve("lgg", (Sequence.FLAIR,), 18),
    ),
)


def test_the_slice_with_most_tumour_found_comes_before_that_of_the_reference() -> None:
    reference, levels = np.zeros((2, 5, 3, 4), np.uint8)
    reference[1, :2] = 1
    levels[3, 0, :2] = 60
    levels[4] = 59
    scanned = study((Sequence.FLAIR,), reference=reference)
    assert opening_slice(scanned, Probability(levels, "s", "c"), 0.3) == 3
    assert opening_slice(scanned, Probability(levels, "s", "c"), 0.305) == 1
    assert opening_slice(scanned, None, 0.3) == 1
    assert opening_slice(study((Sequence.FLAIR,)), None, 0.3) == 2


@pytest.mark.parametrize(
    ("scanned", "label"),
    [
        (study((Sequence.FLAIR,)), "8 BraTS validation patients, FLAIR alone"),
        (study((Sequence.FLAIR,), spacing=False), "18 LGG validation patients, FLAIR alone"),
        (study((Sequence.T2,), spacing=False), "7 BraTS validation patients, T2 alone"),
    ],
)
def test_pictures_are_like_lgg_and_volumes_like_brats(scanned: Study, label: str) -> None:
    validation = validation_for(CARD, scanned)
    assert validation is not None and validation.label == label
    assert validation.curve.precision[60] == 0.5 and validation.curve.recall[60] == 0.7


def test_sequences_that_were_not_measured_have_no_validation() -> None:
    assert validation_for(CARD, study((Sequence.T1,))) is None


def test_sequences_are_named() -> None:
    assert sequences_text((Sequence.FLAIR,)) == "FLAIR alone"
    assert sequences_text((Sequence.FLAIR, Sequence.T1CE)) == "FLAIR + T1ce"


def test_no_page_but_the_cache_uses_streamlit_caches() -> None:
    """And `records_room`, for what is opened once a process."""
    pages = Path(__file__).parents[2] / "app" / "pages"
    cached = {path.name for path in pages.glob("*.py") if "st.cache_" in path.read_text(encoding="utf-8")}
    assert cached == {"cache.py", "records_room.py"}
