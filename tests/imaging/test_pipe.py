"""Messages of JSON and bytes."""

import io

import numpy as np
import pytest

from app.imaging.pipe import MAX_HEADER, receive, send


def sent(values: dict[str, object], *blobs: bytes) -> bytes:
    stream = io.BytesIO()
    send(stream, values, blobs)
    return stream.getvalue()


def test_comes_out_as_it_went_in() -> None:
    values, blobs = receive(io.BytesIO(sent({"a": [1, None, "ü"]}, b"", b"\0\1\2", b"x" * 70_000)), 70_003)

    assert values == {"a": [1, None, "ü"]}
    assert [blob.tobytes() for blob in blobs] == [b"", b"\0\1\2", b"x" * 70_000]
    assert blobs[1].dtype == np.uint8


def test_one_after_another() -> None:
    stream = io.BytesIO(sent({"n": 1}, b"ab") + sent({"n": 2}))

    assert receive(stream, 2)[0] == {"n": 1}
    assert receive(stream, 2) == ({"n": 2}, [])


@pytest.mark.parametrize("cut", [0, 7, 8, 20, -1])
def test_ends_too_early(cut: int) -> None:
    with pytest.raises(EOFError):
        receive(io.BytesIO(sent({"n": 1}, b"abc")[:cut]), 3)


@pytest.mark.parametrize(
    "message",
    [
        sent({}, b"abcd"),
        (MAX_HEADER + 1).to_bytes(8, "little"),
        (13).to_bytes(8, "little") + b'{"blobs":[-1]',
        (14).to_bytes(8, "little") + b'{"blobs":[-1]}',
    ],
    ids=["more than allowed", "long header", "no json", "negative"],
)
def test_refuses(message: bytes) -> None:
    with pytest.raises(ValueError):
        receive(io.BytesIO(message), 3)
