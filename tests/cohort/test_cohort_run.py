import io
import os
import re

import pytest
from cohort_works import SETTINGS, fine, noted

from app.cohort.lock import locked
from app.cohort.run import Cohort, run
from app.errors import InputError

TABLES = ["cohort.csv", "cohort.parquet", "index.html"]


@pytest.fixture
def folder(tmp_path):
    """Four studies of one file each, one of which is bad."""
    for name, content in (("a", b"1"), ("b", b"22"), ("bad", b""), ("c", b"333")):
        path = tmp_path / "root" / f"{name}_flair.nii"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "root"


def in_order(tasks):
    return map(noted, tasks)


def done(folder, runner=in_order, *, out=None, **changes):
    said = io.StringIO()
    out = out or folder.parent / "out"
    finished = run(Cohort(folder, out, SETTINGS, **changes), runner, said)
    return finished, said.getvalue()


def calls(folder):
    """Which studies were begun since the last time that this was asked."""
    listed = folder / "calls"
    names = listed.read_text().split() if listed.exists() else []
    listed.unlink(missing_ok=True)
    return names


def content(out):
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def test_every_study_and_the_tables(folder):
    finished, said = done(folder)
    assert (finished.studies, finished.earlier, len(finished.records)) == (4, 0, 4)
    assert [record.row["study"] for record in finished.problems] == ["bad"]
    assert said.startswith("4 studies found.\n1 of 4 studies, ")
    out = folder.parent / "out"
    assert sorted(path.name for path in out.iterdir()) == sorted([*TABLES, "cohort.json", "cohort.lock", "studies"])
    assert re.findall(rb"^[^,\n]+", (out / "cohort.csv").read_bytes(), re.MULTILINE) == [
        b"study",
        b"a",
        b"b",
        b"bad",
        b"c",
    ]
    assert sorted(path.name for path in (out / "studies" / "c").iterdir()) == [
        "c_mask.nii.gz",
        "result.json",
        "thumbnail.png",
    ]


def test_again_nothing_is_repeated_and_nothing_changes(folder):
    done(folder)
    assert calls(folder) == ["a", "b", "bad", "c"]
    before = content(folder.parent / "out")
    finished, _ = done(folder)
    assert (calls(folder), finished.earlier, content(folder.parent / "out")) == ([], 4, before)


def test_what_has_changed_is_done_again(folder):
    done(folder)
    calls(folder)
    (folder / "b_flair.nii").write_bytes(b"4444")
    (folder / "d_flair.nii").write_bytes(b"55555")
    finished, _ = done(folder)
    assert (calls(folder), finished.earlier) == (["b", "d"], 3)
    assert {record.row["study"]: record.row.get("tumour_voxels") for record in finished.records} == {
        "a": 1,
        "b": 4,
        "bad": None,
        "c": 3,
        "d": 5,
    }


def test_problems_are_tried_again_when_asked(folder):
    done(folder)
    calls(folder)
    (folder / "bad_flair.nii").write_bytes(b"")  # as before, but for the time
    stat = (folder / "a_flair.nii").stat()
    os.utime(folder / "bad_flair.nii", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert done(folder)[0].earlier == 3
    assert calls(folder) == ["bad"]
    assert done(folder)[0].earlier == 4
    assert done(folder, retry_failed=True)[0].earlier == 3
    assert calls(folder) == ["bad"]


def test_a_study_that_is_gone_stays_and_is_in_no_table(folder):
    done(folder)
    (folder / "b_flair.nii").unlink()
    finished, said = done(folder)
    assert [record.row["study"] for record in finished.records] == ["a", "bad", "c"]
    assert "1 studies in" in said and "their results stay, in no table" in said
    assert (folder.parent / "out" / "studies" / "b" / "result.json").exists()


def test_results_below_the_studies_are_no_studies(folder):
    for _ in range(2):
        assert done(folder, out=folder / "results")[0].studies == 4


def test_interrupted_it_writes_the_tables_of_what_is_done(folder):
    def interrupted(tasks):
        for number, task in enumerate(tasks):
            if number == 2:
                raise KeyboardInterrupt
            yield noted(task)

    with pytest.raises(KeyboardInterrupt):
        done(folder, interrupted)
    out = folder.parent / "out"
    assert (out / "cohort.csv").read_bytes().count(b"\r\n") == 3
    assert b"of 4 that were found" in (out / "index.html").read_bytes()
    assert calls(folder) == ["a", "b"]
    done(folder)
    assert calls(folder) == ["bad", "c"]
    done(folder, out=folder.parent / "undisturbed")
    assert content(out) == content(folder.parent / "undisturbed")


def test_a_runner_that_is_interrupted_while_a_result_is_written_is_closed(folder, monkeypatch):
    closed = []

    def runner(tasks):
        try:
            yield from map(fine, tasks)
        finally:
            closed.append(True)

    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("app.cohort.ledger.Ledger.keep", interrupted)
    with pytest.raises(KeyboardInterrupt):
        done(folder, runner)
    assert closed == [True]


def test_a_runner_that_loses_a_study_is_noticed(folder):
    with pytest.raises(RuntimeError, match="none of 1 studies"):
        done(folder, lambda tasks: (fine(task) for task in tasks if task.found.name != "c"))


def test_pages_of_a_larger_run_before_are_taken_away(folder):
    (folder.parent / "out").mkdir()
    (folder.parent / "out" / "index-2.html").touch()
    done(folder)
    assert not (folder.parent / "out" / "index-2.html").exists()


class TestRefused:
    def test_two_runs_at_once(self, folder):
        done(folder)
        with locked(folder.parent / "out"), pytest.raises(InputError, match="Another run writes into"):
            done(folder)

    def test_another_cohort(self, folder):
        done(folder)
        other = folder.rename(folder.parent / "other")
        with pytest.raises(InputError, match="holds the results of"):
            done(other)

    def test_folders_that_cannot_be_used(self, folder):
        with pytest.raises(InputError, match="There is no folder"):
            done(folder / "missing")
        for out in (folder, folder.parent / "root"):
            with pytest.raises(InputError, match="The studies lie in"):
                done(folder, out=out)
        with pytest.raises(InputError, match="cannot be made"):
            done(folder, out=folder / "a_flair.nii")
