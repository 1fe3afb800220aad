"""What the DICOM library and its decoders say about damaged bytes, turned into one error that names the file."""

import logging
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from pydicom import config
from pydicom.errors import BytesLengthException, InvalidDicomError

from app.errors import UnreadableFileError

ERRORS = (
    ArithmeticError,
    AttributeError,
    BytesLengthException,
    EOFError,
    InvalidDicomError,
    LookupError,
    NotImplementedError,
    OSError,
    RecursionError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""All that they raise."""
for _library in ("pydicom", "pylibjpeg", "openjpeg"):  # they write what they read, which may name a patient
    logging.getLogger(_library).addHandler(logging.NullHandler())
    logging.getLogger(_library).propagate = False


@contextmanager
def guarded(name: str) -> Iterator[None]:
    """In here the bytes of the file `name` may be anything.

    Raises UnreadableFileError when they break what reads them. Warnings are dropped, as values out of the standard are
    everyday: they are not for users, and may name a patient.
    """
    try:
        with warnings.catch_warnings(), config.disable_value_validation():
            warnings.simplefilter("ignore")
            yield
    except ERRORS as e:
        raise UnreadableFileError(
            f"{name} is a DICOM file that is cut off or damaged. Copy or export it again, or leave it out."
        ) from e
