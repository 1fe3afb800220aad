"""What a check found."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """The answer of one check."""

    ok: bool
    said: str
    """What was found, in a line."""
    advice: str = ""
    """What to do; empty where all is well."""
