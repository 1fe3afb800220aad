"""Split, load, fit, release: the whole of training, top to bottom."""

import json
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from app.errors import DatasetError
from app.model.checkpoint import Card
from app.training.batches import BatchMaker
from app.training.cases import Case, Planes, fill_cache, load_planes
from app.training.fit import fit
from app.training.recipe import Recipe
from app.training.release import check_validation, release
from app.training.split import Split, split_by_patient


def train(cases: list[Case], recipe: Recipe, run: Path, out: Path) -> Card:
    """Train on the cases, hold back validation patients, and write the checkpoint to `out`.

    `run` keeps the saved state, `log.csv` and the planes of each case; a run that was cut off goes on from there.
    Raises DatasetError when the cases do not suffice for training and validation, and what `release` raises.
    """
    split = split_by_patient(cases, recipe.validation_share, recipe.seed)
    check_validation(split)
    check_same_run(run / "run.json", recipe, split)
    cache = run / "planes"
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        list(pool.map(partial(fill_cache, cache=cache), cases))
    training = BatchMaker(_by_source(split.training, cache), recipe)
    validation = BatchMaker(_by_source(split.validation, cache), recipe)
    return release(fit(training, validation, recipe, run), recipe, split, out)


def check_same_run(path: Path, recipe: Recipe, split: Split) -> None:
    """Note what a run is made of; when it is gone on with, raise DatasetError if that has changed.

    Otherwise a new split could put patients on whom the saved weights were trained among the held-back ones.
    """
    now = json.dumps(
        {
            "recipe": asdict(recipe),
            "training": [case.name for case in split.training],
            "validation": [case.name for case in split.validation],
        },
        indent=1,
    )
    if path.exists() and path.read_text(encoding="utf-8") != now:
        raise DatasetError(
            f"{path.parent} holds a run with another recipe or other cases. Start afresh with a new folder for --run."
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(now, encoding="utf-8")


def _by_source(cases: Iterable[Case], cache: Path) -> dict[str, list[Planes]]:
    planes: dict[str, list[Planes]] = {}
    for case in cases:
        planes.setdefault(case.source, []).append(load_planes(case, cache))
    return planes
