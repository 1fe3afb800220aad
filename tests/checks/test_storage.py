import shutil
from types import SimpleNamespace

import pytest

from app.checks.storage import space, write_access
from app.durable import PARTIAL


@pytest.fixture
def blocked(tmp_path):
    """A folder that nobody can make, not even root: there is a file in its way."""
    (tmp_path / "file").write_text("")
    return tmp_path / "file" / "data"


class TestWriteAccess:
    def test_nothing_is_left_behind(self, tmp_path):
        assert write_access(tmp_path / "not" / "yet").ok
        assert write_access(tmp_path).ok
        assert list(tmp_path.iterdir()) == []

    def test_a_file_in_its_place(self, blocked):
        for folder in (blocked, blocked.parent):
            finding = write_access(folder)
            assert not finding.ok and "GLIOLENS_DATA" in finding.advice and str(folder) in finding.said

    def test_a_disk_that_is_full(self, tmp_path, monkeypatch):
        def full(*_):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("app.durable.os.fsync", full)
        assert "No space left on device" in write_access(tmp_path).said
        assert list(tmp_path.iterdir()) == []

    def test_a_disk_that_loses_what_is_written(self, tmp_path, monkeypatch):
        monkeypatch.setattr("app.checks.storage.write_whole", lambda path, _: path.write_bytes(b""))
        assert not write_access(tmp_path).ok


def test_space(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=2**31 if path == tmp_path else 0))
    assert space(tmp_path / "not" / "yet", 2**31).ok
    finding = space(tmp_path, 2**31 + 1)
    assert not finding.ok and "2.0 GiB are free" in finding.said and finding.advice


def test_unfinished_files_are_not_left_either(tmp_path):
    write_access(tmp_path)
    assert list(tmp_path.rglob(f"*{PARTIAL}")) == []
