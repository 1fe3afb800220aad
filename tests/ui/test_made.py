"""What is made from a study is made once, kept for that study, and gone with it."""

import gc
import threading
import weakref

import numpy as np
import pytest

from app.pages import cache, made
from app.study import Probability, Sequence, Source, Study


def study(seed: int = 1, name: str = "s", affine: np.ndarray | None = None) -> Study:
    image = np.random.default_rng(seed).uniform(0, 9, (4, 5, 6)).astype(np.float32)
    source = Source("picture" if affine is None else "volume", image.shape, affine)
    return Study(name, {Sequence.T1: image}, source)


def result_for(scanned: Study, checkpoint: str = "c", level: int = 7) -> Probability:
    return Probability(np.full(scanned.shape, level, np.uint8), scanned.sha256, checkpoint)


def test_a_thing_is_made_once_for_a_study_and_not_for_another() -> None:
    one, other = study(1), study(2)
    assert cache.head(one) is cache.head(one)
    assert cache.head(other) is not cache.head(one)
    assert cache.scan_blob(one) is cache.scan_blob(one) and cache.scan_blob(other) != cache.scan_blob(one)


def test_who_asks_while_it_is_made_waits_and_gets_the_same() -> None:
    made_now, scanned = [], study()
    begun, asked = threading.Event(), threading.Event()

    def make() -> object:
        made_now.append(object())
        begun.set()
        assert asked.wait(60)
        return made_now[-1]

    got: list[object] = []
    threads = [
        threading.Thread(target=lambda: got.append(made.made_of(scanned).once(("thing",), make))) for _ in range(3)
    ]
    threads[0].start()
    assert begun.wait(60)
    for thread in threads[1:]:
        thread.start()
    asked.set()
    for thread in threads:
        thread.join(60)
    assert len(made_now) == 1 and got == made_now * 3


def test_the_same_voxels_under_another_name_have_their_own_blob_and_share_the_result() -> None:
    """A study's digest leaves coordinates out: a blob that was shared would place the scan of one in the other's."""
    here, there = np.diag([1.0, 1.0, 1.0, 1.0]), np.diag([2.0, 2.0, 2.0, 1.0])
    one, other = study(1, "one", here), study(1, "other", there)
    assert one.sha256 == other.sha256
    assert cache.scan_blob(one) != cache.scan_blob(other)
    result = made.keep_result(one, result_for(one))
    assert cache.result(other, "c") is result
    assert made.keep_result(other, result_for(other)) is result


def test_a_result_is_found_for_its_voxels_and_checkpoint_only() -> None:
    one, other = study(1), study(2)
    made.keep_result(one, result_for(one))
    assert cache.result(one, "c") is not None
    assert cache.result(one, "another") is None and cache.result(other, "c") is None


def test_a_result_outlives_who_made_it_while_somebody_else_has_it() -> None:
    one, other = study(1), study(1)
    result = weakref.ref(made.keep_result(one, result_for(one)))
    assert cache.result(other, "c") is result()
    del one
    gc.collect()
    assert cache.result(other, "c") is result() is not None
    del other
    gc.collect()
    assert result() is None


def test_everything_goes_with_the_study() -> None:
    scanned = study()
    result = made.keep_result(scanned, result_for(scanned))
    cache.scan_blob(scanned), cache.levels_blob(scanned, result), cache.head(scanned)
    gone = [weakref.ref(thing) for thing in (scanned, result, cache.head(scanned), made.made_of(scanned))]
    del scanned, result
    gc.collect()
    assert [reference() for reference in gone] == [None] * 4


@pytest.mark.parametrize("checkpoints", [made.RESULTS, made.RESULTS + 2])
def test_only_the_newest_results_of_a_study_are_kept(checkpoints: int) -> None:
    scanned = study()
    names = [f"c{number}" for number in range(checkpoints)]
    for level, name in enumerate(names):
        cache.levels_blob(scanned, made.keep_result(scanned, result_for(scanned, name, level)))
    kept = [name for name in names if cache.result(scanned, name) is not None]
    assert kept == names[-made.RESULTS :]
