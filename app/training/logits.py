"""The tumour logits of validation cases, counted: all that a calibration is fitted on.

A tumour logit is log(p / (1 - p)) of the tumour probability.
"""

from dataclasses import dataclass
from typing import Self

import keras
import numpy as np
from numpy.typing import NDArray

from app.model.inference import Network, stream_logits
from app.model.serving import Serving
from app.model.unet import logits_model, neighbours_of
from app.study import Study

EDGE, STEP = 25.0, 0.05
"""Range of the counted logits, either way, and the width of a bin."""
CENTRES = np.arange(-EDGE + STEP / 2, EDGE, STEP)
"""`(bins,)`: the logit that a bin stands for."""


@dataclass(frozen=True, eq=False)
class LogitCounts:
    """Pixels by logit, `(bins,)` each: those in the tumour, and the others."""

    tumour: NDArray[np.int64]
    other: NDArray[np.int64]

    @classmethod
    def of(cls, logit: NDArray[np.float32], tumour: NDArray[np.bool_]) -> Self:
        """Count logits and their reference, of one shape; logits beyond the edge count at the edge."""
        place = np.clip((logit + EDGE) / STEP, 0, len(CENTRES) - 1).astype(np.intp)
        return cls(*(np.bincount(place[mask], minlength=len(CENTRES)) for mask in (tumour, ~tumour)))

    def __add__(self, other: "LogitCounts") -> "LogitCounts":
        return LogitCounts(self.tumour + other.tumour, self.other + other.other)

    @property
    def recall(self) -> NDArray[np.float64]:
        """`(bins,)`: at the threshold at which each bin begins; NaN without tumour."""
        found = self.tumour[::-1].cumsum()[::-1]
        ratio: NDArray[np.float64] = np.divide(found, found[0], out=np.full(len(CENTRES), np.nan), where=found[0] > 0)
        return ratio

    @property
    def precision(self) -> NDArray[np.float64]:
        """`(bins,)`: likewise; 1 where nothing is called tumour."""
        found, wrong = (counts[::-1].cumsum()[::-1] for counts in (self.tumour, self.other))
        ratio: NDArray[np.float64] = np.divide(found, found + wrong, out=np.ones(len(CENTRES)), where=found + wrong > 0)
        return ratio


def trained_network(model: keras.Model, serving: Serving) -> Network:
    """The network as it is to be served, on whichever backend Keras runs."""
    logits_of = logits_model(model)

    def forward(planes: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        logits = np.asarray(logits_of.predict_on_batch(planes))
        tumour = logits[..., 1:]
        top = tumour.max(axis=-1)
        total = top + np.log(np.exp(tumour - top[..., np.newaxis]).sum(axis=-1))
        return total - logits[..., 0], tumour.argmax(axis=-1).astype(np.uint8)

    return Network(forward, neighbours_of(model), serving)


def count_logits(network: Network, study: Study) -> LogitCounts:
    """Count the logits of a study with a reference, over all its voxels."""
    *_, last = stream_logits(study, network)
    reference = np.zeros(study.shape, bool) if study.reference is None else study.reference > 0
    return LogitCounts.of(last.logits.astype(np.float32), reference)
