import pytest

from app.cohort.task import Outcome


def test_an_outcome_has_a_row_or_a_problem():
    assert Outcome("p1", {"study": "p1"}, {}, None, {}).problem is None
    assert Outcome("p1", None, {}, "It is damaged.", {}).row is None
    for row, problem in ((None, None), ({}, "It is damaged.")):
        with pytest.raises(ValueError, match="a row or a problem"):
            Outcome("p1", row, {}, problem, {})
