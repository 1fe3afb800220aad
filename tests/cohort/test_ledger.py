import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from cohort_works import SETTINGS, fine, task_of

from app.cohort.found import Found
from app.cohort.ledger import PROBLEM, RESULT, Ledger, digest_of
from app.cohort.task import Outcome
from app.errors import InputError


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "root"
    folder.mkdir()
    return folder


@pytest.fixture
def ledger(tmp_path, root):
    out = tmp_path / "out"
    out.mkdir()
    made = Ledger(out, root)
    made.claim()
    return made


def study(root, content=b"12345"):
    path = root / "p1_flair.nii"
    path.write_bytes(content)
    return task_of(path, "p1")


def inside(ledger):
    return sorted(path.name for path in (ledger.studies / "p1").iterdir())


def test_what_was_kept_is_found_again(ledger, root):
    task = study(root)
    assert ledger.record("p1") is None
    kept = ledger.keep(task.found, fine(task), "d1")
    assert (kept.digest, kept.failed, kept.row["tumour_voxels"]) == ("d1", False, 5)
    assert kept.files == {"p1_mask.nii.gz": 15, "thumbnail.png": 5}
    assert ledger.record("p1") == kept
    assert (ledger.studies / "p1" / "p1_mask.nii.gz").read_bytes() == b"12345" * 3


def test_a_problem_and_then_a_result(ledger, root):
    task = study(root, b"")
    kept = ledger.keep(task.found, fine(task), "d1")
    assert kept.failed and kept.row["problem"] == "p1_flair.nii is empty." and kept.row["kind"] == "NIfTI"
    assert (inside(ledger), ledger.record("p1")) == ([PROBLEM], kept)
    again = study(root)
    ledger.keep(again.found, fine(again), "d2")
    assert inside(ledger) == ["p1_mask.nii.gz", RESULT, "thumbnail.png"]
    ledger.keep(task.found, Outcome("p1", None, {}, "Gone.", {}), "d3")
    assert inside(ledger) == [PROBLEM] and ledger.record("p1").digest == "d3"


@pytest.mark.parametrize("damage", ["missing", "shorter", "no json", "other json"])
def test_what_is_not_whole_counts_as_not_done(ledger, root, damage):
    task = study(root)
    ledger.keep(task.found, fine(task), "d1")
    mask, result = ledger.studies / "p1" / "p1_mask.nii.gz", ledger.studies / "p1" / RESULT
    if damage == "missing":
        mask.unlink()
    elif damage == "shorter":
        mask.write_bytes(b"1")
    else:
        result.write_text("{" if damage == "no json" else "[1]")
    assert ledger.record("p1") is None


def test_what_a_crash_left_is_swept_out(ledger, root):
    for folder in (ledger.out, ledger.studies / "p1"):
        folder.mkdir(exist_ok=True)
        (folder / ".gliolens-00.partial").touch()
    ledger.claim()
    assert inside(ledger) == []
    assert sorted(path.name for path in ledger.out.iterdir()) == ["cohort.json", "studies"]


def test_a_folder_of_another_cohort_is_refused(ledger, tmp_path):
    with pytest.raises(InputError, match=r"holds the results of .*root\. Choose another --out"):
        Ledger(ledger.out, tmp_path / "another").claim()
    assert json.loads((ledger.out / "cohort.json").read_text())["folder"] == str(ledger.root)


def test_a_folder_that_cannot_be_used_is_refused(tmp_path):
    (tmp_path / "cohort.json").write_text("{}")
    with pytest.raises(InputError, match="cannot be used for results"):
        Ledger(tmp_path, tmp_path).claim()


def test_a_study_that_cannot_be_written(ledger, root):
    (ledger.studies / "p1").write_text("a file is in the way")
    task = study(root)
    with pytest.raises(InputError, match="cannot be written to"):
        ledger.keep(task.found, fine(task), "d1")


def test_studies_of_before_are_counted(ledger, root):
    task = study(root)
    ledger.keep(task.found, fine(task), "d1")
    assert (ledger.strangers({"p1"}), ledger.strangers({"p2"})) == (0, 1)


class TestDigest:
    def test_it_tells_content_that_changed(self, root):
        found = study(root).found
        first = digest_of(found, SETTINGS, root)
        assert digest_of(found, SETTINGS, root) == first
        stat = found.paths[0].stat()
        os.utime(found.paths[0], ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
        touched = digest_of(found, SETTINGS, root)
        found.paths[0].write_bytes(b"123456")
        os.utime(found.paths[0], ns=(stat.st_atime_ns, stat.st_mtime_ns))
        longer = digest_of(found, SETTINGS, root)
        found.paths[0].unlink()
        gone = digest_of(found, SETTINGS, root)
        assert len({first, touched, longer, gone}) == 4

    def test_it_tells_other_settings(self, root):
        found = study(root).found
        changes = [
            {},
            {"threshold": 0.5},
            {"exports": ("gif",)},
            {"checkpoint_sha256": "0" * 64},
            {"precision": "bfloat16"},
        ]
        assert len({digest_of(found, replace(SETTINGS, **change), root) for change in changes}) == len(changes)
        assert digest_of(found, replace(SETTINGS, checkpoint=Path("x")), root) == digest_of(found, SETTINGS, root)

    def test_it_tells_other_files_and_not_another_place(self, root, tmp_path):
        found = study(root).found
        first = digest_of(found, SETTINGS, root)
        twice = Found(found.name, found.paths * 2, found.kind)
        assert digest_of(twice, SETTINGS, root) != first
        moved = root.rename(tmp_path / "moved")
        assert digest_of(replace(found, paths=(moved / "p1_flair.nii",)), SETTINGS, moved) == first
