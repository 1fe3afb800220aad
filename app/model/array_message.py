"""Arrays as bytes, for engines in other processes and on other machines: NumPy's `.npy` format, one after another.

Nothing in it can run code, other languages read it, and sizes are held against the header before anything is made.
Source: the specification in NumPy's documentation of `numpy.lib.format`, version 1.0.
"""

import math
from collections.abc import Sequence
from io import BytesIO
from tokenize import TokenError
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import DTypeLike, NDArray

LONGEST_HEADER = 512
"""Bytes of one array's header at most; NumPy writes 128 for arrays like ours."""


def pack(*arrays: NDArray[Any]) -> list[bytes | memoryview]:
    """The message in pieces: the header and the bytes of each array, which are not copied where they lie in order."""
    pieces: list[bytes | memoryview] = []
    for array in arrays:
        ordered = np.ascontiguousarray(array)
        header = BytesIO()
        npy.write_array_header_1_0(header, npy.header_data_from_array_1_0(ordered))
        pieces += [header.getvalue(), ordered.data.cast("B")]
    return pieces


def size_of(pieces: Sequence[bytes | memoryview]) -> int:
    """Bytes of a message in all."""
    return sum(memoryview(piece).nbytes for piece in pieces)


def largest_message(dtypes: Sequence[DTypeLike], shape: tuple[int, ...]) -> int:
    """Bytes that a message of arrays of one shape takes at most."""
    return sum(LONGEST_HEADER + np.dtype(dtype).itemsize * math.prod(shape) for dtype in dtypes)


def unpack(message: bytes | memoryview, dtypes: Sequence[DTypeLike]) -> list[NDArray[Any]]:
    """The arrays in a message, which has to hold exactly one of each type; they share its memory.

    Raises ValueError when it is no such message: cut short, too long, of other types, out of order.
    """
    view = memoryview(message).cast("B")
    arrays = []
    for dtype in dtypes:
        array, size = _first(view, np.dtype(dtype))
        arrays.append(array)
        view = view[size:]
    if view.nbytes:
        raise ValueError(f"The message goes on after its last array. Received: {view.nbytes} bytes more")
    return arrays


def _first(view: memoryview, wanted: np.dtype[Any]) -> tuple[NDArray[Any], int]:
    """The array at the beginning, and how many bytes it took."""
    stream = BytesIO(view[:LONGEST_HEADER])
    try:
        if npy.read_magic(stream) != (1, 0):
            raise ValueError("The format has another version.")
        shape, in_columns, dtype = npy.read_array_header_1_0(stream, max_header_size=LONGEST_HEADER)
    except (TypeError, SyntaxError, TokenError, RecursionError, MemoryError) as error:
        raise ValueError(f"This is no array's header: {error}") from error
    if dtype != wanted or in_columns or any(length < 1 for length in shape):
        raise ValueError(f"The array should have the type {wanted}, in rows. Received: {dtype} {shape}")
    start = stream.tell()
    count = math.prod(shape)
    if count * wanted.itemsize > view.nbytes - start:
        raise ValueError(f"The message ends before its array {shape} does. Received: {view.nbytes} bytes")
    return np.frombuffer(view, wanted, count, start).reshape(shape), start + count * wanted.itemsize
