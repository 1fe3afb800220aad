"""Saves to the records in one process after the other, each of which is killed at a moment that chance has chosen.

`python killed_any_time.py TIMES`, with the records in the environment. Ends when the records hold what was said to be
saved after each time, and prints how much that was, and how much there is.
"""

import json
import os
import random
import signal
import sys
import time

from app.records.database import open_records
from app.records.rows import PatientFields
from tests.decision.saved import save
from tests.faults.intact import counts, id_number, look, reading_number

SAVES_S = 0.08
"""About the seconds that two saves take: so long is waited at most after the first, until the kill."""


def save_on(first: int, said: int) -> None:
    """Save one reading after the other, and say of each that it is saved."""
    records = open_records()
    for number in range(first, sys.maxsize):
        save(records, PatientFields(f"P-{number}"), reading_number(number), id=id_number(number))
        os.write(said, b".")


def said_by_one(first: int, seconds: float) -> int:
    """How many saves a process said it had done, until it was killed."""
    listening, saying = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            save_on(first, saying)
        finally:
            os._exit(3)
    os.close(saying)
    heard = len(os.read(listening, 1))
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    while more := os.read(listening, 100):
        heard += len(more)
    os.close(listening)
    if status != -signal.SIGKILL:
        raise RuntimeError(f"The process ended with {status}")
    return heard


def main(times: int) -> None:
    chance, all_said, there = random.Random(7), 0, 0
    for _ in range(times):
        said = said_by_one(there, chance.uniform(0, SAVES_S))
        records = open_records()
        (there, studies, segmentations), before = counts(records), there
        records.close()
        if not (there == studies == segmentations and said <= there - before <= said + 1):
            raise RuntimeError(f"{said} were said after {before}, but there are {there}, {studies}, {segmentations}")
        all_said += said
    look(os.environ, there, said=False)
    print(json.dumps([all_said, there]))


if __name__ == "__main__":
    main(int(sys.argv[1]))
