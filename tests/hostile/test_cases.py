"""Every hostile case by itself: it is read, or refused with the message that it deserves."""

import pytest
from all_cases import CASES, FAMILIES
from case import Case, check_message, outcome

from app.errors import InputError


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_hostile_case_is_read_or_refused_with_its_message(case: Case) -> None:
    result = outcome(case.files(), case.limits)
    if case.error is None:
        assert not isinstance(result, InputError), f"{type(result).__name__}: {result}"
    else:
        assert isinstance(result, InputError), "was read, and should not be"
        check_message(result, case)


def test_there_are_hundreds_of_cases_each_with_its_own_name() -> None:
    assert len({case.name for case in CASES}) == len(CASES)
    assert len([case for case in CASES if case.error]) >= 200
    assert all(len(cases) >= 20 for cases in FAMILIES.values())
