"""A checkpoint and what runs its network: from a study to its probability, its further looks and its maps."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.model.checkpoint import FOLDER, Card, load_card
from app.model.engine import Engine
from app.model.grad_cam import stream_map
from app.model.inference import Network, Progress, stream_levels
from app.model.looks import LooksProgress, stream_looks
from app.study import Probability, Sequence, Study, threshold_level


class Segmenter:
    """Loads a checkpoint once; segments studies from any thread, one batch at a time.

    Args:
        folder: the checkpoint's.
        engine: what runs its network; None for TensorFlow in this process, which takes seconds to load.

    Raises CheckpointError from the constructor when the checkpoint is missing or altered.
    """

    def __init__(self, folder: Path = FOLDER, engine: Engine | None = None) -> None:
        self.card: Card = load_card(folder)
        self.engine: Engine = _own_engine(folder, self.card) if engine is None else engine
        neighbours = (self.engine.channels // len(Sequence) - 1) // 2
        self._network = Network(self.engine.forward, neighbours, self.card.serving)

    @property
    def state(self) -> str:
        """What somebody who waits should know of the engine: that another one stands in for it; usually nothing."""
        return str(getattr(self.engine, "state", ""))

    def stream(self, study: Study, first_slice: int | None = None, *, classes: bool = False) -> Iterator[Progress]:
        """Segment a study, the slices around `first_slice` first; see `inference.stream_levels`."""
        calibration = self.card.calibration(study.sequences)
        level = threshold_level(self.card.threshold)
        return stream_levels(study, self._network, calibration, level, first_slice, classes=classes)

    def stream_looks(self, study: Study) -> Iterator[LooksProgress]:
        """Look at a study again, in the ways of `looks.LOOKS`; see there. The plain look is what `segment` gives."""
        level = threshold_level(self.card.threshold)
        return stream_looks(study, self._network, self.card.calibration(study.sequences), level)

    def stream_map(self, study: Study, lesion: NDArray[np.bool_]) -> Iterator[Progress]:
        """Map what counted for a lesion, `(z, y, x)` on the study's grid; see `grad_cam.stream_map`."""
        return stream_map(study, lesion, self._network.neighbours, self.engine.look)

    def segment(
        self, study: Study, progress: Callable[[float], None] | None = None, *, classes: bool = False
    ) -> Probability:
        """Segment a whole study, with the tumour classes if asked; `progress` is told the share done, 0 to 1."""
        for step in self.stream(study, classes=classes):
            if progress is not None:
                progress(step.done / step.total if step.total else 1.0)
        return Probability(step.levels, study.sha256, self.card.sha256, step.classes)


def _own_engine(folder: Path, card: Card) -> Engine:
    from app.model.tensorflow_engine import TensorFlowEngine

    return TensorFlowEngine(folder, card)
