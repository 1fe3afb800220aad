"""One network in several engines, side by side: the same weights, the same slices, in turns in one process.

    python -m benchmarks.inference [FILE …] [--batches 6] [--rounds 7] [--engines LIST] [--json DIR]

The files are one study, or its case folder; without any, the simulated glioma. The table has milliseconds a slice
(median), the time beside that of TensorFlow as served (median of the rounds' ratios; above 1 is slower), GFLOP/s of the
convolutions, and how far the tumour probability is from that of TensorFlow in float32: the largest difference and the
mean, and the Dice of the masks at the default threshold. Two plain large convolutions say what the machine can do.
Exit status 1 when an engine that computes in float32 differs by more than 0.001.
"""

import argparse
import os
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.cli import silent_stderr
from app.cli.segment import read_named
from app.model.checkpoint import FOLDER, Card, load_card, load_network
from app.model.inference import BATCH
from app.model.network_input import SIZE, NetworkInput, prepare
from app.model.precision import Precision, has_amx
from app.model.unet import neighbours_of
from app.study import Study
from benchmarks.agreement import SAME, Agreement, agreement
from benchmarks.convolution import PLAIN_FLOP, flop, plain_convolution
from benchmarks.engines.contender import Contender, Setup
from benchmarks.engines.lineup import ENGINES, lineup
from benchmarks.result import ROOT, Better, Result, add_json, machine_facts, ratio, save, side_by_side

SIMULATED = ROOT / "sample_scans" / "glioma"
PLAIN = "plain convolution, {}"


@dataclass(frozen=True, eq=False)
class Slices:
    """Slices of one study as the network reads them, `(n, rows, columns, channels)`."""

    cropped: NDArray[np.float32]
    """The window that holds the head."""
    whole: NDArray[np.float32]
    """The plane of 240 x 240."""

    def of(self, contender: Contender) -> NDArray[np.float32]:
        """Those that a contender is shown."""
        return self.cropped if contender.cropped else self.whole


def main() -> int:
    """Measure, print the table, and save it where that was asked for; gives the exit status."""
    args = _arguments()
    card = load_card(FOLDER)
    study = read_named(args.files, None)
    network = load_network(FOLDER, card)
    slices = middle_slices(prepare(study), args.batches * BATCH, neighbours_of(network))
    _, rows, columns, _ = slices.cropped.shape
    precisions = tuple(Precision) if has_amx() else (Precision.FLOAT32,)
    setup = Setup(FOLDER, rows, columns, _cores(), precisions)
    with silent_stderr():
        entries = list(lineup(setup, args.engines))
    contenders = [entry for entry in entries if isinstance(entry, Contender)]
    left_out = [entry for entry in entries if isinstance(entry, str)]
    print(f"{len(slices.cropped)} slices of {rows} x {columns} pixels, {setup.threads} threads", *left_out, sep="\n")
    agreements = compared(contenders, slices, study, card)
    tasks = {each.name: lambda each=each: each.run(slices.of(each)) for each in contenders}
    plain = {PLAIN.format(precision): plain_convolution(str(precision)) for precision in precisions}
    seconds = side_by_side({**tasks, **plain}, args.rounds)
    work = {each.name: flop(network, *slices.of(each).shape[1:3]) * len(slices.cropped) for each in contenders}
    result = summed_up(seconds, work | dict.fromkeys(plain, PLAIN_FLOP), agreements, len(slices.cropped))
    facts = {"slices": [len(slices.cropped), rows, columns], "left out": left_out}
    facts["study"] = "simulated" if args.files == [SIMULATED] else "given"
    print_table(result, agreements)
    if args.json:
        save(replace(result, facts=machine_facts() | facts | result.facts), args.json)
    different = [each.name for each in contenders if not _same(each, agreements[each.name])]
    for name in different:
        print(f"{name} differs by more than {SAME}", file=sys.stderr)
    return 1 if different else 0


