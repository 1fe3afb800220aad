"""Two processes that save at once, as `benchmarks/saving.py` has them do it a thousand times."""

import pytest

from benchmarks.saving import check, run

SAVES = 30


def test_nothing_is_lost_or_doubled(records_environ):
    for same in False, True:
        figures = run(records_environ, same=same, saves=SAVES)
        assert figures.saves == len(figures.each) == 2 * SAVES
        assert "saves per second" in str(figures)
    said = check(records_environ, SAVES)
    assert said.startswith("21 patients, 90 studies, 120 segmentations, 182 files and ")
    with pytest.raises(RuntimeError, match="There should be"):
        check(records_environ, SAVES - 1)
