"""From prepared sets to a checkpoint: split, fit, release; once, or once a fold."""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

import keras

from app.durable import write_whole
from app.errors import DatasetError
from app.model.checkpoint import NETWORK, Card
from app.model.network_file import pack_network
from app.training.batches import BatchMaker
from app.training.cross_validation import CROSS_VALIDATION, pooled_curves
from app.training.datasets import Case
from app.training.fit import fit
from app.training.planes import Planes
from app.training.prepared import PreparedCase, load_prepared
from app.training.recipe import Recipe, load_recipe
from app.training.release import real_cases, release
from app.training.split import SPLIT, Split, read_split, split_by_patient

RECIPE = "recipe.json"
"""The recipe of a run, in its folder, beside its split."""


def load_cases(folders: Iterable[Path]) -> dict[str, PreparedCase]:
    """Key to case, of prepared sets and of folders that hold some. Raises DatasetError when one is in two of them."""
    cases: dict[str, PreparedCase] = {}
    for folder in folders:
        inside = sorted(path for path in folder.iterdir() if (path / "index.json").exists()) if folder.is_dir() else []
        for prepared in inside or [folder]:
            for case in load_prepared(prepared).cases:
                if case.key in cases:
                    raise DatasetError(f"{case.key} is in two of the prepared sets; give it once.")
                cases[case.key] = case
    return cases


def train(cases: dict[str, PreparedCase], split: Split, recipe: Recipe, run: Path, out: Path) -> Card:
    """Train on one side of the split, calibrate and measure on the other, and write the checkpoint to `out`.

    `run` keeps the saved state, the logs, and the finished network before its calibration; a run that was cut off goes
    on from there. Raises DatasetError for another recipe or split than the run was begun with, and what `release`
    raises.
    """
    real_cases(split)
    check_same_run(run, recipe, split)
    training, validation = (BatchMaker(_by_set(cases, side), recipe) for side in (split.training, split.validation))
    network = fit(training, validation, recipe, run)
    write_whole(run / NETWORK, pack_network(network))
    return release(network, recipe, split, out)


def calibrate(cases: Sequence[Case], run: Path, out: Path) -> Card:
    """The second half of `train` alone, for a run that is finished.

    Raises DatasetError when it is not, or when `cases` lack some of those that it was made with.
    """
    if not (run / NETWORK).exists():
        raise DatasetError(f"{run} holds no finished network; run python -m app train with it first.")
    network = keras.saving.load_model(run / NETWORK, compile=False)
    return release(network, load_recipe(run / RECIPE), read_split(run / SPLIT, cases), out)


def cross_validate(cases: dict[str, PreparedCase], recipe: Recipe, run: Path) -> list[Card]:
    """Train once a fold, in `run/fold-0` and so on, and pool what each network gave on patients that it never saw.

    Writes `cross-validation.json`: the pooled curves. A fold that is finished is only measured again.
    """
    cards, found = [], [case.case for case in cases.values()]
    for fold in range(recipe.folds):
        print(f"fold {fold} of {recipe.folds}", file=sys.stderr, flush=True)
        folder, split = run / f"fold-{fold}", split_by_patient(found, recipe.folds, fold, recipe.seed)
        cards.append(train(cases, split, recipe, folder, folder / "checkpoint"))
    text = json.dumps([asdict(curve) for curve in pooled_curves(cards)])
    write_whole(run / CROSS_VALIDATION, f"{text}\n".encode())
    return cards


def check_same_run(run: Path, recipe: Recipe, split: Split) -> None:
    """Note what a run is made of; when it is gone on with, raise DatasetError if that has changed.

    Otherwise a new split could put patients on whom the saved weights were trained among the held-back ones.
    """
    now = {RECIPE: json.dumps(asdict(recipe), indent=1) + "\n", SPLIT: split.to_json()}
    for name, text in now.items():
        if (run / name).exists() and (run / name).read_text(encoding="utf-8") != text:
            raise DatasetError(
                f"{run} holds a run with another {Path(name).stem}. Start afresh with a new folder for --run."
            )
    run.mkdir(parents=True, exist_ok=True)
    for name, text in now.items():
        write_whole(run / name, text.encode())


def _by_set(cases: dict[str, PreparedCase], side: Sequence[Case]) -> dict[str, list[Planes]]:
    planes: dict[str, list[Planes]] = {}
    for case in side:
        planes.setdefault(case.dataset, []).append(cases[case.key].planes())
    return planes
