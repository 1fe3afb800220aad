import keras
import numpy as np
import pytest
from keras import layers

from benchmarks.convolution import flop, plain_convolution
from benchmarks.yardstick import work


def test_operations_of_a_network():
    inputs = keras.Input((None, None, 3))
    x = layers.Conv2D(5, 3, padding="same")(inputs)  # 2 x 3 x 3 x 3 x 5 at each of 8 x 6 places: 12,960
    x = layers.MaxPooling2D()(layers.ReLU()(x))
    x = layers.Conv2D(7, 1)(x)  # 2 x 5 x 7 at each of 4 x 3: 840
    x = layers.Conv2DTranspose(2, 2, strides=2)(x)  # 2 x 2 x 2 x 7 x 2, laid on each of the 4 x 3 that come in: 1,344
    assert flop(keras.Model(inputs, x), 8, 6) == 12_960 + 840 + 1_344


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_the_plain_convolution_computes_the_same_each_time(dtype):
    convolution = plain_convolution(dtype)
    first = convolution()
    assert np.isfinite(float(first))
    assert float(convolution()) == float(first)


def test_the_fixed_work_is_fixed():
    assert work() == work() > 350_000
