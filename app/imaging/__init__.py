"""Bytes and names in, `Study` out, and the exact way back onto the grid of the file.

files = read_files([Path("BraTS20_Training_001")])
study = read_study(files)
mask_in_file_order = to_source(mask, study.source)
"""

from app.imaging.files import ScanFile, read_files
from app.imaging.limits import LIMITS, Limits
from app.imaging.naming import REFERENCE, Role
from app.imaging.orientation import to_lps_mm, to_source
from app.imaging.parts import Part
from app.imaging.reading import Opened, inspect, open_study, read_study

__all__ = [
    "LIMITS",
    "REFERENCE",
    "Limits",
    "Opened",
    "Part",
    "Role",
    "ScanFile",
    "inspect",
    "open_study",
    "read_files",
    "read_study",
    "to_lps_mm",
    "to_source",
]
