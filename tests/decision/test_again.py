import math
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from app.decision.again import compare
from app.study import Probability
from tests.decision.readings import classes, levels, reading_of, study_of


def kept(volume: np.ndarray | None = None, spacing: tuple[float, float, float] | None = (5.0, 1.0, 0.5)) -> Any:
    """What `compare` asks of a saved reading."""
    study = study_of(spacing=spacing)
    reading = reading_of(study, volume)
    return SimpleNamespace(study=study, result=reading.result, row=SimpleNamespace(threshold=0.3))


def anew(volume: np.ndarray, **values: Any) -> Probability:
    return replace(kept().result, levels=volume, **values)


def test_the_same_is_the_same() -> None:
    found = compare(kept(), anew(levels().copy(), classes=classes()))
    assert found.same and (found.levels, found.mask, found.classes, found.largest) == (0, 0, 0, 0)
    assert (found.dice, found.slice, found.voxels, found.same_checkpoint) == (1, None, 4 * 8 * 20, True)
    assert found.ml_before == found.ml_after == 29 * 0.0025


def test_differences_are_counted_by_hand() -> None:
    """Of 29 voxels, 6 leave the mask and 2 come; one changes within it, by the most."""
    volume = levels()
    volume[2, 2:5, 3:5] = 59
    volume[0, 0, :2] = 60
    volume[1, 2, 3] = 200
    found = compare(kept(), anew(volume))
    assert (found.levels, found.mask, found.largest) == (9, 8, (150 - 59) / 200)
    assert (found.slice, found.same) == (2, False)
    assert found.dice == pytest.approx(2 * 23 / (29 + 25))
    assert (found.ml_before, found.ml_after) == (pytest.approx(29 * 0.0025), pytest.approx(25 * 0.0025))


def test_a_level_that_went_down_counts_as_one_that_went_up() -> None:
    volume = levels()
    volume[3, 0, 0] = 200
    assert compare(kept(), anew(volume)).largest == 1
    assert compare(kept(volume), anew(levels())).largest == 1


def test_classes_alone_make_a_difference() -> None:
    other = classes()
    other[3, 7, 15:19] = 4
    found = compare(kept(), anew(levels(), classes=other))
    assert (found.same, found.levels, found.classes, found.slice) == (False, 0, 4, 3)


def test_what_has_no_classes_is_compared_by_its_levels() -> None:
    found = compare(kept(), anew(levels(), classes=None))
    assert found.classes is None and found.same


def test_an_empty_mask_has_no_dice_and_a_picture_no_volume() -> None:
    nothing = np.zeros_like(levels())
    found = compare(kept(nothing, spacing=None), replace(kept(nothing, spacing=None).result, levels=nothing))
    assert math.isnan(found.dice) and found.same
    assert (found.ml_before, found.ml_after) == (None, None)


def test_another_checkpoint_is_told() -> None:
    assert not compare(kept(), anew(levels(), checkpoint_sha256="d" * 64)).same_checkpoint


@pytest.mark.parametrize("values", [{"study_sha256": "0" * 64}, {"levels": levels()[:3]}], ids=["study", "shape"])
def test_results_of_other_studies_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="Both results are of one study"):
        compare(kept(), replace(kept().result, **values))
