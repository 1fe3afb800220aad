import keras
import numpy as np
import pytest
import tensorflow as tf

from app.model.normalisation import FusedBatchNormalization, folded_weights

GAMMA, BETA, MEAN, VARIANCE = (np.array(v, np.float32) for v in ([1.5, -0.5, 2], [0.3, 0, -1], [1, 2, -3], [0.5, 4, 1]))


def images(dtype=np.float32):
    return (np.random.default_rng(1).normal(size=(4, 6, 5, 3)) * [1, 3, 0.2] + [0, 5, -2]).astype(dtype)


def layer_of(kind, **options):
    layer = kind(momentum=0.9, epsilon=1e-3, **options)
    layer.build((None, 6, 5, 3))
    layer.set_weights([GAMMA, BETA, MEAN, VARIANCE])
    return layer


@pytest.fixture
def fused():
    return layer_of(FusedBatchNormalization)


@pytest.fixture
def parent():
    return layer_of(keras.layers.BatchNormalization)


class TestLikeKeras:
    def test_inference(self, fused, parent):
        np.testing.assert_array_equal(fused(images(), training=False), parent(images(), training=False))
        np.testing.assert_array_equal(fused(images()), parent(images()))
        np.testing.assert_array_equal(fused.moving_mean, MEAN)

    def test_training(self, fused, parent):
        result = fused(images(), training=True)
        np.testing.assert_allclose(result, parent(images(), training=True), atol=2e-5)
        np.testing.assert_allclose(np.mean(result, axis=(0, 1, 2)), BETA, atol=1e-5)
        np.testing.assert_allclose(fused.moving_mean, parent.moving_mean, atol=1e-5)

    def test_gradients(self, fused, parent):
        weights = np.random.default_rng(2).normal(size=images().shape)  # a plain sum would have no gradient
        found = []
        for layer in (fused, parent):
            x = tf.Variable(images())
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(layer(x, training=True) * weights)
            found.append(tape.gradient(loss, [x, layer.gamma.value, layer.beta.value]))
        for ours, theirs in zip(*found, strict=True):
            assert np.abs(theirs).max() > 0.1
            np.testing.assert_allclose(ours, theirs, atol=1e-4, rtol=1e-4)

    def test_a_frozen_layer_keeps_its_statistics_in_training_too(self, fused, parent):
        fused.trainable = parent.trainable = False
        np.testing.assert_array_equal(fused(images(), training=True), parent(images(), training=True))
        np.testing.assert_array_equal(fused.moving_variance, VARIANCE)


def test_the_moving_variance_is_the_unbiased_one():
    """1 and 3 have the variance 1, estimated without bias 2; Keras takes the 1."""
    two_pixels = np.array([1, 3], np.float32).reshape(1, 2, 1, 1)
    expected = {FusedBatchNormalization: 2, keras.layers.BatchNormalization: 1}
    for kind, variance in expected.items():
        layer = kind(momentum=0.9)
        layer(two_pixels, training=True)
        assert np.asarray(layer.moving_mean) == pytest.approx(0.1 * 2)
        assert np.asarray(layer.moving_variance) == pytest.approx(0.9 * 1 + 0.1 * variance)


class TestMixedPrecision:
    def test_statistics_are_measured_in_float32(self):
        layer = layer_of(FusedBatchNormalization, dtype="mixed_bfloat16")
        exact = layer_of(FusedBatchNormalization)
        x = images().astype("bfloat16")
        result, expected = layer(x, training=True), exact(x.astype(np.float32), training=True)
        assert result.dtype == "bfloat16"
        np.testing.assert_allclose(result.numpy().astype(np.float32), expected, rtol=1e-2, atol=1e-2)
        np.testing.assert_allclose(layer.moving_mean, exact.moving_mean, atol=1e-6)
        np.testing.assert_allclose(layer.moving_variance, exact.moving_variance, rtol=1e-5)

    def test_a_step_of_training(self):
        """In a graph, where Keras casts weights by itself: these must stay in float32."""
        inputs = keras.Input((6, 5, 3))
        layer = FusedBatchNormalization(dtype="mixed_bfloat16")
        model = keras.Model(inputs, layer(inputs))
        model.compile(keras.optimizers.SGD(0.1), "mse", jit_compile=False)
        losses = [model.train_on_batch(images(), 2 * images()) for _ in range(4)]
        assert losses[3] < losses[0]
        assert [weights.dtype for weights in layer.get_weights()] == [np.float32] * 4
        assert np.abs(layer.moving_mean).max() > 0


def test_folded_weights_by_hand():
    """Two filters: scales of 4 / sqrt(3 + 1) = 2 and 3 / sqrt(8 + 1) = 1."""
    kernel = np.array([[[[5, 7]]]], np.float32)
    gamma, beta, mean, variance = (np.array(v, np.float32) for v in ([4, 3], [1, 10], [3, -2], [3, 8]))
    folded, bias = folded_weights(kernel, gamma, beta, mean, variance, epsilon=1)
    np.testing.assert_allclose(folded, [[[[10, 7]]]])
    np.testing.assert_allclose(bias, [1 - 3 * 2, 10 + 2 * 1])
