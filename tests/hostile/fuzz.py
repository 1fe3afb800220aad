"""Fuzz a reader, guided by what its bytes reach: `python tests/hostile/fuzz.py nifti --seconds 600`.

Needs atheris (requirements-fuzz.txt). What breaks a reader is kept in the corpus folder as crash-… (or timeout-…, or
oom-…), and tried again with `--replay FILE`. The corpus grows from run to run where `--corpus` names a folder.
"""

import argparse
import os
import sys
import tempfile
import warnings
from pathlib import Path

from case import outcome  # first: it names the folders
from sound_files import SOUND, sound

from app.errors import InputError
from app.imaging import ScanFile

MEMORY = 4096
"""Megabytes that the process may take, with all that the fuzzer holds."""
SECONDS = 10
"""That one file may take."""
LONGEST = 16 * 1024
"""Bytes of a file that the fuzzer makes."""


def read(form: str, data: bytes) -> InputError | object:
    """What the readers make of bytes under the name of a format; everything but a study or an InputError is raised."""
    return outcome([ScanFile(SOUND[form][0], data)])


def seed(form: str, folder: Path) -> None:
    """Write the sound file of a format, and shorter ones, for the fuzzer to begin with."""
    data = sound(form).data
    for name, content in (("sound", data), ("half", data[: len(data) // 2]), ("start", data[:400])):
        (folder / f"{form}-{name}").write_bytes(content)


def fuzz(form: str, folder: Path, seconds: int) -> None:
    """Fuzz until the time is up or something breaks; ends the process."""
    import atheris

    seed(form, folder)
    atheris.instrument_all()
    options = (
        *(f"-max_total_time={seconds}", f"-timeout={SECONDS}", f"-rss_limit_mb={MEMORY}", f"-max_len={LONGEST}"),
        *(f"-artifact_prefix={folder}{os.sep}", "-print_final_stats=1"),
    )
    atheris.Setup([sys.argv[0], *options, str(folder)], lambda data: read(form, data) and None)
    atheris.Fuzz()


def main() -> None:
    """Read the command line, and fuzz or replay."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("form", choices=SOUND, metavar="FORMAT", help=", ".join(SOUND))
    parser.add_argument("--seconds", type=int, default=60, help="how long (60)")
    parser.add_argument("--corpus", type=Path, help="a folder to keep what was found; a new temporary one without it")
    parser.add_argument("--replay", type=Path, help="read this file once, in place of fuzzing")
    given = parser.parse_args()
    warnings.simplefilter("error")
    if given.replay:
        print(repr(read(given.form, given.replay.read_bytes())))
        return
    folder = given.corpus or Path(tempfile.mkdtemp(prefix=f"fuzz-{given.form}-"))
    folder.mkdir(parents=True, exist_ok=True)
    print(f"Corpus and findings: {folder}", flush=True)
    fuzz(given.form, folder, given.seconds)


if __name__ == "__main__":
    main()
