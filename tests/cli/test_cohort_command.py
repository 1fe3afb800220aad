"""`python -m app cohort` around what does the work: its arguments, its words and its exit status."""

import sys
from types import ModuleType

import pytest

from app import NOTICE
from app.__main__ import main
from app.cohort.columns import COLUMNS
from app.cohort.task import Outcome
from app.model.checkpoint import FOLDER, load_card

CARD = load_card(FOLDER)


def outcome_of(task):
    if "bad" in task.found.name:
        return Outcome(task.found.name, None, {}, "It is\x1b[2J damaged.", {})
    row = dict.fromkeys(column.name for column in COLUMNS) | {
        "study": task.found.name,
        "threshold": task.settings.threshold or CARD.threshold,
        "tumour_voxels": 0,
        "lesions": 0,
        "checkpoint_sha256": CARD.sha256,
        "computed_in": task.settings.precision,
    }
    return Outcome(task.found.name, row, {}, None, {})


@pytest.fixture
def asked(monkeypatch):
    """What the runner of this machine was asked for: numbers of workers, and settings of tasks."""
    seen = []

    def run_locally(tasks, workers):
        for task in tasks:
            seen.append((workers, task.settings))
            yield outcome_of(task)

    monkeypatch.setattr("app.cohort.local_runner.run_locally", run_locally)
    monkeypatch.setattr("app.cohort.local_runner.default_workers", lambda: 3)
    return seen


@pytest.fixture
def scans(tmp_path):
    folder = tmp_path / "scans"
    folder.mkdir()
    return folder


def put(folder, *names):
    for name in names:
        (folder / f"{name}_flair.nii").write_bytes(b"content")


def cohort(folder, *arguments):
    return main(["cohort", str(folder), "--out", str(folder.parent / "out"), *arguments])


def test_all_done(asked, scans, capsys):
    put(scans, "p1", "p2")
    assert cohort(scans) == 0
    out, err = capsys.readouterr()
    assert out == (
        f"2 studies: 2 done.\nLook at {scans.parent / 'out' / 'index.html'}; "
        f"the table is cohort.csv and cohort.parquet.\n{NOTICE}\n"
    )
    assert err.startswith("2 studies found.\n1 of 2 studies, ") and err.endswith("s each\n")
    (workers, settings), _ = asked
    assert (workers, settings.threshold, settings.exports) == (3, None, ())
    assert (settings.checkpoint, settings.checkpoint_sha256) == (FOLDER, CARD.sha256)


@pytest.mark.usefixtures("asked")
def test_some_problems(scans, capsys):
    put(scans, "p1", *(f"bad{number:02}" for number in range(22)))
    assert cohort(scans) == 3
    out, err = capsys.readouterr()
    assert out.startswith("23 studies: 1 done and 22 with a problem.\n")
    named = [line for line in err.splitlines() if line.startswith("gliolens: ")]
    assert named[0] == "gliolens: bad00: It is\N{REPLACEMENT CHARACTER}[2J damaged."
    assert len(named) == 21 and named[-1] == "gliolens: and 2 more; cohort.csv has them all."
    assert cohort(scans) == 3
    assert capsys.readouterr().out.startswith("23 studies: 1 done and 22 with a problem, 23 of them earlier.\n")


def test_arguments(asked, scans, monkeypatch):
    monkeypatch.setenv("GLIOLENS_PRECISION", "bfloat16")
    put(scans, "p1")
    assert cohort(scans, "--workers", "5", "--threshold", "0.4", "--export", "gif,csv") == 0
    ((workers, settings),) = asked
    assert (workers, settings.threshold, settings.precision) == (5, 0.4, "bfloat16")
    assert set(settings.exports) == {"gif", "csv"}
    assert cohort(scans, "--workers", "5", "--threshold", "0.4", "--export", "csv,gif") == 0
    assert len(asked) == 1  # the order in which exports are asked for is nothing new


def test_problems_are_tried_again_when_asked(asked, scans):
    put(scans, "bad")
    for arguments in ([], [], ["--retry-failed"]):
        assert cohort(scans, *arguments) == 3
    assert len(asked) == 2


def test_on_a_ray_cluster(asked, scans, monkeypatch):
    said = []

    def run_on_ray(tasks, address, *, at_once):
        said.append(("runs", address, at_once))
        return map(outcome_of, tasks)

    connection, runner = ModuleType("app.cohort.ray_connection"), ModuleType("app.cohort.ray_runner")
    connection.connect = lambda address: said.append(("connects", address))
    runner.run_on_ray = run_on_ray
    monkeypatch.setitem(sys.modules, "app.cohort.ray_connection", connection)
    monkeypatch.setitem(sys.modules, "app.cohort.ray_runner", runner)
    assert cohort(scans, "--ray", "head:6379") == 2
    assert said == [("connects", "head:6379")]
    put(scans, "p1")
    assert cohort(scans, "--ray", "head:6379", "--workers", "4") == 0
    assert (said[1:], asked) == ([("connects", "head:6379"), ("runs", "head:6379", 4)], [])


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("workers", ["0", "-1", "two", "1.5", "²"])
def test_a_number_of_workers_that_is_none(scans, workers, capsys):
    with pytest.raises(SystemExit) as ended:
        cohort(scans, f"--workers={workers}")
    assert ended.value.code == 2
    assert "is not a number of workers" in capsys.readouterr().err


@pytest.mark.usefixtures("asked")
def test_folders_that_cannot_be_used(scans, capsys):
    assert cohort(scans) == 2
    assert "holds no study" in capsys.readouterr().err
    assert cohort(scans / "missing") == 2
    assert capsys.readouterr().err.startswith("gliolens: There is no folder")


def test_interrupted(asked, scans, monkeypatch, capsys):
    def run_locally(tasks, workers):
        yield outcome_of(next(iter(tasks)))
        raise KeyboardInterrupt

    put(scans, "p1", "p2")
    monkeypatch.setattr("app.cohort.local_runner.run_locally", run_locally)
    assert cohort(scans) == 130
    assert (scans.parent / "out" / "cohort.csv").read_bytes().count(b"\r\n") == 2
    assert "Traceback" not in capsys.readouterr().err


def test_a_network_that_cannot_be_used_is_found_before_the_first_study(asked, scans, monkeypatch, tmp_path, capsys):
    put(scans, "p1")
    monkeypatch.setattr("app.model.checkpoint.FOLDER", tmp_path)
    assert cohort(scans) == 1
    assert "is missing" in capsys.readouterr().err
    assert asked == [] and not (tmp_path / "out").exists()
