"""Ways to unpack one gzip that is in memory: what the reader uses, and what else there is."""

from collections.abc import Callable, Iterator
from importlib import import_module
from io import BytesIO
from types import ModuleType
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from app.imaging import gzipped

OURS = "our unpacking"
Inflate = Callable[[bytes, int], Any]
"""A gzip and how many bytes it holds; gives them, as bytes or an array of them."""
DROP_IN = {"zlib": "zlib", "isal": "isal.isal_zlib"}
"""Modules that have the functions of `zlib_ng`, which the reader uses, by the package that they come with."""


def ours(data: bytes, size: int) -> NDArray[np.uint8]:
    """As the app reads: no further than asked, into memory taken once."""
    return gzipped.unpack("scan", data, size, 0)


def inflaters() -> Iterator[tuple[str, Inflate | None]]:
    """Names and ways; None where the package is not installed."""
    yield OURS, ours
    for package, name in DROP_IN.items():
        module = _found(name)
        yield f"{OURS} with {package}", None if module is None else _ours_with(module)
        yield f"{package}, at once", None if module is None else _at_once(module)
    rapid = _found("rapidgzip")
    for threads in (1, 2):
        yield f"rapidgzip, threads: {threads}", None if rapid is None else _rapid(rapid, threads)
    indexed = _found("indexed_gzip")
    yield "indexed_gzip", None if indexed is None else _indexed(indexed)


def _found(name: str) -> ModuleType | None:
    try:
        return import_module(name)
    except ModuleNotFoundError:
        return None


def _ours_with(module: ModuleType) -> Inflate:
    """All bounds and checks of the app over another library."""

    def inflate(data: bytes, size: int) -> Any:
        with patch.object(gzipped, "zlib", module):
            return ours(data, size)

    return inflate


def _at_once(module: ModuleType) -> Inflate:
    return lambda data, size: module.decompress(data, wbits=31, bufsize=size)


def _rapid(rapidgzip: ModuleType, threads: int) -> Inflate:
    def inflate(data: bytes, size: int) -> Any:
        with rapidgzip.open(BytesIO(data), parallelization=threads) as file:
            return file.read(size)

    return inflate


def _indexed(indexed_gzip: ModuleType) -> Inflate:
    def inflate(data: bytes, size: int) -> Any:
        with indexed_gzip.IndexedGzipFile(fileobj=BytesIO(data)) as file:
            return file.read(size)

    return inflate
