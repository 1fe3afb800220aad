"""What the browser keeps of what arrives: the modules alone, on an empty page, with blobs that unpack when told to."""

from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from app.study import Sequence, Source, Study
from app.viewer import _JS, pack_levels, pack_scan

STUDY = Study("small", {Sequence.FLAIR: np.arange(24, dtype=np.float32).reshape(2, 3, 4)}, Source("picture", (2, 3, 4)))
ONES = np.ones((2, 3, 4), np.uint8)
SETUP = """source => {
    const exports = "export { load, findScan, findLevels, scans, segmentations, watchers };";
    const url = URL.createObjectURL(new Blob([source + exports], { type: "text/javascript" }));
    return import(url).then(module => {
        window.store = module;
        window.loads = [];
        window.gates = [];
        const unpack = Response.prototype.arrayBuffer;
        Response.prototype.arrayBuffer = async function () {
            const buffer = await unpack.call(this);
            await new Promise(open => window.gates.push(open));
            return buffer;
        };
    });
}"""


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page()
    page.evaluate(SETUP, _JS)
    yield page
    page.close()


def arrive(page: Page, blob: bytes) -> None:
    """Hand a blob to the store, which waits for `unpack`."""
    before = page.evaluate("gates.length")
    page.evaluate("bytes => { loads.push(store.load(new Uint8Array(bytes))); }", list(blob))
    page.wait_for_function("n => gates.length > n", arg=before)


def unpack(page: Page, nth: int) -> None:
    page.evaluate("nth => { gates[nth](); return loads[nth]; }", nth)


def shown_level(page: Page, study: Study = STUDY, checkpoint: str = "a") -> int | None:
    """The first voxel's level, of the levels that a viewer would draw."""
    data = {"study": study.sha256, "checkpoint": checkpoint, "has_reference": study.reference is not None}
    level: int | None = page.evaluate("data => store.findLevels(data)?.voxels[0] ?? null", data)
    return level


def with_reference(mask: np.ndarray) -> Study:
    return Study("small", STUDY.images, STUDY.source, None, mask.astype(np.uint8))


def test_of_two_that_race_the_later_wins(page: Page) -> None:
    arrive(page, pack_levels(ONES * 10, STUDY, "a", complete=False))
    arrive(page, pack_levels(ONES * 20, STUDY, "a", complete=True))
    unpack(page, 1)
    assert shown_level(page) == 20
    unpack(page, 0)
    assert shown_level(page) == 20


def test_levels_under_way_stay_until_their_successor_is_unpacked(page: Page) -> None:
    arrive(page, pack_levels(ONES * 10, STUDY, "a", complete=False))
    unpack(page, 0)
    arrive(page, pack_levels(ONES * 20, STUDY, "a", complete=True))
    assert shown_level(page) == 10
    unpack(page, 1)
    assert shown_level(page) == 20


def test_levels_of_another_checkpoint_or_study_are_not_found(page: Page) -> None:
    arrive(page, pack_levels(ONES, STUDY, "a", complete=True))
    unpack(page, 0)
    other = Study("other", {Sequence.T1: STUDY.images[Sequence.FLAIR]}, STUDY.source)
    assert shown_level(page) == 1
    assert shown_level(page, checkpoint="b") is None
    assert shown_level(page, other) is None


def test_scores_against_another_reference_are_dropped_at_once(page: Page) -> None:
    first, second = with_reference(ONES > 0), with_reference(np.arange(24).reshape(2, 3, 4) > 5)
    arrive(page, pack_levels(ONES, first, "a", complete=True))
    unpack(page, 0)
    assert shown_level(page, first) == 1
    assert shown_level(page, STUDY) is None  # the same scan, now without a reference
    arrive(page, pack_levels(ONES, second, "a", complete=True))
    assert shown_level(page, second) is None
    unpack(page, 1)
    assert shown_level(page, second) == 1


def test_the_same_content_is_not_unpacked_twice(page: Page) -> None:
    arrive(page, pack_scan(STUDY))
    unpack(page, 0)
    page.evaluate("bytes => store.load(new Uint8Array(bytes))", list(pack_scan(STUDY)))
    assert page.evaluate("gates.length") == 1
    assert page.evaluate("study => store.findScan({ study }).images.get('FLAIR').length", STUDY.sha256) > 0


def test_two_studies_are_kept_and_the_oldest_goes(page: Page) -> None:
    image = STUDY.images[Sequence.FLAIR]
    studies = [Study("n", {Sequence.FLAIR: image + n}, STUDY.source) for n in range(3)]
    for n, study in enumerate(studies):
        arrive(page, pack_scan(study))
        unpack(page, n)
    kept = page.evaluate("() => [...store.scans.keys()]")
    assert kept == [study.sha256 for study in studies[1:]]
