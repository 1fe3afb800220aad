import io

import numpy as np
import pytest

from app.model.array_message import LONGEST_HEADER, largest_message, pack, size_of, unpack

LOGIT = np.array([[1.5, -2.0, 3.25]], np.float32)
CLASSES = np.array([[0, 2, 1]], np.uint8)


def message(*arrays):
    return b"".join(pack(*arrays))


def test_there_and_back():
    logit, classes = unpack(message(LOGIT, CLASSES), (np.float32, np.uint8))
    np.testing.assert_array_equal(logit, LOGIT)
    np.testing.assert_array_equal(classes, CLASSES)
    assert (logit.dtype, classes.dtype) == (np.float32, np.uint8)


def test_numpy_reads_it():
    stream = io.BytesIO(message(LOGIT, CLASSES))
    np.testing.assert_array_equal(np.load(stream, allow_pickle=False), LOGIT)
    np.testing.assert_array_equal(np.load(stream, allow_pickle=False), CLASSES)


def test_what_lies_in_another_order_is_sent_in_rows():
    turned = np.arange(6, dtype=np.float32).reshape(2, 3).T
    (back,) = unpack(message(turned), (np.float32,))
    np.testing.assert_array_equal(back, [[0, 3], [1, 4], [2, 5]])


def test_the_size_is_known_before():
    pieces = pack(LOGIT, CLASSES)
    assert size_of(pieces) == len(b"".join(pieces))
    assert largest_message((np.float32, np.uint8), (1, 3)) == 2 * LONGEST_HEADER + 12 + 3
    assert size_of(pieces) <= largest_message((np.float32, np.uint8), (1, 3))


def with_header(text):
    padded = text.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(padded).to_bytes(2, "little") + padded + bytes(64)


def test_a_header_made_by_hand_is_read():
    (zeros,) = unpack(with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (4, 4)}"), (np.float32,))
    assert zeros.shape == (4, 4) and not zeros.any()


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"nonsense" * 40,
        message(LOGIT)[:-1],
        message(LOGIT) + b"x",
        message(CLASSES),
        message(LOGIT.astype(np.float64)),
        message(LOGIT.astype(">f4")),
        with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4)}"),
        with_header("{'descr': '<f4', 'fortran_order': True, 'shape': (4, 4)}"),
        with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (4, -4)}"),
        with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (10**9, 10**9)}"),
        with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (4000000000, 4000000000)}"),
        with_header("{'descr': '|O', 'fortran_order': False, 'shape': (4, 4)}"),
        with_header("{'descr': '<f4'}"),
        with_header("(" * 100),
        with_header("__import__('os')"),
    ],
)
def test_what_is_no_such_message_is_refused(damaged):
    with pytest.raises(ValueError, match=r"."):
        unpack(damaged, (np.float32,))


def test_an_array_object_is_never_unpickled():
    stream = io.BytesIO()
    np.save(stream, np.array([{"a": 1}], object), allow_pickle=True)
    with pytest.raises(ValueError, match="type"):
        unpack(stream.getvalue(), (np.float32,))
