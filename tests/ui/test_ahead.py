import pytest

from app.errors import CheckpointMissingError
from app.pages import cache
from app.pages.ahead import load_ahead


def test_the_network_is_loaded_in_a_thread_of_its_own(monkeypatch):
    loaded = []
    monkeypatch.setattr(cache, "segmenter", lambda: loaded.append("once"))
    thread = load_ahead()
    thread.join(60)
    assert loaded == ["once"]
    assert thread.daemon


def test_a_checkpoint_that_is_missing_is_left_for_the_page_to_show(monkeypatch):
    def missing():
        raise CheckpointMissingError("No network. Restore it.")

    monkeypatch.setattr(cache, "segmenter", missing)
    thread = load_ahead()
    thread.join(60)
    assert not thread.is_alive()
    with pytest.raises(CheckpointMissingError):
        cache.segmenter()
