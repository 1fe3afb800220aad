"""A fixed piece of work, about 30 ms, that nothing in this project changes: what other timings are divided by.

A third each of Python, NumPy and zlib, on one core: what the code around the network is made of.
"""

import zlib

import numpy as np

_BYTES = np.random.default_rng(0).integers(0, 16, 350_000, np.uint8).tobytes()
_NUMBERS = np.random.default_rng(1).random(140_000, np.float32)


def work() -> int:
    """Do it; what it gives is of no interest, and always the same."""
    total = 0
    for number in range(350_000):
        total += number & 7
    ordered = np.sort(_NUMBERS)
    for _ in range(300):
        ordered = np.sqrt(ordered)
    return total + int(ordered.argmax()) + len(zlib.compress(_BYTES, 6))
