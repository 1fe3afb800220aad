"""File names that are safe to write, whatever a scan was called."""

import re
import unicodedata

_LONGEST = 120
"""Bytes in UTF-8: with an ending, well below the 255 that file systems allow."""


def safe_name(name: str) -> str:
    """A file name without ending: letters (of any script), digits, `_`, `-` and inner dots of `name`.

    Anything else, path separators among it, becomes `_`; never empty, hidden, or longer than 120 bytes.
    """
    kept = re.sub(r"[^\w.-]+", "_", unicodedata.normalize("NFC", name)).strip("._-")
    return kept.encode()[:_LONGEST].decode(errors="ignore").rstrip("._-") or "scan"
