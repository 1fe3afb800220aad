"""Split, load, fit, release: the whole of training, top to bottom."""

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from app.model.checkpoint import Card
from app.training.batches import BatchMaker
from app.training.cases import Case, Planes, load_planes
from app.training.fit import fit
from app.training.recipe import Recipe
from app.training.release import release
from app.training.split import split_by_patient


def train(cases: list[Case], recipe: Recipe, run: Path, out: Path) -> Card:
    """Train on the cases, hold back validation patients, and write the checkpoint to `out`.

    `run` keeps the saved state, `log.csv` and the planes of each case; a run that was cut off goes on from there.
    """
    split = split_by_patient(cases, recipe.validation_share, recipe.seed)
    cache = run / "planes"
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        list(pool.map(partial(_fill_cache, cache=cache), cases))
    training = BatchMaker(_by_source(split.training, cache), recipe)
    validation = BatchMaker(_by_source(split.validation, cache), recipe)
    return release(fit(training, validation, recipe, run), recipe, split, out)


def _fill_cache(case: Case, cache: Path) -> None:
    load_planes(case, cache)


def _by_source(cases: Iterable[Case], cache: Path) -> dict[str, list[Planes]]:
    planes: dict[str, list[Planes]] = {}
    for case in cases:
        planes.setdefault(case.source, []).append(load_planes(case, cache))
    return planes
