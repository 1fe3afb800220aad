"""The page with a checkpoint that is not as it should be: the message, and all is well once it is restored."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app.model.checkpoint import CARD, FOLDER, NETWORK


def altered(content: bytes) -> bytes:
    return bytes([content[0] ^ 1]) + content[1:]


def truncated(content: bytes) -> bytes:
    return content[: len(content) // 2]


def missing(_: bytes) -> bytes:
    raise FileNotFoundError(2, "No such file or directory")


def unreadable(_: bytes) -> bytes:
    raise PermissionError(13, "Permission denied")


@pytest.fixture(autouse=True)
def networks_and_cards_are_not_kept() -> Iterator[None]:
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


@pytest.mark.parametrize(
    ("name", "spoil", "said"),
    [
        (NETWORK, altered, "is not the one that its card describes"),
        (NETWORK, truncated, "is not the one that its card describes"),
        (NETWORK, missing, "is missing"),
        (NETWORK, unreadable, "cannot be read: Permission denied"),
        (CARD, altered, "cannot be read"),
        (CARD, truncated, "cannot be read"),
        (CARD, missing, "is missing"),
        (CARD, unreadable, "cannot be read: Permission denied"),
    ],
)
def test_the_message_is_shown_until_it_is_restored(
    app: AppTest, monkeypatch: pytest.MonkeyPatch, name: str, spoil: Callable[[bytes], bytes], said: str
) -> None:
    read_bytes = Path.read_bytes

    def read(self: Path) -> bytes:
        content = read_bytes(self)
        return spoil(content) if self == FOLDER / name else content

    app.session_state["study"] = "slice_png"
    with monkeypatch.context() as spoilt:
        spoilt.setattr(Path, "read_bytes", read)
        app.run()
        assert not app.exception and len(app.error) == 1
        assert name in app.error[0].value and said in app.error[0].value and "reference" not in app.error[0].value
    app.run()
    assert not app.exception and not app.error
    assert not app.button(key="solid").disabled  # it is segmented
