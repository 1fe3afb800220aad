"""One study that was found below a folder: where its files are, and what it is called among the others."""

from dataclasses import dataclass
from pathlib import Path

DICOM, PICTURES = "DICOM", "pictures"


@dataclass(frozen=True)
class Found:
    """The files of one study; nothing but their headers has been looked at."""

    name: str
    """Unique in the cohort, made of the path below its folder, and safe as the name of a folder."""
    paths: tuple[Path, ...]
    """Its files, absolute, the scans first; each is there when the study is found, and may be gone when it is read."""
    kind: str
    """What people call the files: NIfTI, NRRD, MetaImage, MGH, DICOM or pictures; several joined with " + "."""
