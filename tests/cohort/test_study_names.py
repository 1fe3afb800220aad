from pathlib import Path

from app.cohort.found import Found
from app.cohort.study_names import key_of, named

ROOT = Path("/data/cohort")


def found(path):
    return Found("", (ROOT / path,), "NIfTI")


def names(*keyed):
    return [each.name for each in named([(key, found(path)) for key, path in keyed], ROOT)]


def test_a_key_is_the_way_to_the_files():
    assert key_of(ROOT, ROOT / "site1" / "p1") == "site1--p1"
    assert key_of(ROOT, ROOT / "site1", "p1") == "site1--p1"
    assert key_of(ROOT, ROOT, "p1") == "p1"
    assert key_of(ROOT, ROOT) == "cohort"


def test_names_are_safe_and_sorted():
    assert names(("p2", "x"), ("a b/../c", "y"), ("山田", "z")) == ["a_b_.._c", "p2", "山田"]


def test_no_two_studies_are_called_the_same():
    made = names(("a b", "1"), ("a_b", "2"), ("A_B", "3"), ("c", "4"))
    assert made[-1] == "c" and len({name.casefold() for name in made}) == 4
    assert all(name.casefold().startswith("a_b-") and len(name) == 12 for name in made[:3])


def test_a_name_does_not_depend_on_the_other_files_of_a_study():
    twice = [("a", found("1")), ("a", found("2"))]
    more = [("a", Found("", (ROOT / "1", ROOT / "9"), "NIfTI")), ("a", found("2"))]
    assert [each.name for each in named(twice, ROOT)] == [each.name for each in named(more, ROOT)]
