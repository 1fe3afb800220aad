"""Backups in a folder: their names, and which earlier ones go."""

from pathlib import Path

import pytest

from app.errors import InputError, RecordsDamagedError
from app.records.backups import back_up
from app.records.database import Records
from tests.records.filled_records import files, left_in, save_one
from tests.records_fixtures import ADMIN

pytestmark = pytest.mark.parametrize("records_environ", ["sqlite"], indirect=True)


@pytest.fixture
def folder(records: Records, empty: Records, tmp_path: Path) -> Path:
    """Four backups of `records`, one of other records, one that is none, and one by a name of its own."""
    made = tmp_path / "backups"
    save_one(records, 1)
    save_one(empty, 1)
    for number in range(4):
        back_up(records, ADMIN, made).path.rename(made / f"gliolens-records-2020010{number}T000000Z.zip")
    back_up(empty, ADMIN, made).path.rename(made / "gliolens-records-20190101T000000Z.zip")
    (made / "gliolens-records-20180101T000000Z.zip").write_bytes(b"no zip")
    (made / "by hand.zip").write_bytes((made / "gliolens-records-20200101T000000Z.zip").read_bytes())
    return made


def test_all_are_left_unless_somebody_says_how_many(records: Records, folder: Path) -> None:
    before = left_in(folder)
    made = back_up(records, ADMIN, folder)
    assert made.removed == () and left_in(folder) == sorted([*before, made.path.name])


def test_earlier_ones_of_the_same_records_go(records: Records, folder: Path) -> None:
    before = left_in(folder)
    made = back_up(records, ADMIN, folder, keep=2)
    gone = [f"gliolens-records-2020010{number}T000000Z.zip" for number in range(3)]
    assert [path.name for path in made.removed] == gone
    assert left_in(folder) == sorted({*before, made.path.name} - set(gone))


def test_none_goes_before_the_new_one_is_whole(records: Records, folder: Path) -> None:
    before = left_in(folder)
    records.files.path(min(files(records))).write_bytes(b"damaged")
    with pytest.raises(RecordsDamagedError, match="not what was once saved"):
        back_up(records, ADMIN, folder, keep=1)
    assert left_in(folder) == before


def test_a_place_that_does_not_go_with_it(records: Records, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Name its folder"):
        back_up(records, ADMIN, tmp_path / "a.zip", keep=1)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputError, match="cannot be made"):
        back_up(records, ADMIN, tmp_path / "file" / "folder")
