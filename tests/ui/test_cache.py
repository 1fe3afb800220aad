"""Checkpoints and networks that are kept between reruns."""

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from made_up_network import write_checkpoint

from app.errors import CheckpointMissingError
from app.model.checkpoint import CARD, load_card
from app.pages import cache


def test_the_shipped_card_is_the_default_and_read_once() -> None:
    assert cache.card().sha256 == load_card().sha256
    assert cache.card() is cache.card()


def test_another_folder_has_another_card_which_is_read_again_when_it_changes(tmp_path: Path) -> None:
    first = write_checkpoint(tmp_path / "a", 0.4)
    assert (cache.card(tmp_path / "a").sha256, cache.card(tmp_path / "a").threshold) == (first, 0.4)
    write_checkpoint(tmp_path / "a", 0.6)
    os.utime(tmp_path / "a" / CARD, (1, 1))
    assert cache.card(tmp_path / "a").threshold == 0.6


def test_a_missing_card_is_reported_and_found_once_it_is_there(tmp_path: Path) -> None:
    with pytest.raises(CheckpointMissingError):
        cache.card(tmp_path)
    write_checkpoint(tmp_path, 0.5)
    assert cache.card(tmp_path).threshold == 0.5


def test_networks_are_kept_by_the_checkpoint_that_they_are_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_tensorflow = SimpleNamespace(Segmenter=lambda folder, engine: [folder, engine])
    monkeypatch.setitem(sys.modules, "app.model.segmenter", without_tensorflow)
    monkeypatch.setattr(cache, "make_engine", lambda folder, card, environ: (folder.name, card.sha256, environ))
    digests = {name: write_checkpoint(tmp_path / name, 0.5) for name in "ab"}
    one, other = (cache.segmenter(tmp_path / name) for name in "ab")
    assert one == [tmp_path / "a", ("a", digests["a"], os.environ)]
    assert other == [tmp_path / "b", ("b", digests["b"], os.environ)]
    assert cache.segmenter(tmp_path / "a") is one
