"""What the app does when a checkpoint changes after it was loaded: it serves what it verified, and nothing else."""

import hashlib
import json
import os
import shutil
from pathlib import Path

import keras
import numpy as np
import pytest
import streamlit as st

from app.errors import CheckpointAlteredError, CheckpointError
from app.model import checkpoint
from app.model.checkpoint import CARD, NETWORK, load_card, load_network, save_checkpoint
from app.model.serving import Serving
from app.model.unet import UNetConfig, build_unet
from app.pages import cache
from app.study import Sequence, Source, Study

SCAN = np.random.default_rng(4).integers(20, 200, (1, 24, 20)).astype(np.float32)
STUDY = Study("s", {Sequence.FLAIR: SCAN}, Source("picture", (24, 20)))


def network(seed: int) -> keras.Model:
    keras.utils.set_random_seed(seed)
    return build_unet(UNetConfig(filters=(2, 4), neighbours=0), folded=True)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Checkpoints of two networks."""
    made = []
    for seed in (1, 2):
        folder = tmp_path_factory.mktemp("checkpoint")
        values = {
            "threshold": 0.5, "threshold_reason": "", "calibrations": {}, "serving": Serving(), "recipe": {},
            "training": (), "validation": (), "curves": [],
        }  # fmt: skip
        save_checkpoint(folder, network(seed), values)
        made.append(folder)
    return made[0], made[1]


@pytest.fixture
def folder(two: tuple[Path, Path], tmp_path: Path) -> Path:
    """A copy of the first, to spoil; no cache knows it."""
    st.cache_resource.clear()
    return shutil.copytree(two[0], tmp_path / "checkpoint")


def later(path: Path) -> None:
    """Give a file that was written again another time of change, however coarse the clock of the disk."""
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 10**9))


def test_a_network_that_is_altered_later_is_not_looked_at(folder: Path) -> None:
    before = cache.segmenter(folder).segment(STUDY)
    (folder / NETWORK).write_bytes(b"something else")
    after = cache.segmenter(folder).segment(STUDY)
    assert np.array_equal(before.levels, after.levels)
    (folder / NETWORK).unlink()
    assert cache.segmenter(folder).segment(STUDY).checkpoint_sha256 == before.checkpoint_sha256


def test_a_card_that_is_damaged_later_is_refused_until_it_is_restored(folder: Path) -> None:
    served, whole = cache.segmenter(folder), (folder / CARD).read_bytes()
    (folder / CARD).write_bytes(whole[: len(whole) // 2])
    later(folder / CARD)
    with pytest.raises(CheckpointAlteredError, match="Restore it"):
        cache.card(folder)
    assert served.segment(STUDY).checkpoint_sha256 == served.card.sha256  # what is under way is finished
    (folder / CARD).write_bytes(whole)
    later(folder / CARD)
    assert cache.card(folder) == served.card


def test_a_new_card_is_never_served_with_the_old_network(folder: Path, two: tuple[Path, Path]) -> None:
    old = cache.segmenter(folder)
    shutil.copy(two[1] / CARD, folder / CARD)
    later(folder / CARD)
    with pytest.raises(CheckpointAlteredError, match="not the one that its card describes"):
        cache.segmenter(folder)
    shutil.copy(two[1] / NETWORK, folder / NETWORK)
    new = cache.segmenter(folder)
    assert new.card.sha256 == load_card(two[1]).sha256 != old.card.sha256


def test_a_network_that_is_swapped_after_it_was_hashed_is_not_loaded(
    folder: Path, two: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As soon as the digest is known, the file is another one, and sound."""

    class Swapping:
        @staticmethod
        def sha256(data: bytes) -> "hashlib._Hash":
            (folder / NETWORK).write_bytes((two[1] / NETWORK).read_bytes())
            return hashlib.sha256(data)

    planes = np.random.default_rng(2).normal(size=(1, 16, 8, 4)).astype(np.float32)
    first, second = (load_network(one)(planes).numpy() for one in two)
    monkeypatch.setattr(checkpoint, "hashlib", Swapping)
    loaded = load_network(folder)(planes).numpy()
    assert np.array_equal(loaded, first) and not np.array_equal(loaded, second)


def test_a_network_is_loaded_without_a_file(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So a full disk or a folder for temporary files that cannot be written to does not matter."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    assert load_network(folder).input_shape[-1] == 4


def test_nothing_in_a_network_is_run_as_python(folder: Path) -> None:
    """Not even when its card vouches for it: Keras unpacks no lambda."""
    made = keras.Sequential([keras.layers.Input((2,)), keras.layers.Lambda(lambda x: x)])
    data = checkpoint.pack_network(made)
    values = json.loads((folder / CARD).read_text()) | {"sha256": hashlib.sha256(data).hexdigest()}
    (folder / NETWORK).write_bytes(data)
    (folder / CARD).write_text(json.dumps(values))
    with pytest.raises(ValueError, match=r"(?i)lambda"):
        load_network(folder)


def test_a_disk_that_fills_while_a_checkpoint_is_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    values = {name: value for name, value in vars(load_card(folder)).items() if name not in ("sha256", "preprocessing")}
    monkeypatch.setattr("app.durable.os.fsync", full)
    with pytest.raises(CheckpointError, match=r"cannot be written to .*: No space left on device\. Free some space"):
        save_checkpoint(folder, network(3), values)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
