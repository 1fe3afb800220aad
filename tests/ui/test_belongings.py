"""What a visitor has open: read once, let go when something else is opened, shared with nobody who has not the same."""

import gc
import weakref
from dataclasses import dataclass

import numpy as np
import pytest
from ui_files import head, nifti

from app.errors import UnreadableFileError
from app.imaging import REFERENCE, ScanFile, open_study
from app.model.inference import Progress
from app.model.runs import Runs
from app.model.turns import Turns
from app.pages import belongings
from app.pages.belongings import Belongings
from app.study import Sequence

SCAN = nifti(head((9, 8, 7), 1))
OTHER = nifti(head((9, 8, 7), 2))
MASK = nifti((head((9, 8, 7), 1) > 150).astype(np.uint8))


@dataclass
class File:
    file_id: str
    name: str
    data: bytes

    def getvalue(self) -> bytes:
        return self.data


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The names of the files of each reading, which here takes place in this process."""
    readings: list[list[str]] = []

    def counted(files: list[ScanFile], roles: dict | None):
        readings.append([file.name for file in files])
        return open_study(files, roles)

    monkeypatch.setattr(belongings, "open_study", counted)
    return readings


def scan(file_id: str = "1", name: str = "p_flair.nii.gz", data: bytes = SCAN) -> File:
    return File(file_id, name, data)


def test_files_are_read_once(read: list[list[str]]) -> None:
    mine, files = Belongings(), [scan(), scan("2", "p_seg.nii.gz", MASK)]
    parts = mine.parts(files, "")
    opened = mine.open(files, {(part.file, part.index): part.role for part in parts}, "")
    assert mine.open(files, None, "") is opened and opened.study is not None
    assert [part.role for part in parts] == [Sequence.FLAIR, REFERENCE]
    assert read == [["p_flair.nii.gz", "p_seg.nii.gz"]]


def test_a_corrected_role_takes_the_place_of_the_study_as_it_was_recognised(read: list[list[str]]) -> None:
    mine, files = Belongings(), [scan()]
    before = weakref.ref(mine.open(files, None, "").study)
    key = ("p_flair.nii.gz", 0)
    after = mine.open(files, {key: Sequence.T2}, "").study
    assert after is not None and after.sequences == (Sequence.T2,) and mine.studies == {"": after}
    assert mine.open(files, {key: Sequence.T2}, "").study is after and len(read) == 2
    gc.collect()
    assert before() is None
    assert mine.parts(files, "")[0].role == Sequence.FLAIR
    again = mine.open(files, {key: Sequence.FLAIR}, "").study
    assert again is not None and again.sequences == (Sequence.FLAIR,)


def test_other_files_take_the_place_of_those_before(read: list[list[str]]) -> None:
    mine = Belongings()
    before = weakref.ref(mine.open([scan()], None, "").study)
    mine.open([scan("2", data=OTHER)], None, "")
    gc.collect()
    assert before() is None and len(mine.studies) == 1 and len(read) == 2


def test_the_same_name_with_another_content_is_another_study(read: list[list[str]]) -> None:
    one, other = Belongings(), Belongings()
    first = one.open([scan("1")], None, "").study
    second = other.open([scan("2", data=OTHER)], None, "").study
    assert first is not None and second is not None and first.sha256 != second.sha256 and len(read) == 2


def test_the_same_content_under_another_name_is_another_study(read: list[list[str]]) -> None:
    one, other = Belongings(), Belongings()
    first = one.open([scan("1", "miller_flair.nii.gz")], None, "").study
    second = other.open([scan("2", "p2_flair.nii.gz")], None, "").study
    assert first is not None and second is not None and first is not second
    assert "miller" in first.name and "miller" not in second.name


def test_what_is_byte_for_byte_the_same_is_shared_while_somebody_has_it(read: list[list[str]]) -> None:
    one, other = Belongings(), Belongings()
    opened = one.open([scan("1")], None, "")
    assert other.open([scan("2")], None, "") is opened and len(read) == 1
    reference = weakref.ref(opened)
    del one, opened
    gc.collect()
    assert reference() is not None
    del other
    gc.collect()
    assert reference() is None
    Belongings().open([scan("3")], None, "")
    assert len(read) == 2


def test_places_do_not_disturb_each_other_and_are_let_go_by_name(read: list[list[str]]) -> None:
    mine = Belongings()
    mine.open([scan("1")], None, "left-")
    mine.open([scan("2", data=OTHER)], None, "right-")
    assert set(mine.studies) == {"left-", "right-"} and len(read) == 2
    mine.keep_only(("right-",))
    assert set(mine.studies) == set(mine.dropped) == {"right-"}


def test_files_that_cannot_be_opened_are_refused_again_without_being_read(read: list[list[str]]) -> None:
    mine, files = Belongings(), [scan(data=SCAN[:90])]
    told = []
    for _ in range(2):
        with pytest.raises(UnreadableFileError) as refused:
            mine.open(files, None, "")
        told.append(str(refused.value))
    with pytest.raises(UnreadableFileError):
        mine.parts(files, "")
    assert told[0] == told[1] and "p_flair.nii.gz" in told[0] and len(read) == 1


def test_a_run_is_held_while_its_study_is_open(read: list[list[str]]) -> None:
    mine, runs = Belongings(), Runs(Turns(1, 8))
    study = mine.open([scan()], None, "").study
    assert study is not None
    mine.runs[study.sha256, "c"] = runs.of(
        (study.sha256, "c"), 7, lambda: iter([Progress(np.zeros(1, np.uint8), 0, 7)])
    )
    mine.open([scan()], None, "")
    assert len(mine.runs) == 1
    mine.open([scan("2", data=OTHER)], None, "")
    assert mine.runs == {}
