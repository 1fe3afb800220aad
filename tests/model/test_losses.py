from itertools import permutations
from math import log

import keras
import numpy as np
import pytest
from keras import ops

from app.model.losses import AllowedClassLoss, LossConfig, cross_entropy, soft_tversky

BACKGROUND, CORE, OEDEMA, ENHANCING = np.eye(4, dtype=np.float32)
ANY_TUMOUR = np.array([0, 1, 1, 1], np.float32)


def slice_of(*pixels):
    """One slice of a single row, `(1, 1, columns, 4)`."""
    return np.array(pixels, np.float32)[np.newaxis, np.newaxis]


def loss(allowed, probabilities, config=LossConfig()):  # noqa: B008 - frozen
    return float(AllowedClassLoss(config)(allowed, probabilities))


class TestCrossEntropy:
    def test_tumour_pixels_weigh_more(self):
        allowed = slice_of(BACKGROUND, OEDEMA)
        probabilities = slice_of([0.5, 0.2, 0.2, 0.1], [0.25, 0.25, 0.25, 0.25])
        assert float(cross_entropy(allowed, probabilities, 1.0)) == pytest.approx((log(2) + log(4)) / 2)
        assert float(cross_entropy(allowed, probabilities, 3.0)) == pytest.approx((log(2) + 3 * log(4)) / 4)

    def test_of_any_tumour_the_sum_of_the_three_classes_counts(self):
        entropy = cross_entropy(slice_of(ANY_TUMOUR), slice_of([0.2, 0.3, 0.1, 0.4]), 2.0)
        assert float(entropy) == pytest.approx(-log(0.8))

    def test_a_class_that_is_ruled_out_stays_finite(self):
        entropy = cross_entropy(slice_of(CORE), slice_of([1, 0, 0, 0]), 2.0)
        assert float(entropy) == pytest.approx(-log(1e-6))

    @pytest.mark.parametrize(("gamma", "factors"), [(0, (1, 1)), (1, (0.5, 0.75)), (2, (0.25, 0.5625))])
    def test_focal_lets_count_less_what_is_nearly_right(self, gamma, factors):
        allowed = slice_of(BACKGROUND, ANY_TUMOUR)
        probabilities = slice_of([0.5, 0.2, 0.2, 0.1], [0.75, 0.05, 0.1, 0.1])
        expected = (factors[0] * log(2) + 3 * factors[1] * log(4)) / 4
        assert float(cross_entropy(allowed, probabilities, 3.0, gamma)) == pytest.approx(expected, rel=1e-5)


class TestSoftTversky:
    TARGET = np.array([1, 1, 0, 0], np.float32)
    PROBABILITY = np.array([0.5, 1, 0.25, 0], np.float32)  # hits 1.5, missed 0.5, false alarms 0.25

    def test_one_half_is_soft_dice(self):
        value = soft_tversky(self.TARGET, self.PROBABILITY, 0.5)
        assert float(value) == pytest.approx(1 - (1.5 + 1) / (1.5 + 0.25 + 0.125 + 1))

    def test_misses_weigh_what_the_weight_says(self):
        value = soft_tversky(self.TARGET, self.PROBABILITY, 0.6)
        assert float(value) == pytest.approx(1 - (1.5 + 1) / (1.5 + 0.6 * 0.5 + 0.4 * 0.25 + 1))

    @pytest.mark.parametrize(("weight", "order"), [(0.6, 1), (0.5, 0), (0.4, -1)])
    def test_a_miss_against_a_false_alarm_of_the_same_size(self, weight, order):
        """Two voxels are tumour; one is missed, or one too many is found, with as many hits."""
        target = np.array([1, 1, 0], np.float32)
        missed = float(soft_tversky(target, np.array([1, 0, 0], np.float32), weight))
        alarm = float(soft_tversky(np.array([1, 0, 0], np.float32), np.array([1, 1, 0], np.float32), weight))
        assert np.sign(round(missed - alarm, 6)) == order

    def test_nothing_to_find_and_nothing_found_costs_nothing(self):
        nothing = np.zeros(3, np.float32)
        assert float(soft_tversky(nothing, nothing, 0.6)) == 0

    def test_nothing_to_find_and_a_false_alarm(self):
        value = soft_tversky(np.zeros(3, np.float32), np.array([0, 0.5, 0], np.float32), 0.6)
        assert float(value) == pytest.approx(1 - 1 / (0.4 * 0.5 + 1))

    def test_the_exponent_is_applied_to_the_loss(self):
        plain = float(soft_tversky(self.TARGET, self.PROBABILITY, 0.6))
        assert float(soft_tversky(self.TARGET, self.PROBABILITY, 0.6, 0.75)) == pytest.approx(plain**0.75)


