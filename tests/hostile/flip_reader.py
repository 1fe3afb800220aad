"""`python flip_reader.py FORMAT COUNT`: reads a sound file with bits flipped, seed after seed, in a process of its own.

Each seed is told before it is tried, so that the last one told is the one that broke a decoder. At the end stands what
became of all of them.
"""

import random
import sys
import time
from collections import Counter

from case import MIB, outcome  # first: it names the folders
from sound_files import sound

from app.imaging import ScanFile

MEMORY = 512 * MIB
SECONDS = 10
_BITS = (1, 1, 1, 2, 4, 16, 64)


def flipped(form: str, seed: int) -> ScanFile:
    """The sound file of a format with the bits of a seed flipped."""
    file = sound(form)
    source = random.Random(f"{form} {seed}")
    data = bytearray(file.data)
    for _ in range(source.choice(_BITS)):
        data[source.randrange(len(data))] ^= 1 << source.randrange(8)
    return ScanFile(file.name, bytes(data))


def confine() -> None:
    """Hold this process to its memory, where the system can."""
    import resource

    with open("/proc/self/statm", encoding="ascii") as statm:
        mapped = int(statm.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + MEMORY, mapped + MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(form: str, count: int, first: int = 0) -> None:
    """Read the files of `count` seeds; ends with a traceback at the first that is neither read nor refused."""
    outcome([sound(form)])  # imports and tables count for none of the seeds
    if sys.platform == "linux":
        confine()
    results: Counter[str] = Counter()
    for seed in range(first, first + count):
        print(f"seed {seed}", flush=True)
        began = time.process_time()
        result = outcome([flipped(form, seed)])
        spent = time.process_time() - began
        if spent > SECONDS:
            raise TimeoutError(f"seed {seed} took {spent:.1f} s")
        if isinstance(result, Exception) and not str(result).isprintable():
            raise ValueError(f"seed {seed}: {str(result)!r}")
        results[type(result).__name__] += 1
    print(dict(results), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
