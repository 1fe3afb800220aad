"""Batches: which slices, and what the network is to say about them. Batch k is the same whenever it is asked for."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from app.model.unet import CLASSES
from app.training.augmentation import augment, choose_sequences
from app.training.planes import Planes
from app.training.recipe import Recipe

Batch = tuple[NDArray[np.float32], NDArray[np.float32]]

ALLOWED = np.vstack([np.eye(CLASSES), [0, 1, 1, 1]]).astype(np.float32)
"""`(5, 4)`: the classes that a target allows; the last row is `ANY_TUMOUR`."""
AHEAD = 6
"""Batches that are made before they are needed."""


class BatchMaker:
    """Draws batches from the planes of each set; `planes` has every case, `chance` the odds that it is drawn."""

    def __init__(self, planes: Mapping[str, Sequence[Planes]], recipe: Recipe) -> None:
        self._recipe = recipe
        self.planes = [p for dataset in planes for p in planes[dataset]]
        shares = np.array([recipe.shares.of(dataset) for dataset in planes for _ in planes[dataset]])
        counts = np.array([len(planes[dataset]) for dataset in planes for _ in planes[dataset]])
        self.chance = shares / counts / (shares / counts).sum()
        self._tumour = [np.flatnonzero((p.targets > 0).any(axis=(1, 2))) for p in self.planes]

    def batch(self, step: int) -> Batch:
        """`(batch, rows, columns, channels)` images and `(batch, rows, columns, CLASSES)` allowed classes of a step."""
        config = self._recipe.augmentation
        shape = (self._recipe.batch, config.rows, config.columns)
        images = np.empty((*shape, self._recipe.unet.channels), np.float32)
        targets = np.empty(shape, np.uint8)
        for row in range(self._recipe.batch):
            rng = np.random.default_rng([self._recipe.seed, step, row])
            images[row], targets[row] = self._slice(rng)
        return images, ALLOWED[targets]

    def batches(self, first: int, last: int) -> Iterator[Batch]:
        """The batches of steps `first` to `last - 1`, made ahead in threads."""
        with ThreadPoolExecutor(2) as pool:
            waiting = [pool.submit(self.batch, step) for step in range(first, min(first + AHEAD, last))]
            for step in range(first, last):
                batch = waiting.pop(0).result()
                if step + AHEAD < last:
                    waiting.append(pool.submit(self.batch, step + AHEAD))
                yield batch

    def _slice(self, rng: np.random.Generator) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        case = int(rng.choice(len(self.planes), p=self.chance))
        planes, tumour = self.planes[case], self._tumour[case]
        with_tumour = tumour.size > 0 and rng.random() < self._recipe.tumour_slices
        row = int(rng.choice(tumour)) if with_tumour else int(rng.integers(len(planes.targets)))
        config = self._recipe.augmentation
        sequences = choose_sequences(planes.present, config, rng)
        neighbours = self._recipe.unet.neighbours if rng.random() < config.neighbours else 0
        wanted = planes.with_neighbours(row, neighbours) + [None] * (2 * (self._recipe.unet.neighbours - neighbours))
        group = [None if index is None else np.asarray(planes.images[index]) for index in wanted]
        return augment(group, np.asarray(planes.targets[row]), planes.present, sequences, config, rng)
