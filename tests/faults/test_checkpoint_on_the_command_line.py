"""`python -m app segment` with a checkpoint that is not as it should be: one line, status 1, and nothing written."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from app.model.checkpoint import CARD, NETWORK
from tests.faults.project import copy_project, segment


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_project(tmp_path_factory.mktemp("copy") / "project")


@pytest.fixture
def checkpoint(project):
    """The folder, which is whole again afterwards."""
    folder = project / "checkpoints"
    kept = {name: (folder / name).read_bytes() for name in (NETWORK, CARD)}
    yield folder
    for name, content in kept.items():
        (folder / name).unlink(missing_ok=True)
        (folder / name).write_bytes(content)


def change_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def make_unreadable(path: Path) -> None:
    path.chmod(0)


@pytest.mark.parametrize(
    ("name", "spoil", "said"),
    [
        (NETWORK, change_a_byte, "is not the one that its card describes. Restore it with git"),
        (NETWORK, Path.unlink, "is missing. Restore it with git"),
        (NETWORK, make_unreadable, "cannot be read: Permission denied. Let the account"),
        (CARD, truncate, "cannot be read. Restore it with git"),
        (CARD, make_unreadable, "cannot be read: Permission denied. Let the account"),
    ],
)
def test_it_is_refused_with_a_message(
    project: Path, checkpoint: Path, tmp_path: Path, name: str, spoil: Callable[[Path], None], said: str
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "slice_png_mask.png").write_bytes(b"an earlier mask")
    spoil(checkpoint / name)
    done = segment(project, out, "--json")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), done.stderr
    assert name in done.stderr and said in done.stderr
    assert [(path.name, path.read_bytes()) for path in out.iterdir()] == [("slice_png_mask.png", b"an earlier mask")]


def test_all_is_well_again_when_it_is_restored(project: Path, tmp_path: Path) -> None:
    done = segment(project, tmp_path / "out", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["study"] and len(list((tmp_path / "out").iterdir())) == 2
