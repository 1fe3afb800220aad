"""NIfTI-1 and NIfTI-2 in one file, plain or gzipped.

The header is held against the limits before anything behind it is unpacked.
"""

from app.imaging.files import ScanFile
from app.imaging.gzipped import is_gzip, unpack_start
from app.imaging.limits import Limits
from app.imaging.nifti_header import read_header
from app.imaging.parts import Container
from app.imaging.volume_file import open_volume


def open_nifti(file: ScanFile, limits: Limits) -> Container:
    """Read the header of a file.

    Raises UnreadableFileError when it is damaged, UnsupportedFileError when it is of a shape or data type that is not
    read, and LimitError when it promises too much.
    """
    zipped = is_gzip(file.data)
    start = unpack_start(file.name, file.data, 540) if zipped else file.data[:540]
    return open_volume(file, read_header(file.name, start), limits, "gzip" if zipped else "raw", 0)
