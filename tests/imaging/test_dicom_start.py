from io import BytesIO

import numpy as np
import pytest
from dicom_files import dataset, file
from pydicom import dcmwrite
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian
from scan_files import nifti, picture

from app.imaging.dicom_start import START_BYTES, is_dicom

PIXELS = np.arange(12, dtype=np.uint16).reshape(3, 4)
ENCODINGS = {"implicit": (True, True), "explicit": (False, True), "big": (False, False)}


def bare(encoding: str) -> bytes:
    """A dataset as it is, without a preamble or file meta information."""
    implicit, little = ENCODINGS[encoding]
    stream = BytesIO()
    made = dataset(PIXELS)
    del made.file_meta, made.preamble
    dcmwrite(stream, made, implicit_vr=implicit, little_endian=little)
    return stream.getvalue()


@pytest.mark.parametrize("syntax", [None, ImplicitVRLittleEndian, ExplicitVRBigEndian, ExplicitVRLittleEndian])
def test_a_file_with_a_preamble(syntax: object) -> None:
    assert is_dicom(file(dataset(PIXELS), syntax=syntax).data[:START_BYTES])  # type: ignore[arg-type]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_bare_dataset(encoding: str) -> None:
    assert is_dicom(bare(encoding)[:START_BYTES])


def test_file_meta_information_without_a_preamble() -> None:
    assert is_dicom(file(dataset(PIXELS)).data[132:][:START_BYTES])


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"DICM",
        bytes(START_BYTES),
        bytes(128) + b"DIC",
        b"\x08\x00\x05\x00CS\x02\x00OK\x08",  # one element is not enough
        b"\x08\x00\x08\x00CS\x02\x00OK\x08\x00\x05\x00CS\x02\x00OK" + bytes(20),  # the second goes before the first
        b"\x08\x00\x05\x00ZZ\x02\x00OK\x08\x00\x08\x00CS\x02\x00OK" + bytes(20),
        b"\x10\x00\x10\x00PN\x02\x00OK\x10\x00\x20\x00LO\x02\x00OK" + bytes(20),
        b"\x08\x00\x05\x00CS\x03\x00OKK\x08\x00\x08\x00CS\x02\x00OK" + bytes(20),  # odd lengths are not allowed
        nifti(PIXELS.reshape(3, 4, 1)),
        picture("a.png", PIXELS.astype(np.uint8)).data,
        b"II*\x00\x08\x00\x00\x00" + bytes(50),
        b"\x08\x00\x00\x00\x08\x00\x00\x00" * 20,
    ],
)
def test_anything_else(start: bytes) -> None:
    assert not is_dicom(start)


def test_every_shorter_start_is_told_without_an_error() -> None:
    whole = bare("explicit")

    assert [n for n in range(60) if is_dicom(whole[:n])][:1] != [0]
