import json

import pytest

from app.decision.repeatability import RECORD, load_repeatability, repeatability_text
from app.errors import CheckpointAlteredError
from app.model.checkpoint import load_card

SHA256 = "a" * 64


def written(folder, ml) -> None:
    (folder / RECORD).write_text(json.dumps({"checkpoint": SHA256, "threshold": 0.3, "ml": ml}))


def test_changes_are_shares_of_the_first_volume(tmp_path):
    written(tmp_path, {"a": [10, 11], "b": [20, 19], "c": [4, 4]})
    assert load_repeatability(tmp_path).changes == pytest.approx((0.1, 0.05, 0))
    said = repeatability_text(SHA256, tmp_path)
    assert said.startswith("3 BraTS scans") and "5.0 % in the median and 10.0 % at most" in said


def test_nothing_is_said_of_another_checkpoint_or_without_a_record(tmp_path):
    assert load_repeatability(tmp_path) is None and "was not measured" in repeatability_text(SHA256, tmp_path)
    written(tmp_path, {"a": [10, 11]})
    assert "was not measured" in repeatability_text("b" * 64, tmp_path)


@pytest.mark.parametrize("ml", [{}, {"a": [0, 1]}, {"a": [1]}, {"a": ["x", 1]}, 3])
def test_a_damaged_record_is_refused(tmp_path, ml):
    written(tmp_path, ml)
    with pytest.raises(CheckpointAlteredError, match="damaged"):
        load_repeatability(tmp_path)


def test_the_record_of_the_shipped_checkpoint_is_its_own():
    record = load_repeatability()
    assert record is not None and record.checkpoint == load_card().sha256
