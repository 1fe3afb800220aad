import pickle
from pathlib import Path

import numpy as np
import pytest
from cohort_readings import CARD, study_of, tumour
from cohort_works import SETTINGS, task_of

from app.cohort import work as module
from app.cohort.task import Settings, Task
from app.cohort.work import THUMBNAIL, unforeseen, work
from app.errors import CheckpointAlteredError, UnreadableFileError
from app.imaging.confined import ReaderError
from app.model.checkpoint import FOLDER
from app.study import Probability

TASK = task_of(Path("p1.nii"))


class Segmenter:
    card = CARD

    def segment(self, study, *, classes):
        return Probability((tumour() > 0).astype(np.uint8) * 100, study.sha256, CARD.sha256, tumour())


@pytest.fixture
def study(monkeypatch):
    """What is read; the network is one that finds the tumour."""
    made = study_of(reference=True)
    monkeypatch.setattr(module, "_network", lambda settings, threads: (Segmenter(), None))
    monkeypatch.setattr(module, "read_found", lambda found: made)
    monkeypatch.setattr("app.imaging.confined.prepare", lambda: None)
    return made


@pytest.mark.usefixtures("study")
def test_a_study_and_its_files():
    outcome = work(TASK)
    assert (outcome.name, outcome.problem) == ("p1", None)
    assert (outcome.row["tumour_ml"], outcome.row["recall"]) == (2.0, 1.0)
    assert list(outcome.files) == ["p_1_mask.nii.gz", "p_1_probability.nii.gz", THUMBNAIL]
    assert outcome.files[THUMBNAIL].startswith(b"\x89PNG")
    assert set(outcome.seconds) == {"read", "network", "measure", "files", "row"}


@pytest.mark.usefixtures("study")
def test_twice_the_same_byte_for_byte():
    one, other = work(TASK), work(TASK)
    assert one == other and one.seconds != other.seconds
    assert pickle.loads(pickle.dumps(one)) == one


@pytest.mark.usefixtures("study")
def test_threshold_and_exports():
    settings = Settings(0.55, ("dicom-seg", "csv"), SETTINGS.checkpoint, SETTINGS.checkpoint_sha256, "bfloat16")
    outcome = work(Task(TASK.found, settings))
    assert (outcome.row["threshold"], outcome.row["tumour_voxels"], outcome.row["computed_in"]) == (0.55, 0, "bfloat16")
    assert "p_1_lesions.csv" in outcome.files
    assert outcome.row["left_out"] == "dicom-seg: The scan did not come as DICOM files."


@pytest.mark.usefixtures("study")
@pytest.mark.parametrize(
    ("error", "said"),
    [
        (UnreadableFileError("p1.nii is empty."), "p1.nii is empty."),
        (ReaderError("KeyError in x.py:1 f"), "(ReaderError: KeyError in x.py:1 f)"),
        (MemoryError(), "Something went wrong on our side (MemoryError: "),
        (ValueError("Jane Doe"), "Something went wrong on our side (ValueError: "),
    ],
)
def test_what_is_wrong_is_a_problem_of_the_study(monkeypatch, error, said):
    def failing(found):
        raise error

    monkeypatch.setattr(module, "read_found", failing)
    outcome = work(TASK)
    assert (outcome.row, outcome.files) == (None, {})
    assert said in outcome.problem and "Doe" not in outcome.problem


def test_what_is_said_of_a_fault_is_where_it_was():
    try:
        Path("x").relative_to("y")
    except ValueError as error:
        said = unforeseen(error)
    assert "test_work.py" in said and "relative_to" in said


def test_another_checkpoint_is_not_used():
    module._network.cache_clear()
    settings = Settings(None, (), FOLDER, "0" * 64, "float32")
    with pytest.raises(CheckpointAlteredError, match="not the one that the cohort was begun with"):
        module._network(settings, None)
