"""From files to voxels: nibabel as it is beside our reader, and where the time goes.

    python -m benchmarks.reading [FILE …] [--rounds 9] [--json DIR]

The files are one study of `.nii.gz`, or its case folder; without any, the simulated glioma. Copies of its sequences are
read from a temporary folder, one of them and all:

  nibabel, float64     nib.load and get_fdata, as in most published code
  nibabel, as stored   nib.load and np.asanyarray of the data object: no scaling, no checks
  ours                 read_files and read_study: oriented, checked, scaled to float32
  confined             the same in a process of its own that is waiting, with the way there and back

Then ways to unpack the same gzip, and all sequences on two threads. The share of gzip is that of reading from memory.
"""

import argparse
import gzip
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from statistics import median

import nibabel as nib
import numpy as np

from app.errors import UnsupportedFileError
from app.imaging import LIMITS, REFERENCE, ScanFile, confined, inspect, read_files, read_study
from app.imaging.gzipped import is_gzip
from app.imaging.opening import open_files
from benchmarks.inflaters import OURS, inflaters, ours
from benchmarks.result import ROOT, Better, Result, add_json, machine_facts, ratio, save, side_by_side

SIMULATED = ROOT / "sample_scans" / "glioma"
WAITING = 1.0
"""Seconds in which a reading process has started and waits."""
Tasks = dict[str, Callable[[], object]]
Seconds = dict[str, list[float]]


def main() -> None:
    """Measure, print the tables, and save them where that was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reading", description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path, default=[SIMULATED], metavar="FILE")
    parser.add_argument("--rounds", type=int, default=9, metavar="N", help="after one to warm up (default: 9)")
    add_json(parser)
    args = parser.parse_args()
    scans = sequences(read_files(args.files))
    unpacked = [len(gzip.decompress(scan.data)) for scan in scans]
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / Path(scan.name).name for scan in scans]
        for path, scan in zip(paths, scans, strict=True):
            path.write_bytes(scan.data)
        seconds: Seconds = {}
        for count in sorted({1, len(paths)}):
            seconds |= side_by_side(whole_tasks(paths[:count]), args.rounds)
            seconds |= confined_seconds(paths[:count], args.rounds)
    ways, left_out = unpacking_tasks(scans[0].data, unpacked[0])
    seconds |= side_by_side(ways, args.rounds)
    with ThreadPoolExecutor(2) as pool:
        seconds |= side_by_side(thread_tasks(scans, unpacked, pool), args.rounds)
    result = summed_up(seconds, len(scans))
    _print(result, seconds, left_out)
    facts = {"files": len(scans), "packed MB": [round(len(scan.data) / 1e6, 2) for scan in scans]}
    facts |= {"unpacked MB": [round(size / 1e6, 2) for size in unpacked], "left out": left_out}
    if args.json:
        save(Result(result.name, result.ratios, result.medians, machine_facts() | facts, result.better), args.json)


def sequences(files: list[ScanFile]) -> list[ScanFile]:
    """The files that hold a sequence. Raises UnsupportedFileError for those that are not gzipped."""
    wanted = {part.file for part in inspect(files) if part.role not in (None, REFERENCE)}
    scans = [file for file in files if file.name in wanted]
    for scan in scans:
        if not is_gzip(scan.data):
            raise UnsupportedFileError(f"{scan.name} is not gzipped. Give a study of .nii.gz files.")
    return scans


def whole_tasks(paths: list[Path]) -> Tasks:
    """Reading all of these, in ways of this process."""
    count = len(paths)
    return {
        f"nibabel, float64, {count}": lambda: [nib.load(path).get_fdata() for path in paths],
        f"nibabel, as stored, {count}": lambda: [np.asanyarray(nib.load(path).dataobj) for path in paths],
        f"ours, {count}": lambda: read_study(read_files(paths)),
    }


def confined_seconds(paths: list[Path], rounds: int) -> Seconds:
    """Reading in a process that is waiting, and in this one after it; the start of the process is not counted."""
    there, here = [], []
    for _ in range(rounds):
        confined.prepare()
        time.sleep(WAITING)
        there.append(_timed(lambda: confined.open_study(read_files(paths)).study))
        here.append(_timed(lambda: read_study(read_files(paths))))
    return {f"confined, {len(paths)}": there, f"ours after confined, {len(paths)}": here}


def unpacking_tasks(data: bytes, size: int) -> tuple[Tasks, list[str]]:
    """The ways to unpack one gzip, and a sentence on each that is left out."""
    tasks: Tasks = {}
    left_out = []
    expected = ours(data, size).tobytes()
    for name, inflate in inflaters():
        if inflate is None:
            left_out.append(f"{name} is left out: its package is not installed (requirements-bench.txt).")
        elif bytes(inflate(data, size)) != expected:
            left_out.append(f"{name} is left out: it does not give what the reader gives.")
        else:
            tasks[name] = partial(inflate, data, size)
    return tasks, left_out


def thread_tasks(scans: list[ScanFile], sizes: list[int], pool: ThreadPoolExecutor) -> Tasks:
    """Reading all files from memory; unpacking them, and reading their voxels, on one thread and on those of a pool."""
    data = [scan.data for scan in scans]
    containers = open_files(scans, LIMITS)[0]
    return {
        "all, in memory": lambda: read_study(scans),
        "unpacking, one thread": lambda: list(map(ours, data, sizes)),
        "unpacking, two threads": lambda: list(pool.map(ours, data, sizes)),
        "voxels, one thread": lambda: [container.read((0,)) for container in containers],
        "voxels, two threads": lambda: list(pool.map(lambda container: container.read((0,)), containers)),
    }


def summed_up(seconds: Seconds, count: int) -> Result:
    """Ratios and medians. `count`: sequences of the study."""
    ratios, better = {}, {}
    for files in sorted({1, count}):
        for way in ("float64", "as stored"):
            ratios[f"nibabel, {way} / ours, {files}"] = ratio(
                seconds[f"nibabel, {way}, {files}"], seconds[f"ours, {files}"]
            )
        name = f"confined / ours, {files}"
        ratios[name] = ratio(seconds[f"confined, {files}"], seconds[f"ours after confined, {files}"])
        better[name] = Better.LESS
    told = {
        "share of gzip": ratio(seconds["unpacking, one thread"], seconds["all, in memory"]),
        "unpacking, one thread / two": ratio(seconds["unpacking, one thread"], seconds["unpacking, two threads"]),
        "voxels, one thread / two": ratio(seconds["voxels, one thread"], seconds["voxels, two threads"]),
    }
    names = [name for name, _ in inflaters() if name in seconds and name != OURS]
    told |= {f"{OURS} / {name}": ratio(seconds[OURS], seconds[name]) for name in names}
    medians = {f"{name}, ms": 1000 * median(took) for name, took in seconds.items()}
    return Result("reading", ratios | told, medians, {}, better | dict.fromkeys(told, Better.NEITHER))


def _print(result: Result, seconds: Seconds, left_out: list[str]) -> None:
    print("| what, files | ms |\n|---|---|")
    for name in seconds:
        print(f"| {name} | {result.medians[f'{name}, ms']:.1f} |")
    print("\n| ratio | |\n|---|---|")
    for name, value in result.ratios.items():
        print(f"| {name} | {value:.2f} |")
    print(*left_out, sep="\n")


def _timed(task: Callable[[], object]) -> float:
    started = time.perf_counter()
    task()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
