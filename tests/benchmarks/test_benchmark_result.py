import json
import os
from argparse import ArgumentParser

import pytest

from benchmarks.result import Better, Result, add_json, load, machine_facts, ratio, save, side_by_side

FOUND = Result(
    "reading",
    {"nibabel / ours": 1.23456, "ours / inflating": 2.0},
    {"ours, s": 0.000123456},
    {"cores": 2, "flags": ["avx2"]},
    {"ours / inflating": Better.LESS},
)


def test_tasks_take_turns_forwards_and_backwards():
    heard = []
    tasks = {name: lambda name=name: heard.append(name) for name in "abc"}

    seconds = side_by_side(tasks, 3)

    assert "".join(heard) == "abc" + "abc" + "cba" + "abc"  # the first warms up
    assert {name: len(values) for name, values in seconds.items()} == {"a": 3, "b": 3, "c": 3}
    assert min(min(values) for values in seconds.values()) > 0


def test_ratio_is_that_of_the_rounds():
    above, below = [2.0, 30.0, 4.0], [1.0, 10.0, 4.0]  # 2, 3 and 1; the medians' ratio would be 4 / 4
    assert ratio(above, below) == 2.0


def test_ratio_needs_as_many_rounds_of_both():
    with pytest.raises(ValueError, match="shorter"):
        ratio([1.0, 2.0], [1.0])


def test_a_result_comes_back_with_four_digits(tmp_path):
    path = save(FOUND, tmp_path / "new" / "folder")

    assert path == tmp_path / "new" / "folder" / "reading.json"
    found = load(path)
    assert found.ratios == {"nibabel / ours": 1.235, "ours / inflating": 2.0}
    assert found.medians == {"ours, s": 0.0001235}
    assert (found.name, found.facts, found.better) == (FOUND.name, FOUND.facts, FOUND.better)


def test_greater_is_better_unless_told(tmp_path):
    found = load(save(FOUND, tmp_path))
    assert found.way("nibabel / ours") is Better.GREATER
    assert found.way("ours / inflating") is Better.LESS


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Result("no name", {}), "name='no name'"),
        (Result("../up", {}), "name='../up'"),
        (Result("x", {"a / b": float("nan")}), "'a / b' is no number"),
        (Result("x", {}, {"a, s": float("inf")}), "'a, s' is no number"),
        (Result("x", {"a / b": 0.0}), "'a / b' is not above 0"),
    ],
)
def test_what_cannot_be_compared_is_not_saved(tmp_path, found, words):
    with pytest.raises(ValueError, match=words):
        save(found, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"name": "x", "ratios": {"a": "fast"}, "medians": {}, "facts": {}, "better": {}}'],
)
def test_other_files_are_no_results(tmp_path, content):
    path = tmp_path / "x.json"
    path.write_text(content)
    with pytest.raises(ValueError, match="is no result of a benchmark"):
        load(path)


def test_an_unknown_way_is_refused(tmp_path):
    path = save(FOUND, tmp_path)
    path.write_text(path.read_text().replace('"less"', '"sideways"'))
    with pytest.raises(ValueError, match="sideways"):
        load(path)


def test_facts_of_this_machine():
    facts = machine_facts()
    assert 1 <= facts["cores"] <= (os.cpu_count() or 1)
    assert facts["memory_gib"] > 0.1
    assert facts["libraries"]["numpy"].count(".") == 2
    assert set(facts) >= {"processor", "flags", "load", "os", "python", "commit"}
    json.dumps(facts, allow_nan=False)


def test_every_benchmark_takes_a_folder(tmp_path):
    parser = ArgumentParser()
    add_json(parser)
    assert parser.parse_args([]).json is None
    assert parser.parse_args(["--json", str(tmp_path)]).json == tmp_path
