"""Segmentations that several sessions wait for."""

import gc
import threading
import weakref
from collections.abc import Iterator

import numpy as np
import pytest

from app.model.inference import Progress
from app.model.runs import Run, Runs
from app.model.turns import Turns

LEVELS = np.arange(6, dtype=np.uint8).reshape(3, 1, 2)


class Steps:
    """Three slices, one a step; counts how often it is begun."""

    def __init__(self) -> None:
        self.begun = 0

    def __call__(self) -> Iterator[Progress]:
        self.begun += 1
        for done in (1, 2, 3):
            yield Progress(LEVELS, done, 3)


@pytest.fixture
def runs() -> Runs:
    return Runs(Turns(1, 1))


def test_a_run_goes_on_until_its_result(runs: Runs) -> None:
    run = runs.of(("study", "checkpoint"), 5, Steps())
    done = []
    with run:
        while not run.finished:
            assert run.advance(0)
            assert run.latest is not None
            done.append(run.latest.done)
    assert done == [1, 2, 3] and run.latest.levels is LEVELS


def test_the_same_study_and_checkpoint_is_one_run_and_others_are_others(runs: Runs) -> None:
    steps = Steps()
    one = runs.of(("study", "checkpoint"), 3, steps)
    assert runs.of(("study", "checkpoint"), 3, steps) is one
    assert runs.of(("study", "another"), 3, steps) is not one
    assert runs.of(("another", "checkpoint"), 3, steps) is not one


def test_when_one_leaves_the_other_goes_on_where_it_stopped(runs: Runs) -> None:
    steps = Steps()
    run = runs.of(("study", "checkpoint"), 3, steps)
    with pytest.raises(GeneratorExit), run:
        run.advance(0)
        raise GeneratorExit
    with runs.of(("study", "checkpoint"), 3, steps) as again:
        while not again.finished:
            again.advance(0)
    assert again is run and steps.begun == 1


def test_who_waits_sees_what_another_thread_computes(runs: Runs) -> None:
    run = runs.of(("study", "checkpoint"), 3, Steps())

    def compute() -> None:
        with run:
            while not run.finished:
                run.advance(60)

    with run:
        others = [threading.Thread(target=compute) for _ in range(4)]
        for other in others:
            other.start()
        for other in others:
            other.join(60)
        assert run.finished and not run.advance(0)


def test_a_run_that_failed_is_told_to_all_and_begun_anew(runs: Runs) -> None:
    def broken() -> Iterator[Progress]:
        yield Progress(LEVELS, 1, 3)
        raise ZeroDivisionError

    run = runs.of(("study", "checkpoint"), 3, broken)
    with run:
        run.advance(0)
        with pytest.raises(ZeroDivisionError):
            run.advance(0)
        with pytest.raises(RuntimeError, match="another session"):
            run.advance(60)
    assert not run.finished
    assert runs.of(("study", "checkpoint"), 3, Steps()) is not run


def test_a_run_that_nobody_holds_is_gone(runs: Runs) -> None:
    run = runs.of(("study", "checkpoint"), 3, Steps())
    with run:
        run.advance(0)
    kept: weakref.ref[Run] = weakref.ref(run)
    del run
    gc.collect()
    assert kept() is None
    steps = Steps()
    with runs.of(("study", "checkpoint"), 3, steps) as anew:
        anew.advance(0)
    assert steps.begun == 1


def test_a_study_without_a_head_is_finished_in_one_step(runs: Runs) -> None:
    with runs.of(("study", "checkpoint"), 3, lambda: iter([Progress(LEVELS, 0, 0)])) as run:
        assert run.advance(0) and run.finished
