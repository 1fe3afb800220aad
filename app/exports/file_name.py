"""File names that are safe to write, whatever a scan was called."""

import re
import unicodedata

_LONGEST = 120
"""Bytes in UTF-8: with an ending, well below the 255 that file systems allow."""

_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)", re.IGNORECASE)
"""What Windows takes for a device, whatever ending follows."""


def safe_name(name: str) -> str:
    """A file name without ending: letters (of any script), digits, `_`, `-` and inner dots of `name`.

    Anything else, path separators among it, becomes `_`; never empty, hidden, a device, or longer than 120 bytes.
    """
    kept = re.sub(r"[^\w.-]+", "_", unicodedata.normalize("NFC", name)).strip("._-")
    kept = f"scan_{kept}" if _DEVICE.match(kept) else kept
    return kept.encode()[:_LONGEST].decode(errors="ignore").rstrip("._-") or "scan"
