"""How long each export of one study takes: `python -m benchmarks.exports [FILE …]`.

Prints a table in Markdown: seconds of the first and the median of some further times (the first loads libraries),
bytes, and the name of the file. The files are one study, or its case folder; without any, the simulated glioma. All
exports are made one after the other each time, and so is a fixed piece of work that they are compared with.
"""

import argparse
import time
from functools import partial
from pathlib import Path
from statistics import median

from app.cli.segment import read_named, segmented
from app.decision.reading import Reading
from app.errors import InputError
from app.exports.formats import FORMATS, Format
from benchmarks import yardstick
from benchmarks.result import ROOT, Better, Result, add_json, machine_facts, ratio, save, side_by_side

SIMULATED = ROOT / "sample_scans" / "glioma"
YARDSTICK = "yardstick"
SHORTEST = 0.005
"""Seconds below which a time is not compared: the clock would tell more than the export."""


def main() -> None:
    """Read and segment the study, then make every export."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.exports")
    parser.add_argument("files", nargs="*", type=Path, default=[SIMULATED], metavar="FILE")
    parser.add_argument("--times", type=int, default=5, metavar="N", help="after the first two (default: 5)")
    add_json(parser)
    args = parser.parse_args()
    reading = segmented(read_named(args.files, None), None)
    shape = " x ".join(map(str, reading.study.shape))
    voxels = int(reading.result.mask(reading.threshold).sum())
    print(f"{reading.study.name}: {shape} voxels, of which {voxels:,} are marked\n")
    firsts = {key: _first(kind, reading) for key, kind in FORMATS.items()}
    tasks = {key: partial(FORMATS[key].make, reading) for key, first in firsts.items() if not isinstance(first, str)}
    seconds = side_by_side({**tasks, YARDSTICK: yardstick.work}, args.times)
    print("| export | first, s | then, s | kB | file |\n|---|---|---|---|---|")
    for key, first in firsts.items():
        print(_row(key, FORMATS[key], reading, first, seconds.get(key, [])), flush=True)
    if args.json:
        save(result(seconds, firsts, {"shape": shape, "marked": voxels}), args.json)


def _first(kind: Format, reading: Reading) -> tuple[float, bytes] | str:
    """Seconds and content of the first time, or why there is none."""
    reason = kind.reason(reading.study)
    if reason is not None:
        return reason
    started = time.perf_counter()
    try:
        content = kind.make(reading)
    except InputError as error:
        return str(error)
    return time.perf_counter() - started, content


def _row(key: str, kind: Format, reading: Reading, first: tuple[float, bytes] | str, then: list[float]) -> str:
    if isinstance(first, str):
        return f"| {key} | – | – | – | {first} |"
    seconds, content = first
    same = "" if kind.make(reading) == content else " (differs from time to time)"
    return (
        f"| {key} | {seconds:.2f} | {median(then):.2f} | {len(content) / 1000:,.0f} | "
        f"{kind.file_name(reading.study)}{same} |"
    )


def result(
    seconds: dict[str, list[float]], firsts: dict[str, tuple[float, bytes] | str], study: dict[str, object]
) -> Result:
    """Each export as a multiple of the fixed piece of work: less is better."""
    medians = {f"{key}, s": median(took) for key, took in seconds.items()}
    ratios = {
        f"{key} / {YARDSTICK}": ratio(took, seconds[YARDSTICK])
        for key, took in seconds.items()
        if key != YARDSTICK and median(took) >= SHORTEST
    }
    sizes = {key: len(first[1]) for key, first in firsts.items() if not isinstance(first, str)}
    facts = machine_facts() | {"study": study, "bytes": sizes}
    return Result("exports", ratios, medians, facts, dict.fromkeys(ratios, Better.LESS))


if __name__ == "__main__":
    main()
