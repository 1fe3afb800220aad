from dataclasses import replace

import keras
import numpy as np
import pytest
from runs import RECIPE, TRAINING

from app.model.losses import AllowedClassLoss
from app.training.compiling import averaged, compiled, learning_rate, set_plateau_rate, train_step


def kernel_of(model):
    return model.get_layer("logits").get_weights()[0]


def test_the_cosine_warms_up_and_ends_at_zero():
    model = compiled(replace(RECIPE, steps=12, warmup=2))
    assert learning_rate(model) == 0
    for step, rate in ((1, 0.01), (2, 0.02), (7, 0.01), (12, 0)):
        model.optimizer.iterations.assign(step)
        assert learning_rate(model) == pytest.approx(rate, abs=1e-7)


def test_without_warm_up_it_begins_at_the_peak():
    assert learning_rate(compiled(replace(RECIPE, warmup=0))) == pytest.approx(0.02)


@pytest.mark.parametrize(
    ("warmup", "step", "factor", "rate"), [(2, 0, 1, 0), (2, 1, 1, 0.01), (2, 9, 0.25, 0.005), (0, 0, 1, 0.02)]
)
def test_the_rate_of_a_plateau(warmup, step, factor, rate):
    recipe = replace(RECIPE, schedule="plateau", warmup=warmup)
    model = compiled(recipe)
    set_plateau_rate(model, recipe, step, factor)
    assert learning_rate(model) == pytest.approx(rate)


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16", "mixed_float16"])
def test_the_average_of_the_weights_in_every_precision(precision):
    model = compiled(replace(RECIPE, precision=precision, warmup=0, ema=0.75))
    model.run_eagerly = True
    assert model.layers[1].compute_dtype == precision.removeprefix("mixed_")
    assert keras.config.dtype_policy().name == "float32"
    kernels = []
    for step in range(3):
        assert np.isfinite(train_step(model, TRAINING.batch(step)))
        kernels.append(kernel_of(model))
    expected = 0.75 * (0.75 * kernels[0] + 0.25 * kernels[1]) + 0.25 * kernels[2]
    with averaged(model):
        np.testing.assert_allclose(kernel_of(model), expected, rtol=1e-5)
        assert (kernel_of(model) != kernels[2]).any()
    np.testing.assert_array_equal(kernel_of(model), kernels[2])


def test_the_weights_come_back_after_an_error():
    model = compiled(RECIPE)
    before = kernel_of(model)
    with pytest.raises(ZeroDivisionError), averaged(model):
        assert not kernel_of(model).any()  # no step yet, no average
        _ = 1 / 0
    np.testing.assert_array_equal(kernel_of(model), before)


@pytest.mark.parametrize(("deep_supervision", "shares"), [(0, [1]), (1, [2 / 3, 1 / 3]), (2, [4 / 7, 2 / 7, 1 / 7])])
def test_the_loss_is_that_of_every_output_by_its_share(deep_supervision, shares):
    unet = replace(RECIPE.unet, filters=(2, 2, 2), dropout=0.0, deep_supervision=deep_supervision)
    model = compiled(replace(RECIPE, unet=unet))
    model.run_eagerly = True
    images, allowed = TRAINING.batch(0)
    outputs = model(images, training=True)
    losses = [
        float(AllowedClassLoss(RECIPE.loss)(allowed, output)) for output in (outputs if deep_supervision else [outputs])
    ]
    assert train_step(model, (images, allowed)) == pytest.approx(np.dot(shares, losses), rel=1e-4)
