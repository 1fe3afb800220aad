"""`python bounds_reader.py`: what each hostile case costs, measured in a process of its own.

For each case one line of JSON: its name, the megabytes by which the memory of the process grew at most, beyond the
files themselves, the processor seconds, and what else than a study or an InputError came of it.
"""

import gc
import json
import os
import resource
import sys
import time

from all_cases import CASES  # first: it names the folders
from case import MIB, SMALL, Case, outcome
from sound_files import SOUND, sound

from app.imaging import ScanFile

WATCHDOG = 60
"""Seconds after which a process that hangs is ended."""


def resident() -> int:
    """Bytes of memory that this process holds now."""
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()


def reset_peak() -> None:
    """Forget how much memory was held before."""
    with open("/proc/self/clear_refs", "w", encoding="ascii") as clear:
        clear.write("5")


def peak() -> int:
    """Bytes of memory that this process held at most since then."""
    with open("/proc/self/status", encoding="ascii") as status:
        line = next(line for line in status if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def measure(case: Case, files: tuple[ScanFile, ...]) -> dict[str, object]:
    """What reading the files of a case costs in this process."""
    fault = ""
    reset_peak()
    before, began = resident(), time.process_time()
    try:
        outcome(files, SMALL)
    except Exception as e:  # noqa: BLE001 - it is what is looked for
        fault = repr(e)[:300]
    seconds = time.process_time() - began
    return {"name": case.name, "mib": (peak() - before) / MIB, "seconds": seconds, "fault": fault}


def main() -> None:
    """Measure all cases; each is read in a child that begins with nothing but the libraries and its files."""
    for form in SOUND:
        outcome([sound(form)])  # imports and tables count for no case
    for case in CASES:
        files = tuple(case.files())
        gc.collect()
        reading, writing = os.pipe()
        if not (child := os.fork()):
            resource.setrlimit(resource.RLIMIT_CPU, (WATCHDOG, WATCHDOG))
            os.write(writing, json.dumps(measure(case, files)).encode())
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as told:
            line = told.read().decode()
        status = os.waitpid(child, 0)[1]
        print(line or json.dumps({"name": case.name, "mib": 0, "seconds": 0, "fault": f"ended with {status}"}))
        sys.stdout.flush()


if __name__ == "__main__":
    main()
