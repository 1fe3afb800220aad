import errno
import hashlib
import os
import stat
import time
from datetime import timedelta
from pathlib import Path

import pytest

from app.durable import PARTIAL
from app.errors import RecordMissingError, RecordsDamagedError, RecordsUnavailableError
from app.records.files import FileStore

CONTENT = b"a scan"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


def grow_old(path: Path, days: float = 2) -> None:
    then = time.time() - days * 24 * 3600
    os.utime(path, (then, then))


def test_content_comes_back_by_its_digest(store: FileStore) -> None:
    assert store.put(CONTENT) == SHA256
    assert (store.get(SHA256), store.has(SHA256), store.has("0" * 64)) == (CONTENT, True, False)
    assert store.path(SHA256) == store.folder / SHA256[:2] / SHA256
    assert store.put(b"") == hashlib.sha256(b"").hexdigest()


def test_others_of_the_machine_read_nothing(store: FileStore) -> None:
    store.put(CONTENT)
    assert stat.S_IMODE(store.path(SHA256).parent.stat().st_mode) == 0o700


def test_one_content_is_one_file_whose_time_is_new(store: FileStore) -> None:
    store.put(CONTENT)
    before = store.path(SHA256).stat().st_ino
    grow_old(store.path(SHA256))
    store.put(CONTENT)
    after = store.path(SHA256).stat()
    assert after.st_ino == before and time.time() - after.st_mtime < 3600
    assert list(store.all()) == [SHA256]


def test_a_damaged_file_is_told_and_putting_it_again_mends_it(store: FileStore) -> None:
    store.put(CONTENT)
    store.path(SHA256).write_bytes(b"a scar")
    with pytest.raises(RecordsDamagedError, match=f"{SHA256[:12]}.*Restore it from a backup"):
        store.get(SHA256)
    store.put(CONTENT)
    assert store.get(SHA256) == CONTENT


def test_a_missing_file_is_told(store: FileStore) -> None:
    with pytest.raises(RecordMissingError, match=f"missing: {SHA256[:12]}"):
        store.get(SHA256)


@pytest.mark.parametrize("name", ["", "..", "../../etc/passwd", SHA256.upper(), SHA256[1:], f"{SHA256}\n"])
def test_only_digests_lead_to_files(store: FileStore, name: str) -> None:
    for asked in store.path, store.has, store.get:
        with pytest.raises(RecordsDamagedError, match="no SHA-256"):
            asked(name)


@pytest.mark.parametrize(("number", "do"), [(errno.ENOSPC, "Free some space"), (errno.EACCES, "Let this account")])
def test_a_disk_that_refuses_is_told_and_leaves_nothing(
    store: FileStore, monkeypatch: pytest.MonkeyPatch, number: int, do: str
) -> None:
    def refused(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refused)
    with pytest.raises(RecordsUnavailableError, match=f"Nothing was saved: {os.strerror(number)}.*{do}.*try again"):
        store.put(CONTENT)
    assert not [path for path in store.folder.rglob("*") if path.is_file()]


def test_a_file_that_may_not_be_read_is_told(store: FileStore) -> None:
    store.path(SHA256).mkdir(parents=True)
    with pytest.raises(RecordsUnavailableError, match="A saved file cannot be read"):
        store.get(SHA256)


def test_files_are_listed_in_order_and_others_are_not(store: FileStore) -> None:
    assert list(store.all()) == []
    digests = sorted(store.put(bytes([n])) for n in range(9))
    (store.folder / "notes.txt").write_bytes(b"")
    (store.path(digests[0]).parent / f".gliolens-0{PARTIAL}").write_bytes(b"half")
    assert list(store.all()) == digests


def test_what_nothing_names_and_is_old_is_swept(store: FileStore) -> None:
    named, old, new = (store.put(bytes([n])) for n in range(3))
    half = store.path(old).parent / f".gliolens-0{PARTIAL}"
    others = store.path(old).parent / "notes.txt"
    for path in half, others:
        path.write_bytes(b"half")
    for path in store.path(named), store.path(old), half, others:
        grow_old(path)
    grow_old(store.path(new), 0.9)
    assert store.sweep({named}, older_than=DAY) == 2
    assert set(store.all()) == {named, new}
    assert others.exists() and not half.exists()
    assert store.sweep(set(), older_than=timedelta(0)) == 2


def test_what_was_just_put_again_is_not_swept(store: FileStore) -> None:
    store.put(CONTENT)
    grow_old(store.path(SHA256))
    store.put(CONTENT)
    assert store.sweep(set(), older_than=DAY) == 0


def test_one_that_is_swept_while_it_is_put_is_written_anew(store: FileStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file goes between the look at it and the new time."""
    store.put(CONTENT)
    really = os.utime

    def swept_before(path: Path) -> None:
        path.unlink(missing_ok=True)
        really(path)

    monkeypatch.setattr(os, "utime", swept_before)
    assert store.put(CONTENT) == SHA256
    assert store.get(SHA256) == CONTENT


def test_a_folder_that_cannot_be_listed_is_told(store: FileStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.put(CONTENT)

    def refused(_: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refused)
    with pytest.raises(RecordsUnavailableError, match="cannot be listed: Permission denied"):
        list(store.all())
