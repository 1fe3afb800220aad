from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import keras
import numpy as np
import pytest
from heads import head, study_of

from app.errors import CheckpointAlteredError, CheckpointMissingError
from app.model.checkpoint import NETWORK, load_network, save_checkpoint
from app.model.network_input import prepare
from app.model.segmenter import Segmenter
from app.model.unet import UNetConfig, build_unet
from app.study import LEVELS, Sequence


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    keras.utils.set_random_seed(4)
    network = build_unet(UNetConfig(filters=(2, 4)))
    layer = network.get_layer("logits")
    layer.set_weights([4 * weights for weights in layer.get_weights()])  # spread over more of the 200 levels
    values = {
        "threshold": 0.3,
        "threshold_reason": "",
        "temperature": 1.0,
        "recipe": {},
        "training": [],
        "validation": [],
        "curves": [],
    }
    folder = tmp_path_factory.mktemp("checkpoint")
    save_checkpoint(folder, network, values)
    return folder


@pytest.fixture(scope="module")
def segmenter(folder):
    return Segmenter(folder)


def made_up_study(seed, slices=10, shape=(240, 240), spacing=(2.0, 1.0, 1.0), sequences=(Sequence.FLAIR, Sequence.T2)):
    random = np.random.default_rng(seed)
    inside = head(shape, (shape[0] // 8, 7 * shape[0] // 8, shape[1] // 6, 4 * shape[1] // 5))
    return study_of(
        {s: inside * random.uniform(0.4, 1, (slices, *shape)).astype(np.float32) for s in sequences}, spacing
    )


def test_levels_are_those_of_the_network_that_was_saved(segmenter, folder):
    """On slices that are not resampled, up to an error of 1e-5 in the probability."""
    study = made_up_study(1)
    planes = prepare(study).planes(np.arange(10))
    expected = 1 - load_network(folder).predict_on_batch(planes)[..., 0].astype(np.float64)
    levels = segmenter.segment(study).levels
    assert (levels >= np.floor((expected - 1e-5) * LEVELS)).all()
    assert (levels <= np.floor((expected + 1e-5) * LEVELS)).all()
    assert len(np.unique(levels)) > 50


def test_the_probability_names_study_and_checkpoint(segmenter):
    study = made_up_study(2, slices=3, shape=(60, 50), spacing=None)
    probability = segmenter.segment(study)
    assert probability.levels.shape == study.shape
    assert probability.levels.dtype == np.uint8
    assert (probability.study_sha256, probability.checkpoint_sha256) == (study.sha256, segmenter.card.sha256)


def test_threads_do_not_disturb_each_other(segmenter):
    studies = [made_up_study(seed, slices=12, shape=(70, 50)) for seed in (3, 4)]
    alone = [segmenter.segment(study).levels for study in studies]
    together = Barrier(2, timeout=120)

    def segment(study):
        together.wait()
        return segmenter.segment(study).levels

    with ThreadPoolExecutor(2) as pool:
        for levels, expected in zip(pool.map(segment, studies), alone, strict=True):
            np.testing.assert_array_equal(levels, expected)
    assert (alone[0] != alone[1]).any()


def test_the_stream_ends_where_segment_does(segmenter):
    study = made_up_study(5, slices=11, shape=(50, 60))
    *_, last = segmenter.stream(study, first_slice=9)
    np.testing.assert_array_equal(last.levels, segmenter.segment(study).levels)


@pytest.mark.parametrize(("slices", "told"), [(19, [8 / 19, 16 / 19, 1]), (3, [1])])
def test_progress_reaches_1(segmenter, slices, told):
    heard = []
    segmenter.segment(made_up_study(6, slices, (40, 50)), heard.append)
    assert heard == told


def test_progress_reaches_1_without_a_head_too(segmenter):
    volume = np.zeros((2, 40, 50), np.float32)
    volume[0, 20, 20] = 1
    heard = []
    probability = segmenter.segment(study_of(volume), heard.append)
    assert heard == [1]
    assert not probability.levels.any()


def test_a_checkpoint_that_is_not_there(tmp_path):
    with pytest.raises(CheckpointMissingError):
        Segmenter(tmp_path)


def test_a_checkpoint_that_was_altered(folder, tmp_path):
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    with (tmp_path / NETWORK).open("ab") as file:
        file.write(b"\0")
    with pytest.raises(CheckpointAlteredError):
        Segmenter(tmp_path)
