import os
import threading

import numpy as np
import pytest

from app.model.array_message import pack, unpack
from app.model.pool_worker import FORWARD, READY, receive, send


@pytest.fixture
def pipe():
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as there, os.fdopen(writing, "wb") as here:
        yield here, there


def test_messages_there_and_back(pipe):
    here, there = pipe
    planes = np.arange(300_000, dtype=np.float32)  # more than a pipe holds at once
    sender = threading.Thread(target=lambda: (send(here, READY), send(here, FORWARD, pack(planes))))
    sender.start()
    assert receive(there, 0) == (READY, b"")
    kind, content = receive(there, 2_000_000)
    sender.join()
    assert kind == FORWARD
    np.testing.assert_array_equal(unpack(content, (np.float32,))[0], planes)


def test_a_message_that_is_too_large_is_refused(pipe):
    here, there = pipe
    send(here, READY, [bytes(11)])
    with pytest.raises(ValueError, match="10 bytes at most"):
        receive(there, 10)


@pytest.mark.parametrize("sent", [b"", b"r", b"r\x05\0\0\0\0\0\0\0abc"])
def test_a_stream_that_ends_early(pipe, sent):
    here, there = pipe
    here.write(sent)
    here.close()
    with pytest.raises(EOFError, match="ended after"):
        receive(there, 10)