def middle_slices(network_input: NetworkInput, count: int, neighbours: int) -> Slices:
    """The `count` slices in the middle of those that hold the head; again from the first where there are fewer."""
    head = network_input.head_slices
    start = max(0, (len(head) - count) // 2)
    indices = np.resize(head[start : start + count], count)
    whole = replace(network_input, window=(slice(0, SIZE), slice(0, SIZE)))
    return Slices(network_input.planes(indices, neighbours), whole.planes(indices, neighbours))


def compared(contenders: list[Contender], slices: Slices, study: Study, card: Card) -> dict[str, Agreement]:
    """How far each contender is from TensorFlow in float32 that was shown the same."""
    from app.model.tensorflow_engine import TensorFlowEngine

    exact = TensorFlowEngine(FOLDER, card, precision=Precision.FLOAT32)
    calibration = card.calibration(study.sequences)
    expected = {
        cropped: np.concatenate([exact.forward(batch)[0] for batch in np.split(planes, len(planes) // BATCH)])
        for cropped, planes in ((True, slices.cropped), (False, slices.whole))
    }
    return {
        each.name: agreement(expected[each.cropped], each.run(slices.of(each)), calibration, card.threshold)
        for each in contenders
    }


def summed_up(
    seconds: dict[str, list[float]], work: dict[str, int], agreements: dict[str, Agreement], slices: int
) -> Result:
    """Ratios and medians. `work`: floating-point operations of what took the seconds. What serves comes first."""
    served, plain = next(iter(agreements)), PLAIN.format(Precision.FLOAT32)
    ratios = {f"{name} / as served": ratio(seconds[name], seconds[served]) for name in agreements if name != served}
    better = dict.fromkeys(ratios, Better.NEITHER)
    share = ratio(seconds[plain], seconds[served]) * work[served] / work[plain]
    ratios["rate as served / plain float32 convolution"] = share
    medians = {f"{name}, ms a slice": 1000 * median(seconds[name]) / slices for name in agreements}
    rates = {f"{name}, GFLOP/s": work[name] / median(took) / 1e9 for name, took in seconds.items()}
    facts: dict[str, Any] = {"agreement": {name: asdict(found) for name, found in agreements.items()}}
    return Result("inference", ratios, medians | rates, facts, better)


def print_table(result: Result, agreements: dict[str, Agreement]) -> None:
    """The table, as Markdown."""
    print("\n| engine | ms a slice | beside as served | GFLOP/s | largest difference | mean | Dice |")
    print("|---|---|---|---|---|---|---|")
    for name, found in agreements.items():
        beside = result.ratios.get(f"{name} / as served", 1.0)
        ms, rate = result.medians[f"{name}, ms a slice"], result.medians[f"{name}, GFLOP/s"]
        print(
            f"| {name} | {ms:.2f} | {beside:.2f} | {rate:.0f} | {found.largest:.1e} | {found.mean:.1e} "
            f"| {found.dice:.5f} |"
        )
    for precision in Precision:
        if rate := result.medians.get(f"{PLAIN.format(precision)}, GFLOP/s"):
            print(f"| {PLAIN.format(precision)} | – | – | {rate:.0f} | – | – | – |")


def _same(contender: Contender, found: Agreement) -> bool:
    return contender.precision is not Precision.FLOAT32 or found.largest <= SAME


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.inference", description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path, default=[SIMULATED], metavar="FILE")
    parser.add_argument("--batches", type=_positive, default=6, metavar="N", help=f"of {BATCH} slices (default: 6)")
    parser.add_argument("--rounds", type=_positive, default=7, metavar="N", help="after one to warm up (default: 7)")
    parser.add_argument("--engines", type=engines_named, default=ENGINES, metavar="LIST", help=", ".join(ENGINES))
    add_json(parser)
    return parser.parse_args()


def engines_named(text: str) -> tuple[str, ...]:
    """The argument type of a list of engines; what serves is always the first of them."""
    names = dict.fromkeys((ENGINES[0], *(name.strip() for name in text.split(","))))
    if unknown := [name for name in names if name not in ENGINES]:
        raise argparse.ArgumentTypeError(f"{unknown[0]!r} is no engine: give some of {', '.join(ENGINES)}")
    return tuple(names)


def _positive(text: str) -> int:
    if not (text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
