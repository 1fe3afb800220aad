import pytest

from benchmarks.comparison import Verdict, changes, nearer, other_facts, same_machine
from benchmarks.result import Better, Result

FACTS = {
    "processor": "P",
    "flags": ["avx2", "avx512f"],
    "cores": 2,
    "python": "3.11.7",
    "libraries": {"numpy": "2.4.6"},
}


def one(value, way=Better.GREATER, facts=FACTS):
    return Result("x", {"a / b": value}, {}, facts, {"a / b": way})


@pytest.mark.parametrize(
    ("now", "way", "verdict"),
    [
        (1.79, Better.GREATER, Verdict.WORSE),
        (1.8, Better.GREATER, None),  # exactly 10 %
        (2.2, Better.GREATER, None),
        (2.21, Better.GREATER, Verdict.BETTER),
        (1.79, Better.LESS, Verdict.BETTER),
        (2.21, Better.LESS, Verdict.WORSE),
        (2.21, Better.NEITHER, Verdict.MOVED),
        (1.79, Better.NEITHER, Verdict.MOVED),
        (2.0, Better.NEITHER, None),
    ],
)
def test_what_moved_by_more_than_a_tenth_is_told(now, way, verdict):
    found = [change.verdict for change in changes(one(2.0), one(now, way))]
    assert found == ([] if verdict is None else [verdict])


def test_ratios_of_which_there_is_one_value():
    before = Result("x", {"kept": 1.0, "gone": 2.0})
    now = Result("x", {"kept": 1.0, "new": 3.0})
    assert [str(change) for change in changes(before, now)] == [
        "x: gone = 2: not measured this time",
        "x: new = 3: not stored yet",
    ]


def test_a_change_is_told_in_percent():
    (change,) = changes(one(2.0), one(1.5))
    assert str(change) == "x: a / b = 2, now 1.5 (-25 %): worse"


def test_of_two_runs_the_nearer_value_counts():
    stored = Result("x", {"a": 1.0, "b": 1.0, "new": 9.0})
    first, again = Result("x", {"a": 0.8, "b": 1.1}), Result("x", {"a": 0.95, "b": 1.3, "c": 7.0})
    assert nearer(stored, first, again).ratios == {"a": 0.95, "b": 1.1, "c": 7.0}


def test_which_machines_are_alike():
    assert same_machine(one(1.0), one(1.0, facts=FACTS | {"python": "3.12.1"}))
    for other in {"processor": "Q"}, {"cores": 4}, {"flags": ["avx2"]}:
        assert not same_machine(one(1.0), one(1.0, facts=FACTS | other))


def test_what_differs_is_named():
    now = FACTS | {"cores": 4, "flags": ["avx2"], "libraries": {"numpy": "2.5.0", "ray": "2.60.0"}}
    assert other_facts(one(1.0), one(1.0, facts=now)) == [
        "flags: avx2 avx512f, now avx2",
        "cores: 2, now 4",
        "numpy: 2.4.6, now 2.5.0",
    ]
    assert other_facts(one(1.0), one(1.0)) == []
