"""Made-up patients as training has them: planes, and a recipe that is done at once."""

import numpy as np

from app.model.unet import UNetConfig
from app.training.augmentation import AugmentationConfig
from app.training.planes import Planes
from app.training.recipe import Recipe

TINY = Recipe(
    steps=6,
    batch=2,
    warmup=2,
    learning_rate=0.02,
    precision="float32",
    validate_every=3,
    validation_slices=4,
    unet=UNetConfig(filters=(2, 4)),
    augmentation=AugmentationConfig(rows=32, columns=24, shift=2),
)


def planes_of(seed=0, slices=3, tumour=2, target=1, present=(True, True, True, True)):
    """Noise with a bright square, which is the tumour, in the middle of the first `tumour` slices."""
    random = np.random.default_rng(seed)
    images = random.integers(60, 140, (slices, 240, 240, 4)).astype(np.uint8)
    targets = np.zeros((slices, 240, 240), np.uint8)
    images[:tumour, 114:126, 116:128] += 100
    targets[:tumour, 114:126, 116:128] = target
    present = np.array(present)
    return Planes(images[..., present], targets, present, np.arange(slices))
