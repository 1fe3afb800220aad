"""Values and arrays in one run of bytes: JSON, and blocks of zlib; nothing that could run code.

A container is `MAGIC`, the length of its JSON as 8 bytes (little endian), the JSON, and the blocks one after the other.
The JSON says what the container is of, its values, and of each array the type, the shape and the bytes of its blocks.
Each `BLOCK` items of an array make as many blocks as an item has bytes, of all their first bytes, their second ones and
so on: what is alike stands together, which takes less room and less time. Equal values and arrays give equal bytes.
"""

import json
import os
import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import LimitError, RecordsDamagedError

MAGIC = b"GLIOLEN1"
BLOCK = 2**20
"""Items, and so the bytes of a block, but of the last."""
MAX_HEADER = 16 * 2**20
"""Bytes of JSON at most; a DICOM header and the places of 8,192 slices are 2 MiB."""
MOST = 2 * 2**30
"""Bytes of all arrays at most; a study of the largest that are read has 1.1 GiB."""
_TYPES = ("|u1", "<f4", "<f8")
_LEVEL = 1
"""Of zlib; 6 takes four times as long for a tenth less."""
_PIECE, _EVERY = 2**12, 2**16
"""Bytes that are tried of so many; a block that these do not get smaller of is kept as it is."""
_RATIO, _SLACK = 1032, 64
"""zlib makes at most so many bytes out of one, but for a few."""


def pack(kind: str, values: dict[str, Any], arrays: Sequence[NDArray[Any]]) -> bytes:
    """Make a container of a kind.

    Args:
        kind: what `unpack` has to ask for.
        values: anything that JSON keeps exactly.
        arrays: of uint8, float32 or float64, any shape.

    Raises:
        LimitError: more than is read again.
    """
    entries, packed = [], []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for array in arrays:
            blocks = [block for blocks in pool.map(_pack_items, _cut(array)) for block in blocks]
            entries.append({"dtype": _little(array).str, "shape": array.shape, "blocks": [*map(len, blocks)]})
            packed += blocks
    header = json.dumps({"kind": kind, "values": values, "arrays": entries}, sort_keys=True).encode()
    if len(header) > MAX_HEADER or sum(array.nbytes for array in arrays) > MOST:
        raise LimitError("The study is larger than what can be saved. Crop it, or save its exports instead.")
    return b"".join([MAGIC, len(header).to_bytes(8, "little"), header, *packed])


def unpack(kind: str, content: bytes) -> tuple[dict[str, Any], list[NDArray[Any]]]:
    """The inverse of `pack`; the arrays are read-only.

    Raises RecordsDamagedError when the content is no container of that kind, before memory is taken for more than
    zlib could make of it.
    """
    try:
        header, start = _header(content)
        if header["kind"] != kind:
            raise ValueError(f"This is of another kind. Received: {header['kind']!r}")
        values, entries = header["values"], header["arrays"]
        plans = [_checked(entry) for entry in entries]
        lengths = [length for *_, blocks in plans for length in blocks]
        if start + sum(lengths) != len(content):
            raise ValueError("The blocks are not as long as the container says.")
        if (total := sum(dtype.itemsize * prod(shape) for dtype, shape, _ in plans)) > MOST:
            raise ValueError(f"The arrays have {MOST} bytes at most. Received: {total}")
        return dict(values), _arrays(memoryview(content)[start:], plans)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, zlib.error) as error:
        raise RecordsDamagedError(f"A saved {kind} cannot be read: it is damaged. Restore it from a backup.") from error


_Plan = tuple[np.dtype[Any], tuple[int, ...], list[int]]


def _header(content: bytes) -> tuple[dict[str, Any], int]:
    start = len(MAGIC) + 8
    size = int.from_bytes(content[len(MAGIC) : start], "little")
    if content[: len(MAGIC)] != MAGIC or size > min(MAX_HEADER, len(content) - start):
        raise ValueError("This is no container.")
    return json.loads(content[start : start + size]), start + size


def _checked(entry: dict[str, Any]) -> _Plan:
    """Type, shape and lengths of the blocks of one array. Raises ValueError, TypeError or KeyError."""
    name, shape, lengths = entry["dtype"], entry["shape"], entry["blocks"]
    if name not in _TYPES or not all(type(n) is int and n >= 0 for n in (*shape, *lengths)):
        raise ValueError(f"An array is of {_TYPES} and has whole sizes. Received: {name!r}, {shape}")
    size, dtype = prod(shape), np.dtype(name)
    if len(lengths) != dtype.itemsize * -(-size // BLOCK) or size * dtype.itemsize > _RATIO * sum(lengths) + _SLACK:
        raise ValueError(f"The blocks of an array do not hold it. Received: {shape} in {sum(lengths)} bytes")
    return dtype, tuple(shape), lengths


def _arrays(content: memoryview, plans: list[_Plan]) -> list[NDArray[Any]]:
    arrays, jobs, start = [], [], 0
    for dtype, shape, lengths in plans:
        flat = np.empty(prod(shape), dtype)
        for number, length in enumerate(lengths):
            part, byte = divmod(number, dtype.itemsize)
            into = flat[part * BLOCK : (part + 1) * BLOCK].view(np.uint8)[byte :: dtype.itemsize]
            jobs.append((content[start : start + length], into))
            start += length
        arrays.append(flat.reshape(shape))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(_unpack_block, *zip(*jobs, strict=True)) if jobs else ())
    for array in arrays:
        array.setflags(write=False)
    return arrays


def _cut(array: NDArray[Any]) -> list[NDArray[Any]]:
    flat = np.ascontiguousarray(array, _little(array)).reshape(-1)
    return [flat[start : start + BLOCK] for start in range(0, flat.size, BLOCK)]


def _little(array: NDArray[Any]) -> np.dtype[Any]:
    """Its type, little endian. Raises ValueError for one that is not kept."""
    dtype = array.dtype.newbyteorder("<")
    if dtype.str not in _TYPES:
        raise ValueError(f"Arrays are of {_TYPES}. Received: {dtype.str}")
    return dtype


def _pack_items(items: NDArray[Any]) -> list[bytes]:
    """The block of their first bytes, of their second ones, and so on."""
    blocks = np.ascontiguousarray(items.view(np.uint8).reshape(items.size, items.itemsize).T)
    return [zlib.compress(block.data, _LEVEL if _shrinks(block) else 0) for block in blocks]


def _shrinks(block: NDArray[np.uint8]) -> bool:
    """Whether zlib makes it smaller, from a part of it; noise would take it longest, in vain."""
    tried = b"".join(block[start : start + _PIECE].data for start in range(0, block.size, _EVERY))
    return len(zlib.compress(tried, _LEVEL)) < 0.95 * len(tried)


def _unpack_block(packed: memoryview, into: NDArray[np.uint8]) -> None:
    unpacking = zlib.decompressobj()
    content = unpacking.decompress(packed, into.size)
    if len(content) != into.size or unpacking.decompress(unpacking.unconsumed_tail, 1) or not unpacking.eof:
        raise ValueError("A block is not as long as its array says.")
    into[...] = np.frombuffer(content, np.uint8)
