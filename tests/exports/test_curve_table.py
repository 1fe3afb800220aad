import io
from dataclasses import replace

import numpy as np
import pandas
import pytest

from app import NOTICE
from app.exports.curve_table import REFERENCE, curve_table, threshold_curve_csv
from tests.decision.readings import CARD, SHAPE, reading_of, study_of


def reference() -> np.ndarray:
    """Half of the larger lesion, and four voxels that nothing was seen in."""
    made = np.zeros(SHAPE, np.uint8)
    made[1, 2:5, 3:7] = 2
    made[0, 6, 3:7] = 1
    return made


def test_scores_are_those_against_the_reference() -> None:
    table = curve_table(reading_of(study_of(reference=reference())))
    assert table.scores_of == REFERENCE and len(table.threshold) == 201
    assert (table.threshold[60], table.voxels[60], table.volume_ml[60]) == (0.3, 29, 0.0725)
    assert (table.recall[60], table.precision[60], table.dice[60]) == (0.75, round(12 / 29, 6), round(24 / 45, 6))
    assert (table.voxels[61], table.precision[61]) == (28, round(12 / 28, 6))
    assert (table.voxels[151], table.recall[151], table.precision[151], table.dice[151]) == (0, 0.0, None, 0.0)
    assert table.voxels[0] == 640 and table.recall[0] == 1


def test_without_a_reference_they_are_those_of_validation_patients() -> None:
    table = curve_table(reading_of(study_of()))
    assert table.scores_of == "8 BraTS validation patients, FLAIR alone"
    assert (table.voxels[60], table.recall[60], table.precision[60]) == (29, 0.7, 0.5)


def test_without_either_there_are_none() -> None:
    table = curve_table(reading_of(study_of(spacing=None, affine=None), card=replace(CARD, curves=())))
    assert table.scores_of is None and set(table.recall) == set(table.precision) == set(table.dice) == {None}
    assert table.voxels[60] == 29 and set(table.volume_ml) == {None}


def test_the_csv_is_the_table() -> None:
    reading = reading_of(study_of("=1", reference=reference()))
    data = threshold_curve_csv(reading)
    frame = pandas.read_csv(io.BytesIO(data))
    table = curve_table(reading)
    assert frame.shape == (201, 11) and data == threshold_curve_csv(reading)
    assert frame["threshold"].tolist() == [k / 200 for k in range(201)]
    assert frame["voxels"].tolist() == list(table.voxels)
    assert frame["volume_ml"].tolist() == pytest.approx(table.volume_ml)
    for name in ("recall", "precision", "dice"):
        values = [np.nan if value is None else value for value in getattr(table, name)]
        np.testing.assert_array_equal(frame[name], values)
    assert set(frame["study"]) == {"'=1"} and set(frame["study_sha256"]) == {reading.study.sha256}
    assert set(frame["checkpoint_sha256"]) == {"c" * 64}
    assert set(frame["scores_of"]) == {REFERENCE} and set(frame["notice"]) == {NOTICE}
