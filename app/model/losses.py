"""The loss: cross-entropy and soft Dice over what a label allows.

Some data sets name the tumour's three classes, others know only tumour or not. Both fit one form: a pixel's target is
the set of classes that its label allows, as `CLASSES` zeros and ones. Background is (1, 0, 0, 0), oedema
(0, 0, 1, 0), "tumour of any class" (0, 1, 1, 1), and the probability of the target is the sum over the allowed ones.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

import keras
from keras import ops

Tensor: TypeAlias = Any
"""A tensor of whichever backend Keras runs on."""

SMALLEST = 1e-6
"""What stands in for zero, where a logarithm or a root would have no finite slope."""


@dataclass(frozen=True)
class LossConfig:
    """Weights of the parts of `allowed_class_loss`."""

    dice: float = 1.0
    """Weight of the soft Dice part against the cross-entropy."""
    tumour: float = 2.0
    """How many background pixels a tumour pixel weighs in the cross-entropy: a missed tumour is the worse error."""
    false_negative: float = 0.6
    """Weight of misses against false alarms (1 - this) in the Dice part; 0.5 is plain Dice."""
    focal: float = 0.0
    """Focusing parameter (gamma) of the cross-entropy: the larger, the less count pixels that are nearly right."""
    tversky_exponent: float = 1.0
    """Power of each Dice part; 0.75 is the focal Tversky loss with gamma = 4/3."""


def cross_entropy(allowed: Tensor, probabilities: Tensor, tumour_weight: float, focal: float = 0.0) -> Tensor:
    """Mean of -log p, for the probability p of the allowed classes, `(n, rows, columns, CLASSES)` each; a scalar.

    With `focal`, of -(1 - p) ** focal * log p. Source: Lin et al., "Focal loss for dense object detection", ICCV 2017.
    """
    likelihood = ops.clip(ops.sum(allowed * probabilities, axis=-1), SMALLEST, 1.0)
    weights = 1.0 + (tumour_weight - 1.0) * (1.0 - allowed[..., 0])
    entropy = -ops.log(likelihood)
    if focal:
        entropy *= ops.maximum(1.0 - likelihood, SMALLEST) ** focal
    return ops.sum(entropy * weights) / ops.sum(weights)


def soft_tversky(target: Tensor, probability: Tensor, false_negative: float, exponent: float = 1.0) -> Tensor:
    """1 - Tversky index of `(n, rows, columns)` maps, pooled over the batch, to the power of `exponent`; a scalar.

    Pooling keeps slices without tumour meaningful: there every false alarm counts. Source: Salehi, Erdogmus,
    Gholipour, "Tversky loss function for image segmentation", MLMI 2017; with 0.5 it is the soft Dice loss. The power:
    Abraham, Khan, "A novel focal Tversky loss function with improved attention U-Net", ISBI 2019.
    """
    hit = ops.sum(target * probability)
    missed = ops.sum(target * (1.0 - probability))
    false_alarm = ops.sum((1.0 - target) * probability)
    loss = 1.0 - (hit + 1.0) / (hit + false_negative * missed + (1.0 - false_negative) * false_alarm + 1.0)
    return loss if exponent == 1.0 else ops.maximum(loss, SMALLEST) ** exponent


class AllowedClassLoss(keras.losses.Loss):
    """Cross-entropy + soft Dice of the whole tumour + soft Dice of each class where the classes are known."""

    def __init__(self, config: LossConfig = LossConfig(), name: str = "allowed_class_loss") -> None:
        super().__init__(name=name, reduction="sum")
        self.config = config

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """`(n, rows, columns, CLASSES)` allowed classes and probabilities; a scalar."""
        allowed, probabilities = ops.cast(y_true, "float32"), ops.cast(y_pred, "float32")
        settings = self.config.false_negative, self.config.tversky_exponent
        dice = soft_tversky(1.0 - allowed[..., 0], 1.0 - probabilities[..., 0], *settings)
        known = ops.cast(ops.max(ops.sum(allowed, axis=-1), axis=(1, 2), keepdims=True) < 1.5, "float32")
        for label in range(1, allowed.shape[-1]):
            dice += soft_tversky(known * allowed[..., label], known * probabilities[..., label], *settings) / 3.0
        entropy = cross_entropy(allowed, probabilities, self.config.tumour, self.config.focal)
        return entropy + self.config.dice * dice
