import pytest

from app.errors import InputError
from app.exports import save


def test_a_file_is_written_and_nothing_else(tmp_path):
    target = save(tmp_path, "p_mask.png", b"new")
    assert target == tmp_path / "p_mask.png"
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("p_mask.png", b"new")]


def test_a_file_of_that_name_is_replaced(tmp_path):
    (tmp_path / "p_mask.png").write_bytes(b"an older, longer one")
    save(tmp_path, "p_mask.png", b"new")
    assert (tmp_path / "p_mask.png").read_bytes() == b"new"


def test_a_folder_that_is_missing_is_named(tmp_path):
    with pytest.raises(InputError, match=r"nowhere/p\.png cannot be written: No such file.* another folder"):
        save(tmp_path / "nowhere", "p.png", b"")


def test_a_failed_write_leaves_nothing_behind(tmp_path):
    (tmp_path / "p.png").mkdir()
    with pytest.raises(InputError, match="Is a directory"):
        save(tmp_path, "p.png", b"new")
    assert [file.name for file in tmp_path.iterdir()] == ["p.png"]
