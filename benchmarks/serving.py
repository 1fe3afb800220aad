"""How long somebody waits for one study, on the way that the page walks; medians, and ratios to fixed work.

    python -m benchmarks.serving [FILE …] [--rounds 5] [--starts 3] [--json DIR]

  reading         from the files to the study, in a process of its own that is waiting
  first overlay   from the study to the first progress step
  whole volume    from the study to the last step and the counts behind every threshold
  network         its convolutions' operations a second, beside those of one large float32 convolution
  start           from starting the app to the first overlay of its first visitor
  memory          of the server then, with one study open

The files are one study, or its case folder; without any, the simulated glioma: 155 slices, four sequences.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from app.imaging import ScanFile, read_files
from app.model.checkpoint import FOLDER, load_network
from app.model.segmenter import Segmenter
from app.model.tensorflow_engine import TensorFlowEngine
from benchmarks import app_start, yardstick
from benchmarks.convolution import PLAIN_FLOP, flop, plain_convolution
from benchmarks.result import ROOT, Better, Result, add_json, machine_facts, ratio, save, side_by_side
from benchmarks.walk import Watched, walk

SIMULATED = ROOT / "sample_scans" / "glioma"
PLAIN, YARDSTICK = "float32 convolution", "yardstick"
TARGETS = {
    "first overlay, s": "at most 0.5",
    "whole volume, s": "at most 3",
    f"network / {PLAIN}": "at least 1.4",
    "start to first overlay, s": "at most 6",
    "memory of the server, MB": "at most 1500",
}
"""On two cores, for 155 slices and four sequences."""

Seconds = dict[str, list[float]]


def serving(files: Sequence[ScanFile], rounds: int) -> tuple[Seconds, Seconds, dict[str, float], dict[str, Any]]:
    """Walk with one study several times, with fixed work between: a plain convolution, and what is not a network.

    Returns:
        Seconds of the parts of the walk and of the fixed work, a value a round; of one batch and the convolution side
        by side; floating-point operations of both; facts.
    """
    engine = Watched(TensorFlowEngine())
    segmenter = Segmenter(engine=engine)
    convolution = plain_convolution()
    fixed = {PLAIN: convolution, YARDSTICK: yardstick.work}
    walk(files, segmenter, engine)
    walks: Seconds = {}
    for _ in range(rounds):
        parts = walk(files, segmenter, engine)
        beside = {name: median(seconds) for name, seconds in side_by_side(fixed, 3).items()}
        for name, seconds in (parts | beside).items():
            walks.setdefault(name, []).append(seconds)
    batch = engine.batches[len(engine.batches) // 2]
    batches = side_by_side({"network": lambda: engine.forward(batch), PLAIN: convolution}, 10 * rounds)
    one = flop(load_network(FOLDER, segmenter.card), *batch.shape[1:3])
    operations = {"network": float(one * len(batch)), PLAIN: float(PLAIN_FLOP)}
    return walks, batches, operations, {"batch": list(batch.shape), "gflop_a_slice": round(one / 1e9, 3)}


def starting(times: int) -> dict[str, list[float]]:
    """Start the app so many times, importing TensorFlow alone between; seconds and MB."""
    app_start.bare()
    found: dict[str, list[float]] = {}
    for _ in range(times):
        for name, value in (app_start.bare() | app_start.started()).items():
            found.setdefault(name, []).append(value)
    return found


def result(
    walks: Seconds,
    batches: Seconds,
    operations: dict[str, float],
    starts: dict[str, list[float]],
    facts: dict[str, Any],
) -> Result:
    """The medians, and what they are compared with."""
    rate = ratio(batches[PLAIN], batches["network"]) * operations["network"] / operations[PLAIN]
    ratios = {f"network / {PLAIN}": rate}
    ratios |= {f"{name} / {PLAIN}": ratio(walks[name], walks[PLAIN]) for name in ("first overlay", "whole volume")}
    for name in ("reading", "packing for the browser"):  # where no network is
        ratios[f"{name} / {YARDSTICK}"] = ratio(walks[name], walks[YARDSTICK])
    ratios["whole volume / of it in the network"] = ratio(walks["whole volume"], walks["of it in the network"])
    if starts:
        for name in ("start to picture", "start to first overlay"):
            ratios[f"{name} / importing TensorFlow"] = ratio(starts[name], starts["importing TensorFlow"])
        ratios["memory of the server / of TensorFlow"] = ratio(
            starts["memory of the server"], starts["memory of TensorFlow"]
        )
    medians = {f"{name}, s": median(seconds) for name, seconds in walks.items()}
    medians |= {f"{name}, GFLOP/s": operations[name] / median(seconds) / 1e9 for name, seconds in batches.items()}
    medians |= {f"{name}, {'MB' if 'memory' in name else 's'}": median(values) for name, values in starts.items()}
    better = dict.fromkeys(list(ratios)[1:], Better.LESS)
    return Result("serving", ratios, medians, machine_facts() | facts, better)


def show(found: Result) -> None:
    """Print the medians and the ratios, with the target where there is one."""
    print(f"| {'median':40} | {'':>8} | target on two cores |\n|---|---:|---|")
    for name, value in found.medians.items():
        print(f"| {name:40} | {value:8.2f} | {TARGETS.get(name, '')} |")
    print(f"\n| {'ratio':60} | {'':>8} | target |\n|---|---:|---|")
    for name, value in found.ratios.items():
        print(f"| {name:60} | {value:8.2f} | {TARGETS.get(name, '')} |")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving", description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path, default=[SIMULATED], metavar="FILE")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="walks (default: 5)")
    parser.add_argument("--starts", type=int, default=3, metavar="N", help="starts of the app (default: 3)")
    add_json(parser)
    args = parser.parse_args()
    starts = starting(args.starts) if args.starts else {}
    walks, batches, operations, facts = serving(read_files(args.files), args.rounds)
    found = result(walks, batches, operations, starts, facts)
    show(found)
    if args.json:
        save(found, args.json)


if __name__ == "__main__":
    main()
