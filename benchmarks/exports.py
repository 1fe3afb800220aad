"""How long each export of one study takes: `python -m benchmarks.exports FILE [FILE …]`.

Prints a table in Markdown: seconds of the first and of the fastest of some further times (the first loads libraries),
bytes, and the name of the file. The files are one study, or its case folder.
"""

import argparse
import time
from pathlib import Path

from app.cli.segment import read_named, segmented
from app.decision.reading import Reading
from app.errors import InputError
from app.exports.formats import FORMATS, Format


def main() -> None:
    """Read and segment the study, then make every export."""
    arguments = argparse.ArgumentParser(prog="python -m benchmarks.exports")
    arguments.add_argument("files", nargs="+", type=Path, metavar="FILE")
    arguments.add_argument("--times", type=int, default=3, metavar="N", help="after the first (default: 3)")
    args = arguments.parse_args()
    reading = segmented(read_named(args.files, None), None)
    shape = " x ".join(map(str, reading.study.shape))
    voxels = int(reading.result.mask(reading.threshold).sum())
    print(f"{reading.study.name}: {shape} voxels, of which {voxels:,} are marked\n")
    print("| export | first, s | then, s | kB | file |\n|---|---|---|---|---|")
    for key, kind in FORMATS.items():
        print(_row(key, kind, reading, args.times), flush=True)


def _row(key: str, kind: Format, reading: Reading, times: int) -> str:
    reason = kind.reason(reading.study)
    if reason is None:
        try:
            seconds, content = zip(*(_timed(kind, reading) for _ in range(times + 1)), strict=True)
        except InputError as error:
            reason = str(error)
    if reason is not None:
        return f"| {key} | – | – | – | {reason} |"
    same = "" if len(set(content)) == 1 else " (differs from time to time)"
    fastest = min(seconds[1:], default=seconds[0])
    size = len(content[0]) / 1000
    return f"| {key} | {seconds[0]:.2f} | {fastest:.2f} | {size:,.0f} | {kind.file_name(reading.study)}{same} |"


def _timed(kind: Format, reading: Reading) -> tuple[float, bytes]:
    started = time.perf_counter()
    content = kind.make(reading)
    return time.perf_counter() - started, content


if __name__ == "__main__":
    main()