class TestAllowedClassLoss:
    def test_by_hand(self):
        """Tumour: hits 0.8, missed 0.2, false alarms 0.5. Its classes: core 0.4 too much, oedema 0.5 hit, 0.5 missed,
        enhancing 0.4 too much."""
        allowed = slice_of(OEDEMA, BACKGROUND)
        probabilities = slice_of([0.2, 0.1, 0.5, 0.2], [0.5, 0.3, 0.0, 0.2])
        entropy = (2 * log(2) + log(2)) / 3
        tumour = 1 - 1.8 / (0.8 + 0.6 * 0.2 + 0.4 * 0.5 + 1)
        core = enhancing = 1 - 1 / (0.4 * 0.4 + 1)
        oedema = 1 - 1.5 / (0.5 + 0.6 * 0.5 + 1)
        expected = entropy + 0.7 * (tumour + (core + oedema + enhancing) / 3)
        assert loss(allowed, probabilities, LossConfig(dice=0.7)) == pytest.approx(expected, rel=1e-5)

    @pytest.mark.parametrize(
        "allowed",
        [
            slice_of(BACKGROUND, CORE, OEDEMA, ENHANCING),
            slice_of(BACKGROUND, BACKGROUND, BACKGROUND),
            slice_of(CORE, CORE),
        ],
    )
    def test_what_is_right_costs_nothing(self, allowed):
        assert loss(allowed, allowed) == pytest.approx(0, abs=1e-6)

    def test_tumour_of_any_class_is_right_whatever_the_class(self):
        allowed = slice_of(BACKGROUND, ANY_TUMOUR, ANY_TUMOUR)
        assert loss(allowed, slice_of(BACKGROUND, CORE, [0, 0.2, 0.7, 0.1])) == pytest.approx(0, abs=1e-6)

    def test_the_class_counts_only_where_it_is_known(self):
        probabilities = np.array([0.3, 0.1, 0.2, 0.4])
        mixed = [probabilities[[0, *order]] for order in permutations((1, 2, 3))]
        unknown = {round(loss(slice_of(ANY_TUMOUR, BACKGROUND), slice_of(p, BACKGROUND)), 5) for p in mixed}
        known = {round(loss(slice_of(OEDEMA, BACKGROUND), slice_of(p, BACKGROUND)), 5) for p in mixed}
        assert (len(unknown), len(known)) == (1, 3)

    def test_a_slice_without_classes_does_not_count_in_those_of_another(self):
        allowed, right = slice_of(CORE, OEDEMA, BACKGROUND), slice_of(CORE, OEDEMA, BACKGROUND)
        tumour_only = slice_of(ANY_TUMOUR, BACKGROUND, BACKGROUND)
        together = np.concatenate([allowed, tumour_only])
        found_as_oedema = np.concatenate([right, slice_of(OEDEMA, BACKGROUND, BACKGROUND)])
        assert loss(together, found_as_oedema) == pytest.approx(0, abs=1e-6)

    def test_in_a_slice_without_tumour_a_false_alarm_counts_in_its_class_too(self):
        allowed, alarm = slice_of(BACKGROUND, BACKGROUND), slice_of([0.5, 0.5, 0, 0], BACKGROUND)
        once = 1 - 1 / (0.4 * 0.5 + 1)
        assert loss(allowed, alarm) == pytest.approx(log(2) / 2 + once + once / 3, rel=1e-5)

    def test_a_missed_tumour_costs_more_than_a_false_alarm(self):
        missed = loss(slice_of(OEDEMA, OEDEMA, BACKGROUND), slice_of(OEDEMA, [0.9, 0, 0.1, 0], BACKGROUND))
        alarm = loss(slice_of(OEDEMA, BACKGROUND, BACKGROUND), slice_of(OEDEMA, [0.1, 0, 0.9, 0], BACKGROUND))
        assert missed > 1.3 * alarm

    def test_half_precision_is_scored_in_float32(self):
        allowed = slice_of(OEDEMA, BACKGROUND)
        probabilities = slice_of([0.25, 0.25, 0.5, 0], [0.5, 0.25, 0, 0.25])
        value = AllowedClassLoss()(allowed, ops.cast(probabilities, "bfloat16"))
        assert value.dtype == "float32"
        assert float(value) == pytest.approx(loss(allowed, probabilities), rel=1e-6)

    def test_options_by_hand(self):
        """As `test_by_hand`, in which the tumour pixel has likelihood 0.5, and the other 0.5."""
        allowed = slice_of(OEDEMA, BACKGROUND)
        probabilities = slice_of([0.2, 0.1, 0.5, 0.2], [0.5, 0.3, 0.0, 0.2])
        tumour = 1 - 1.8 / (0.8 + 0.7 * 0.2 + 0.3 * 0.5 + 1)
        core = enhancing = 1 - 1 / (0.3 * 0.4 + 1)
        oedema = 1 - 1.5 / (0.5 + 0.7 * 0.5 + 1)
        parts = [part**0.75 for part in (tumour, core, oedema, enhancing)]
        config = LossConfig(focal=2.0, false_negative=0.7, tversky_exponent=0.75)
        expected = 0.25 * log(2) + parts[0] + sum(parts[1:]) / 3
        assert loss(allowed, probabilities, config) == pytest.approx(expected, rel=1e-5)

    @pytest.mark.parametrize("config", [LossConfig(), LossConfig(focal=0.5, tversky_exponent=0.5)])
    def test_slopes_are_finite_where_nothing_is_wrong(self, config):
        """Where only tumour or not is known the parts of the classes are 0, whose root has no finite slope."""
        model = keras.Sequential([keras.Input((1, 2, 4)), keras.layers.Conv2D(4, 1), keras.layers.Softmax()])
        model.compile("sgd", AllowedClassLoss(config), run_eagerly=True)
        model.train_on_batch(slice_of(BACKGROUND * 200, ANY_TUMOUR * 200), slice_of(BACKGROUND, ANY_TUMOUR))
        assert all(np.isfinite(weights).all() for weights in model.get_weights())
