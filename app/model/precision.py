"""How exactly the network computes: float32, or bfloat16 where the processor multiplies that several times as fast.

bfloat16 has the range of float32 and 8 bits of its mantissa. Processors with AMX multiply matrices of it; where there
is only AVX-512 for it, this network took longer than in float32 (1.4 times, oneDNN held to that instruction set).
"""

import os
import platform
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from app.errors import InputError

PRECISION = "GLIOLENS_PRECISION"
"""Environment variable: `auto`, `float32` or `bfloat16`. Set by who runs the server."""
_FLAG = "amx_bf16"
_PROCESSOR = Path("/proc/cpuinfo")


class Precision(StrEnum):
    """What the network's convolutions are computed in; sums, logits and all that follows are float32."""

    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"


def chosen_precision(environ: Mapping[str, str] = os.environ) -> Precision:
    """What `GLIOLENS_PRECISION` says; without it, or with `auto`, what suits the processor.

    Raises InputError for anything else.
    """
    told = environ.get(PRECISION, "").strip().lower() or "auto"
    if told == "auto":
        return Precision.BFLOAT16 if has_amx() else Precision.FLOAT32
    try:
        return Precision(told)
    except ValueError as error:
        raise InputError(f"{PRECISION} is {told!r}. Set it to auto, float32 or bfloat16.") from error


def has_amx() -> bool:
    """Whether the processor has AMX for bfloat16; False where the system does not tell."""
    if platform.system() != "Linux" or not _PROCESSOR.exists():
        return False
    lines = _PROCESSOR.read_text(encoding="ascii", errors="replace").splitlines()
    return any(_FLAG in line.split() for line in lines if line.startswith("flags"))
