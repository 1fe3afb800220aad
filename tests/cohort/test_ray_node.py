import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from cohort_works import fine, task_of

from app.cohort.ray_node import PACKAGES, ROOT, Origin, Unfit, do_here, origin, versions


@pytest.fixture(autouse=True)
def forgotten():
    """What was found out about this machine's packages."""
    yield
    versions.cache_clear()


@pytest.fixture
def task(tmp_path):
    path = tmp_path / "a.nii"
    path.write_bytes(b"four")
    return task_of(path)


def test_a_machine_like_the_asker_does_the_task(task):
    assert do_here(task, fine, origin()) == fine(task)


def test_a_machine_with_another_version_refuses(task):
    asker = origin()
    asker = replace(asker, versions={**asker.versions, "numpy": "1.0"})
    answer = do_here(task, fine, asker)
    assert answer == Unfit(f"has numpy {versions()['numpy']} where the others have 1.0")


def test_a_package_may_be_missing_on_both(monkeypatch, task):
    versions.cache_clear()
    monkeypatch.setattr("app.cohort.ray_node.PACKAGES", ("numpy", "no-such-package"))
    assert versions().keys() == {"numpy", "no-such-package"} and versions()["no-such-package"] == "none"
    assert do_here(task, fine, origin()) == fine(task)


def test_every_package_that_counts_is_installed():
    assert set(versions()) == set(PACKAGES) and "none" not in versions().values()


def test_a_machine_that_does_not_see_the_study_refuses(task):
    task.found.paths[0].unlink()
    answer = do_here(task, fine, origin())
    assert isinstance(answer, Unfit) and answer.reason.startswith("does not see ") and "a.nii" in answer.reason


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="nothing is forbidden there")
def test_a_file_that_may_not_be_read_is_not_seen(task):
    task.found.paths[0].chmod(0)
    assert isinstance(do_here(task, fine, origin()), Unfit)


def test_a_name_cannot_command_a_terminal(tmp_path):
    answer = do_here(task_of(tmp_path / "a\x1b[2J.nii", "a"), fine, origin())
    assert "\x1b" not in answer.reason and "\\x1b[2J" in answer.reason


def test_the_checkpoint_of_the_program_is_looked_for_where_the_program_is(task):
    seen = []
    there = replace(task.settings, checkpoint=Path("/their/program/checkpoints"))
    do_here(
        replace(task, settings=there),
        lambda given: (seen.append(given.settings.checkpoint), fine(given))[1],
        Origin(Path("/their/program"), versions()),
    )
    assert seen == [ROOT / "checkpoints"]


def test_a_checkpoint_elsewhere_stays_where_it_is(task):
    seen = []
    there = replace(task.settings, checkpoint=Path("/shared/networks"))
    do_here(
        replace(task, settings=there),
        lambda given: (seen.append(given.settings.checkpoint), fine(given))[1],
        Origin(Path("/their/program"), versions()),
    )
    assert seen == [Path("/shared/networks")]
