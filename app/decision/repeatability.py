"""By how much a volume differs when nothing has changed: the same scans moved, and segmented again.

`benchmarks/repeatability.py` measures it and writes the record beside the checkpoint.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from app.errors import CheckpointAlteredError, CheckpointError
from app.model.checkpoint import FOLDER

RECORD = "gliolens.repeatability.json"


@dataclass(frozen=True)
class Repeatability:
    """What was measured of one checkpoint. The record has the same fields."""

    checkpoint: str
    """sha256 of its network."""
    threshold: float
    ml: dict[str, tuple[float, float]]
    """Case to the volume in the scan as it is, and in the same scan after it was moved."""

    @property
    def changes(self) -> tuple[float, ...]:
        """How far the second volumes are from the first, without signs, as shares of the first."""
        return tuple(abs(moved / still - 1) for still, moved in self.ml.values())


def load_repeatability(folder: Path = FOLDER) -> Repeatability | None:
    """The record beside a checkpoint; None where there is none.

    Raises CheckpointAlteredError for a record that cannot be understood, CheckpointError when it cannot be read.
    """
    path = folder / RECORD
    try:
        values = json.loads(path.read_bytes())
        cases = {str(case): (float(still), float(moved)) for case, (still, moved) in values["ml"].items()}
        record = Repeatability(str(values["checkpoint"]), float(values["threshold"]), cases)
        if not record.ml or min(map(min, record.ml.values())) <= 0:
            raise ValueError("volumes of nothing")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read: {error.strerror}. Let this account read it.") from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise CheckpointAlteredError(f"{path} is damaged. Restore it with git, or measure it again.") from error
    return record


def repeatability_text(checkpoint_sha256: str, folder: Path = FOLDER) -> str:
    """What a change of volume has to be held against. Raises what `load_repeatability` raises."""
    known = load_repeatability(folder)
    if known is None or known.checkpoint != checkpoint_sha256:
        return "How much a volume differs between two scans of the same tumour was not measured for this checkpoint."
    return (
        f"{len(known.ml)} BraTS scans that were only turned, moved and made noisier by the computer, and segmented "
        f"again by this checkpoint at {known.threshold:.3f}, changed in volume by {median(known.changes) * 100:.1f} % "
        f"in the median and {max(known.changes) * 100:.1f} % at most. So a small change may be none."
    )
