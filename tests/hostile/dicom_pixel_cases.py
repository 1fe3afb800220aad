"""DICOM files whose compressed pixels are damaged, of another size, or of another kind than the header claims."""

import struct
from collections.abc import Callable

import numpy as np
from dicom_cases import PIXELS, content
from dicom_files import dataset, packed
from pydicom import uid

from app.errors import UnreadableFileError, UnsupportedFileError


def _encapsulated(syntax: uid.UID, frame: Callable[[bytes], bytes], **attributes: object) -> bytes:
    """A compressed file of which the bytes of the frame were altered."""
    from pydicom.encaps import encapsulate, generate_frames

    made = dataset(PIXELS)
    packed(made, syntax)
    made.PixelData = encapsulate([frame(next(generate_frames(made.PixelData, number_of_frames=1)))])
    for keyword, value in attributes.items():
        setattr(made, keyword, value)
    return packed(made)


def _frames_claimed() -> bytes:
    return _encapsulated(uid.RLELossless, lambda frame: frame, NumberOfFrames=50)


def _renamed(syntax: uid.UID | None, claimed: uid.UID) -> bytes:
    """A file in one transfer syntax that claims another."""
    made = dataset(PIXELS)
    packed(made, syntax)
    data = packed(made)
    at = data.index(b"\x02\0\x10\0UI")
    length = struct.unpack_from("<H", data, at + 6)[0]
    value = str(claimed).encode() + b"\0" * (len(claimed) % 2)
    group = struct.unpack_from("<I", data, 140)[0] + len(value) - length
    head = data[:140] + struct.pack("<I", group) + data[144 : at + 6]
    return head + struct.pack("<H", len(value)) + value + data[at + 8 + length :]


_FRAMES = [
    content(
        f"{syntax.name[:20]}: {what}",
        lambda syntax=syntax, change=change: _encapsulated(syntax, change),
        UnreadableFileError,
        "Copy",
    )
    for syntax in (uid.RLELossless, uid.JPEGLSLossless, uid.JPEG2000Lossless)
    for what, change in (
        ("a frame of nothing", lambda frame: b"\0\0"),
        ("half a frame", lambda frame: frame[: len(frame) // 2]),
        ("a frame of zeros", lambda frame: bytes(len(frame))),
        ("a frame of noise", lambda frame: np.random.default_rng(1).bytes(5000)),
    )
]
_CLAIMS = [
    content("compressed, and more frames claimed", lambda: _frames_claimed(), UnsupportedFileError),
    content(
        "JPEG-LS of another size",
        lambda: _encapsulated(uid.JPEGLSLossless, lambda f: f[:7] + b"\xff\xff\xff\xff" + f[11:]),
        UnreadableFileError,
    ),
    content(
        "JPEG 2000 of another size",
        lambda: _encapsulated(uid.JPEG2000Lossless, lambda f: f[:8] + b"\x7f\xff\xff\xff" * 2 + f[16:]),
        UnreadableFileError,
    ),
    content("raw, and claims JPEG 2000", lambda: _renamed(None, uid.JPEG2000Lossless), UnreadableFileError),
    content("raw, and claims RLE", lambda: _renamed(None, uid.RLELossless), UnreadableFileError),
    content("RLE, and claims raw", lambda: _renamed(uid.RLELossless, uid.ExplicitVRLittleEndian), UnreadableFileError),
    content("RLE, and claims JPEG", lambda: _renamed(uid.RLELossless, uid.JPEGBaseline8Bit), UnreadableFileError),
    content(
        "explicit, and claims to be deflated",
        lambda: _renamed(None, uid.DeflatedExplicitVRLittleEndian),
        UnreadableFileError,
    ),
    content("plain, and claims big endian", lambda: _renamed(None, uid.ExplicitVRBigEndian), UnreadableFileError),
    content("plain, and claims to be implicit", lambda: _renamed(None, uid.ImplicitVRLittleEndian), None),
    content("a video", lambda: _renamed(uid.RLELossless, uid.MPEG2MPML), UnsupportedFileError, "Export"),
    content(
        "a transfer syntax that is none", lambda: _renamed(uid.RLELossless, uid.UID("1.2.3")), UnsupportedFileError
    ),
]


CASES = [*_FRAMES, *_CLAIMS]
