"""A small run for the tests of the training loop, and the same with time to be killed in."""

import time
from dataclasses import replace

from made_up_cases import TINY, planes_of

from app.model.unet import UNetConfig
from app.training.batches import BatchMaker

RECIPE = replace(
    TINY,
    steps=24,
    validate_every=4,
    ema=0.5,
    unet=UNetConfig(filters=(2, 4)),
    tumour_slices=1,
    augmentation=replace(TINY.augmentation, rows=32, columns=32),
)
PLANES = {
    "brats": [planes_of(1), planes_of(2)],
    "figshare": [planes_of(3, target=4, present=(False, False, True, False))],
}
TRAINING = BatchMaker(PLANES, RECIPE)
VALIDATION = BatchMaker({"brats": [planes_of(4)]}, RECIPE)


class Slow(BatchMaker):
    """Leaves time between the batches."""

    def batches(self, first, last):
        for batch in super().batches(first, last):
            time.sleep(0.1)
            yield batch
