"""Registration of simulated heads after known motions; on coarse voxels, so that it is quick."""

from dataclasses import replace

import numpy as np
import pytest

from app.errors import StudyError
from app.imaging.head import head_of
from app.imaging.registration import FEWEST_SLICES, STARTS, register
from app.imaging.resample import resample
from app.imaging.rigid import bring
from app.imaging.rigid_search import COARSE, FINER
from app.simulate.follow_up import Later, first_visit, scan_again
from app.simulate.phantom import simulate
from app.study import Sequence, Source

SEED, VOXEL_MM = 105, 4.0
MOVED = Later((1.5,), turned=(6.0, -3.0, 4.0), moved_mm=(5.0, -7.0, 4.0))


@pytest.fixture(scope="module")
def first():
    return first_visit(simulate(SEED, healthy=False, spacing=VOXEL_MM))


@pytest.fixture(scope="module")
def again():
    return scan_again(SEED, MOVED, healthy=False, spacing=VOXEL_MM)


@pytest.fixture(scope="module")
def found(first, again):
    return register(first.study("first"), again.study("again"))


def errors_mm(first, to_fixed, motion):
    """How far places in the first head lie from where they should, after the known motion and back."""
    places = np.argwhere(first.images[Sequence.FLAIR] > 0)[::20]
    mm = np.c_[places, np.ones(len(places))] @ first.grid.to_mm.T
    return np.linalg.norm((mm @ motion.T @ to_fixed.T - mm)[:, :3], axis=1)


def test_a_known_motion_is_found(first, again, found):
    assert np.median(errors_mm(first, found.to_fixed, again.motion)) < 1.0
    assert np.median(errors_mm(first, np.eye(4), again.motion)) > 6
    quality = found.quality
    assert quality.sequence is Sequence.FLAIR and quality.settled
    assert quality.turned_degrees == pytest.approx(np.sqrt(61), abs=1.0)
    assert quality.overlap > 0.9 and quality.information > 0.5


def test_the_same_answer_each_time(first, again, found):
    anew = register(first.study("first"), again.study("again"))
    assert np.array_equal(anew.to_fixed, found.to_fixed) and anew.quality == found.quality


@pytest.mark.parametrize("thick_first", [False, True])
def test_thick_slices_on_either_side(first, thick_first):
    thick = scan_again(SEED, replace(MOVED, joined=2), healthy=False, spacing=VOXEL_MM)
    one, other = first.study("thin"), thick.study("thick")
    rigid = register(other, one) if thick_first else register(one, other)
    to_first = np.linalg.inv(rigid.to_fixed) if thick_first else rigid.to_fixed
    assert np.median(errors_mm(first, to_first, thick.motion)) < 1.5


def test_the_follow_up_is_brought_onto_the_baseline(first, again, found):
    brought = bring(again.labels, again.grid, first.grid, found.to_fixed, labels=True) > 0
    there = first.labels > 0
    assert brought.shape == there.shape
    assert np.count_nonzero(brought & there) > 0.93 * np.count_nonzero(there)  # which grew, and covers what it was
    unmoved = resample(again.labels, again.grid, first.grid, labels=True) > 0
    assert np.count_nonzero(unmoved & there) < 0.93 * np.count_nonzero(there)


def test_what_cannot_be_registered_is_refused(first):
    study = first.study("first")
    picture = replace(study, name="a picture", source=Source("picture", study.shape), spacing=None)
    with pytest.raises(StudyError, match="a picture has no place in space"):
        register(study, picture)
    flat = {sequence: image[:1] for sequence, image in study.images.items()}
    one = replace(study, name="one", images=flat, source=replace(study.source, shape=(*study.source.shape[:2], 1)))
    with pytest.raises(StudyError, match=f"one has 1 slice: from fewer than {FEWEST_SLICES}"):
        register(one, study)
    with pytest.raises(StudyError, match="no sequence in common"):
        register(study.with_sequences((Sequence.T1,)), study.with_sequences((Sequence.T2,)))


def test_two_that_have_nothing_in_common_are_refused(first):
    study = first.study("first").with_sequences((Sequence.FLAIR,))
    noise = np.random.default_rng(1).random(study.shape, np.float32)
    with pytest.raises(StudyError, match=r"noise could not be registered to first: .* Are both of the same head"):
        register(study, replace(study, name="noise", images={Sequence.FLAIR: noise}))
    even = np.ones(study.shape, np.float32)
    with pytest.raises(StudyError, match="No head was found in empty"):
        register(study, replace(study, name="empty", images={Sequence.FLAIR: even}))


def test_scanners_that_count_from_elsewhere(first, again):
    """The middles of the heads find what coordinates 300 mm away would not; and the better start is named."""
    far = again.affine.copy()
    far[:3, 3] += 300
    study = replace(again.study("far"), source=Source("volume", again.labels.shape[::-1], far))
    motion = np.diag([1.0, 1, 1, 1])
    motion[:3, 3] = -300, -300, 300  # RAS to LPS
    rigid = register(first.study("first"), study)
    assert np.median(errors_mm(first, rigid.to_fixed, motion @ again.motion)) < 1.0
    assert rigid.quality.begun_from == STARTS[0]


def test_the_head_is_the_largest_part_without_holes():
    volume = np.zeros((5, 20, 20), np.float32)
    volume[1:4, 3:15, 4:16] = 100
    volume[2, 8:10, 8:10] = 0  # fluid
    volume[2, 18, 18] = 100  # an ear plug
    head = head_of(volume)
    assert head[1:4, 3:15, 4:16].all() and np.count_nonzero(head) == 3 * 12 * 12
    assert not head_of(np.zeros((2, 3, 4), np.float32)).any()


def test_stages_become_finer():
    sizes = [stage.voxel_mm for stage in (COARSE, *FINER)]
    assert sizes == sorted(sizes, reverse=True)
