"""Tumour logits on the disk, so that what takes long to stream is streamed once.

A file is named by the digests of network and study and by the sequences that the network was given: it is never taken
for that of another network, or of a study whose files have changed.
"""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.durable import write_whole
from app.model.checkpoint import subset_name
from app.model.inference import Network, stream_logits
from app.study import Sequence, Study
from app.training.logits import LogitCounts

DIGITS = 16
"""Of a digest that a name has."""


@dataclass(frozen=True)
class LogitStore:
    """The logits of one network."""

    folder: Path
    network_sha256: str

    def __contains__(self, key: tuple[str, tuple[Sequence, ...]]) -> bool:
        return self.path(*key).exists()

    def path(self, study_sha256: str, subset: tuple[Sequence, ...]) -> Path:
        """Where the logits of a study with these of its sequences are, or will be."""
        return self.folder / self.network_sha256[:DIGITS] / f"{study_sha256[:DIGITS]}.{subset_name(subset)}.npz"

    def keep(self, study_sha256: str, study: Study, subset: tuple[Sequence, ...], network: Network) -> None:
        """Stream the logits of a study with a reference, given these of its sequences, and keep them."""
        *_, last = stream_logits(study.with_sequences(subset), network)
        reference = np.zeros(study.shape, bool) if study.reference is None else study.reference > 0
        counts = LogitCounts.of(last.logits.astype(np.float32), reference)
        packed = io.BytesIO()
        np.savez_compressed(packed, logits=last.logits, tumour=counts.tumour, other=counts.other)
        target = self.path(study_sha256, subset)
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, packed.getvalue())

    def counts(self, study_sha256: str, subset: tuple[Sequence, ...]) -> LogitCounts:
        """What a calibration is fitted on."""
        with np.load(self.path(study_sha256, subset), allow_pickle=False) as kept:
            return LogitCounts(kept["tumour"], kept["other"])

    def logits(self, study_sha256: str, subset: tuple[Sequence, ...]) -> NDArray[np.float16]:
        """`(z, y, x)`, as `stream_logits` gives them in the end."""
        with np.load(self.path(study_sha256, subset), allow_pickle=False) as kept:
            logits: NDArray[np.float16] = kept["logits"]
            return logits
