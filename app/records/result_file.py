"""What a network made of a study as bytes that are kept, exact to the bit."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import RecordsDamagedError
from app.records.container import pack, unpack
from app.study import CLASS_LABELS, LEVELS, Probability

_KIND = "result"
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, eq=False)
class Found:
    """What a result file holds."""

    result: Probability
    reference: NDArray[np.uint8] | None
    """The study's, as it was when the result was saved; None where it had none."""


def pack_result(result: Probability, reference: NDArray[np.uint8] | None = None) -> bytes:
    """The result, as it is, with the reference that was shown beside it; equal ones give equal bytes.

    The reference is `(z, y, x)` as in `Study`. It is kept here because one scan may be saved with and without. Raises
    LimitError.
    """
    values = {
        "study": result.study_sha256,
        "checkpoint": result.checkpoint_sha256,
        "classes": result.classes is not None,
        "reference": reference is not None,
    }
    return pack(_KIND, values, [array for array in (result.levels, result.classes, reference) if array is not None])


def unpack_result(content: bytes) -> Found:
    """The inverse of `pack_result`. Raises RecordsDamagedError when the content is not of a result."""
    values, arrays = unpack(_KIND, content)
    try:
        rest = list(arrays)
        reference = rest.pop() if values["reference"] else None
        classes = rest.pop() if values["classes"] else None
        (levels,) = rest
        study, checkpoint = values["study"], values["checkpoint"]
        if not (_SHA256.fullmatch(study) and _SHA256.fullmatch(checkpoint)):
            raise ValueError("A result names its study and its checkpoint.")
        return Found(Probability(_checked(levels, classes, reference), study, checkpoint, classes), reference)
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise RecordsDamagedError("A saved result cannot be read: it is damaged. Restore it from a backup.") from error


def _checked(levels: NDArray[Any], *others: NDArray[Any] | None) -> NDArray[np.uint8]:
    """The levels. Raises ValueError where these, the classes and the reference are no such."""
    if levels.ndim != 3 or not levels.size or levels.dtype != np.uint8 or levels.max() > LEVELS:
        raise ValueError(f"Levels are uint8, (z, y, x), up to {LEVELS}.")
    if any(other is not None and (other.shape, other.dtype) != (levels.shape, levels.dtype) for other in others):
        raise ValueError("Classes and reference are uint8, on the grid of the levels.")
    classes = others[0]
    if classes is not None and classes.tobytes().translate(None, bytes((0, *CLASS_LABELS))):
        raise ValueError(f"Classes are 0 or of {CLASS_LABELS}.")
    return levels
