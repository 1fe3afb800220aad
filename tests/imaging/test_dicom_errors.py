import logging
import struct
import warnings
import zlib

import pytest
from pydicom.errors import BytesLengthException, InvalidDicomError

from app.errors import LimitError, UnreadableFileError
from app.imaging.dicom_errors import guarded


@pytest.mark.parametrize(
    "error",
    [
        AttributeError,
        BytesLengthException,
        EOFError,
        InvalidDicomError,
        KeyError,
        NotImplementedError,
        OverflowError,
        RecursionError,
        struct.error,
        TypeError,
        ValueError,
        zlib.error,
    ],
)
def test_what_damaged_bytes_raise_names_the_file_and_nothing_that_is_in_it(error: type[Exception]) -> None:
    with pytest.raises(UnreadableFileError) as caught, guarded("a/IM1"):
        raise error("Doe^Jane")

    assert str(caught.value) == (
        "a/IM1 is a DICOM file that is cut off or damaged. Copy or export it again, or leave it out."
    )
    assert isinstance(caught.value.__cause__, error)


@pytest.mark.parametrize("error", [LimitError, MemoryError, KeyboardInterrupt])
def test_other_errors_pass(error: type[BaseException]) -> None:
    with pytest.raises(error), guarded("IM1"):
        raise error


def test_warnings_are_dropped_inside_alone() -> None:
    with guarded("IM1"):
        warnings.warn("Doe^Jane", stacklevel=1)

    with pytest.raises(UserWarning):
        warnings.warn("ours", stacklevel=1)


def test_the_library_does_not_log(capsys: pytest.CaptureFixture[str]) -> None:
    seen: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = seen.append  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    try:
        for name in ("pydicom", "pydicom.pixels.decoders.base", "pylibjpeg.utils", "openjpeg.decode"):
            logging.getLogger(name).error("Doe^Jane")
    finally:
        logging.getLogger().removeHandler(handler)

    assert seen == []
    assert capsys.readouterr().err == ""
