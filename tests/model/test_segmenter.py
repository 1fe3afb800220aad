from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import keras
import numpy as np
import pytest
from heads import head, study_of

from app.errors import CheckpointAlteredError, CheckpointMissingError
from app.model.calibration import Calibration
from app.model.checkpoint import NETWORK, load_network, save_checkpoint
from app.model.looks import LOOKS
from app.model.network_input import SIZE, prepare
from app.model.precision import Precision
from app.model.segmenter import Segmenter
from app.model.serving import Serving, cap_islands
from app.model.tensorflow_engine import TensorFlowEngine
from app.model.unet import UNetConfig, build_unet, logits_model
from app.study import LEVELS, Sequence

BOTH = (Sequence.FLAIR, Sequence.T2)
CALIBRATIONS = {"FLAIR": Calibration(2.0, -0.5), "FLAIR+T2": Calibration(0.7, 0.25)}


PLAIN = Serving(smoothing_mm=0, smallest_island=0)


def saved(folder, serving=PLAIN, threshold=0.3):
    keras.utils.set_random_seed(4)
    network = build_unet(UNetConfig(filters=(2, 4)), folded=True)
    layer = network.get_layer("logits")
    layer.set_weights([4 * weights for weights in layer.get_weights()])  # spread over more of the 200 levels
    values = {
        "threshold": threshold,
        "threshold_reason": "",
        "calibrations": CALIBRATIONS,
        "serving": serving,
        "recipe": {},
        "training": [],
        "validation": [],
        "curves": [],
    }
    save_checkpoint(folder, network, values)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return saved(tmp_path_factory.mktemp("checkpoint"))


@pytest.fixture(scope="module")
def segmenter(folder):
    return exact(folder)


def exact(folder):
    """Whatever the processor, as the network was saved; how far bfloat16 is from that is another test."""
    return Segmenter(folder, TensorFlowEngine(folder, precision=Precision.FLOAT32))


def made_up_study(seed, slices=10, shape=(240, 240), spacing=(2.0, 1.0, 1.0), sequences=BOTH):
    random = np.random.default_rng(seed)
    inside = head(shape, (shape[0] // 8, 7 * shape[0] // 8, shape[1] // 6, 4 * shape[1] // 5))
    return study_of(
        {s: inside * random.uniform(0.4, 1, (slices, *shape)).astype(np.float32) for s in sequences}, spacing
    )


def logits_of(folder, study, window=None):
    """Of slices 0 to 9 on all of the plane: what the saved network says within the window, by default the study's."""
    network_input = prepare(study)
    shown = replace(network_input, window=window or network_input.window)
    logits = np.zeros((10, SIZE, SIZE, 4))
    planes = shown.planes(np.arange(10), 1)
    logits[:, *shown.window] = np.asarray(logits_model(load_network(folder))(planes, training=False))
    return logits


def tumour_logit(logits):
    return np.log(np.exp(logits[..., 1:]).sum(axis=-1)) - logits[..., 0]


@pytest.mark.parametrize(
    ("sequences", "temperature", "shift"),
    [((Sequence.FLAIR,), 2.0, -0.5), (BOTH, 0.7, 0.25), ((Sequence.T2,), 1.0, 0.0)],
)
def test_levels_are_those_of_the_saved_network_as_the_subset_is_calibrated(
    segmenter, folder, sequences, temperature, shift
):
    """On slices that are not resampled, up to an error of 5e-4 in the probability: logits are kept as float16."""
    study = made_up_study(1, sequences=sequences)
    expected = 1 / (1 + np.exp(-(tumour_logit(logits_of(folder, study)) / temperature + shift)))
    levels = segmenter.segment(study).levels
    rows, columns = window = prepare(study).window
    inside, expected = levels[:, rows, columns], expected[:, *window]
    assert (inside >= np.floor((expected - 5e-4) * LEVELS)).all()
    assert (inside <= np.floor((expected + 5e-4) * LEVELS)).all()
    assert len(np.unique(inside)) > 50
    assert levels.sum() == inside.sum()


def test_the_window_makes_no_difference_to_the_head(segmenter, folder):
    study = made_up_study(1)
    logit = tumour_logit(logits_of(folder, study, (slice(0, SIZE), slice(0, SIZE))))
    expected = CALIBRATIONS["FLAIR+T2"].probability(logit.astype(np.float32)) * LEVELS
    far = np.abs(segmenter.segment(study).levels + 0.5 - expected)[prepare(study).head]
    assert far.max() < 0.6


def test_classes_are_the_likeliest_of_the_saved_network(segmenter, folder):
    study = made_up_study(1)
    probability = segmenter.segment(study, classes=True)
    tumour = logits_of(folder, study)[..., 1:]
    first, second = np.moveaxis(np.sort(tumour, axis=-1), -1, 0)[:0:-1]
    rows, columns = prepare(study).window
    clear = np.zeros(study.shape, bool)
    clear[:, rows, columns] = (first - second)[:, rows, columns] > 1e-4
    assert clear.mean() > 0.3
    np.testing.assert_array_equal(probability.classes[clear], np.array([1, 2, 4])[tumour.argmax(axis=-1)][clear])
    assert len(np.unique(probability.classes[clear])) > 1
    np.testing.assert_array_equal(probability.levels, segmenter.segment(study).levels)
    assert segmenter.segment(study).classes is None


def test_small_islands_are_capped_at_the_default_threshold(segmenter, tmp_path):
    study = made_up_study(1)
    before = segmenter.segment(study).levels
    expected = before.copy()
    cap_islands(expected, 170, 12)
    assert (expected != before).any()
    capped = exact(saved(tmp_path, Serving(smoothing_mm=0, smallest_island=12), threshold=0.85)).segment(study).levels
    np.testing.assert_array_equal(capped, expected)


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


def test_looks_are_at_the_same_study_in_other_ways(segmenter, folder):
    """The mirrored look is what the saved network says of the mirrored study, mirrored."""
    study = made_up_study(5, slices=3, shape=(240, 240))
    *_, last = segmenter.stream_looks(study)
    assert len(last.looks) == len(LOOKS)
    plain = segmenter.segment(study).levels
    assert all((levels != plain).any() for levels in last.looks)
    window = prepare(study).window
    turned = LOOKS[0].there(prepare(study).planes(np.arange(3), 1))
    logit = tumour_logit(np.asarray(logits_model(load_network(folder))(turned, training=False)))[:, :, ::-1]
    expected = CALIBRATIONS["FLAIR+T2"].probability(logit.astype(np.float32)) * LEVELS
    assert np.abs(last.looks[0][:, *window] + 0.5 - expected).max() < 0.62


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
