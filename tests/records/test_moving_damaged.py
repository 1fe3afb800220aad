"""Zips that are cut off, damaged, bombs, or zips of something else: refused, with nothing changed."""

import struct
import zipfile
from pathlib import Path

import pytest

from app.errors import InputError, LimitError, RecordsDamagedError
from app.records.database import Records
from app.records.moving import MANIFEST
from app.records.moving_zip import RecordsZip
from tests.records.made_zips import assert_refused, members_of, write


@pytest.mark.parametrize("left", [0, 1, 21, 22, 0.2, 0.5, 0.9, -1, -22, -200])
def test_cut_off(sound_zip: Path, empty: Records, tmp_path: Path, left: float) -> None:
    whole = sound_zip.read_bytes()
    (tmp_path / "a.zip").write_bytes(whole[: int(left * len(whole)) if isinstance(left, float) else left])
    assert_refused(empty, tmp_path / "a.zip", match="cut off")


def test_no_flipped_bit_goes_by_unnoticed(sound_zip: Path, tmp_path: Path) -> None:
    """Either the zip is refused, or what is read is what was written: times and rights in a zip mean nothing here."""
    whole, taken = bytearray(sound_zip.read_bytes()), 0
    for place in range(0, len(whole), 101):
        whole[place] ^= 1 << place % 8
        (tmp_path / "a.zip").write_bytes(whole)
        whole[place] ^= 1 << place % 8
        with (tmp_path / "a.zip").open("rb") as file:
            try:
                RecordsZip(file, "a.zip").check()
            except (InputError, RecordsDamagedError):
                continue
        assert members_of(tmp_path / "a.zip") == members_of(sound_zip), place
        taken += 1
    assert 0 < taken < len(whole) / 101 / 4


def test_zips_of_something_else(empty: Records, tmp_path: Path) -> None:
    for number, content in enumerate(
        (b"[]", b"{}", b"null", b'{"format": "gliolens-records"}', b"[" * 100_000, b"\xff")
    ):
        path = tmp_path / f"{number}.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(MANIFEST, content)
        assert_refused(empty, path)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("evil.txt", b"")
    assert_refused(empty, tmp_path / "a.zip")


def test_bombs_are_not_unpacked(sound_zip: Path, empty: Records, tmp_path: Path) -> None:
    members = members_of(sound_zip)
    bomb = b" " * 20_000_000
    for path in (
        write(tmp_path / "a.zip", members | {"studies.jsonl": bomb + b"\n"}),
        write(tmp_path / "b.zip", members, {"about": "x" * 2_000_000}),
    ):
        assert_refused(empty, path, LimitError, "read no further")
    name = next(name for name in members if name.startswith("files/"))
    with zipfile.ZipFile(
        write(tmp_path / "c.zip", {other: members[other] for other in members if other != name}), "a"
    ) as archive:
        archive.writestr(name, members[name], zipfile.ZIP_DEFLATED)
    assert_refused(empty, tmp_path / "c.zip")


def test_a_list_of_members_that_is_too_long_is_not_read(sound_zip: Path, empty: Records, tmp_path: Path) -> None:
    whole = sound_zip.read_bytes()
    end = bytearray(whole[-22:])
    struct.pack_into("<L", end, 12, 2**27)
    (tmp_path / "a.zip").write_bytes(whole[:-22] + end)
    assert_refused(empty, tmp_path / "a.zip", LimitError, "read no further")
    large = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, 2**27, 0) + struct.pack(
        "<4sLQL", b"PK\6\7", 0, len(whole), 1
    )
    (tmp_path / "b.zip").write_bytes(whole[:-22] + large + whole[-22:])
    assert_refused(empty, tmp_path / "b.zip", LimitError, "read no further")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_and_locked_ones(sound_zip: Path, empty: Records, tmp_path: Path) -> None:
    path = write(tmp_path / "a.zip", members_of(sound_zip))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("patients.jsonl", b"")
    assert_refused(empty, path)
    whole = bytearray(sound_zip.read_bytes())
    struct.pack_into("<H", whole, whole.index(b"PK\1\2") + 8, 1)
    path.write_bytes(whole)
    assert_refused(empty, path)
