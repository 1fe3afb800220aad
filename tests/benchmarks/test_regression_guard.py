import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks import guard as guard_module
from benchmarks.guard import GUARDED, STORED, guard, measured_in, store
from benchmarks.result import Better, Result, load, save

MACHINE = {"processor": "P", "flags": [], "cores": 2}


def found(value, facts=MACHINE):
    return Result("reading", {"slow / fast": value}, {}, facts, {"slow / fast": Better.LESS})


class Runs:
    """Gives made-up results, one each time that a benchmark is run."""

    def __init__(self, *results):
        self.results = list(results)

    def __call__(self, name):
        return self.results.pop(0)


@pytest.fixture
def stored(tmp_path):
    save(found(2.0), tmp_path)
    return tmp_path


def test_all_is_well(stored, capsys):
    assert guard(["reading"], Runs(found(2.1)), stored) == 0
    assert capsys.readouterr().out == "\nNothing moved by more than 10 %.\nNothing got worse.\n"


def test_what_is_worse_twice_is_worse(stored, capsys):
    runs = Runs(found(3.0), found(2.6))
    assert guard(["reading"], runs, stored) == 1
    told = capsys.readouterr().out
    assert "reading: slow / fast = 2, now 2.6 (+30 %): worse" in told
    assert told.endswith("1 got worse.\n")
    assert runs.results == []


def test_a_hiccup_is_forgiven(stored, capsys):
    assert guard(["reading"], Runs(found(3.0), found(2.05)), stored) == 0
    assert "Nothing moved" in capsys.readouterr().out


def test_what_is_better_is_told(stored, capsys):
    assert guard(["reading"], Runs(found(1.0)), stored) == 0
    assert "reading: slow / fast = 2, now 1 (-50 %): better" in capsys.readouterr().out


def test_what_was_not_measured_is_named_in_one_line(stored, capsys):
    save(Result("reading", {"slow / fast": 2.0, "a / b": 1.0, "c / d": 1.0}, {}, MACHINE), stored)
    assert guard(["reading"], Runs(found(2.0)), stored) == 0
    assert "\nreading: stored, but not measured this time: a / b, c / d\n" in capsys.readouterr().out


def test_another_machine_gets_nothing_wrong(stored, capsys):
    runs = Runs(found(3.0, MACHINE | {"processor": "Q"}))
    assert guard(["reading"], runs, stored) == 0
    told = capsys.readouterr().out
    assert "reading: slow / fast = 2, now 3 (+50 %): worse" in told
    assert "processor: P, now Q" in told
    assert "ratios may rightly differ" in told


def test_a_benchmark_that_fails_fails_the_guard_and_not_the_others(stored, capsys):
    assert guard(["records", "reading"], Runs(None, found(1.0)), stored) == 1
    told = capsys.readouterr().out
    assert "Failed: records." in told
    assert "better" in told


def test_a_second_run_that_fails_leaves_the_first(stored):
    assert guard(["reading"], Runs(found(3.0), None), stored) == 1


def test_a_benchmark_without_a_stored_result_is_told(tmp_path, capsys):
    assert guard(["reading"], Runs(found(3.0)), tmp_path) == 0
    assert "reading: nothing is stored yet" in capsys.readouterr().out


def test_storing_replaces_what_was_found_and_keeps_what_was_not(stored):
    assert store(["reading", "records"], Runs(found(7.0), None), stored) == 1
    assert load(stored / "reading.json").ratios == {"slow / fast": 7.0}
    assert [path.name for path in stored.iterdir()] == ["reading.json"]


def test_a_benchmark_is_run_in_a_process_of_its_own(tmp_path, monkeypatch, capfd):
    """The quickest of them, and one that is not there."""
    monkeypatch.setattr(guard_module, "GUARDED", {"measurement_errors": (), "nowhere": ()})
    measure = measured_in(tmp_path)
    found = measure("measurement_errors")
    assert found is not None
    assert found.ratios["sphere, voxel 1 x 1 x 1 mm: volume / true"] == pytest.approx(1, abs=0.02)
    assert measure("nowhere") is None
    assert "No module named benchmarks.nowhere" in capfd.readouterr().err


def test_every_guarded_benchmark_is_there():
    assert [name for name in GUARDED if find_spec(f"benchmarks.{name}") is None] == []


def test_what_is_stored_is_guarded_and_can_be_compared():
    stored = {path.stem: load(path) for path in STORED.glob("*.json")}
    assert set(stored) <= set(GUARDED)
    assert all(result.name == name and result.ratios for name, result in stored.items())


def test_make_bench_is_the_guard():
    makefile = (Path(__file__).parents[2] / "Makefile").read_text()
    target = re.search(r"^bench:.*## .*\n(?:\t.*\n)+", makefile, re.MULTILINE)
    assert target is not None
    assert "python -m benchmarks.guard $(if $(STORE),--store)" in target[0]
