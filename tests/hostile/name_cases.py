"""Names that lead elsewhere, cannot be shown, or say what the file is not."""

from case import Case, one
from gzip_cases import zeros
from scan_files import nifti
from sound_files import SOUND, head

from app.errors import StudyError, UnreadableFileError, UnsupportedFileError
from app.imaging import ScanFile

ABSURD = (
    *("../../../etc/passwd", "/etc/shadow", "..", ".", "...", "/", "\\", "C:\\Windows\\win.ini", "\\\\host\\share\\f"),
    *("a\0b.nii", "a\nb\rc.nii", "\t", " ", "x" * 5000 + ".nii.gz", "\u202egpj.iin", "\u200b", "🧠.nii", "é" * 300),
    *("con", "NUL.nii", "com1.nii.gz", "aux", "<script>alert(1)</script>.nii", "![x](http://example.org/x.png)"),
    *(
        "$(reboot).nii",
        "`reboot`.nii",
        "'; DROP TABLE patients; --",
        "%00.nii",
        "{0.__class__}",
        "%s%n.nii",
        "\ud800.nii",
    ),
    *(
        "_flair",
        "flair" * 500,
        "t1_t2_flair_seg_t1ce",
        "1" * 400,
        "(" * 300 + ".nii",
        "-rf *",
        "",
        ".nii.gz",
        "file:///x",
    ),
)
SOUND_SCAN = nifti(head())
_NAMES = [
    case
    for n, name in enumerate(ABSURD)
    for case in (
        Case(f"name {n} of a scan: {name[:20]!a}", one(name, SOUND_SCAN), None),
        Case(f"name {n} of noise: {name[:20]!a}", one(name, b"noise" * 99), UnreadableFileError, ("Read are",)),
    )
]
_OTHERS = (
    (b"%PDF-1.7", "PDF", UnsupportedFileError),
    (b"\x7fELF" + bytes(99), "no kind", UnreadableFileError),
    (b"MZ" + bytes(99), "no kind", UnreadableFileError),
    (b"#!/bin/sh\nreboot\n", "no kind", UnreadableFileError),
    (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "no kind", UnreadableFileError),
    (b"<!DOCTYPE html><script>alert(1)</script>", "no kind", UnreadableFileError),
    (b"\x80\x04\x95cos\nsystem\n", "no kind", UnreadableFileError),
    (b"\x89HDF\r\n\x1a\n" + bytes(99), "HDF5", UnsupportedFileError),
    (b"\x93NUMPY\x01\0" + bytes(99), "NumPy", UnsupportedFileError),
    (b"GIF89a" + bytes(99), "GIF", UnsupportedFileError),
    (b"Rar!\x1a\x07" + bytes(99), "RAR", UnsupportedFileError),
    (b"7z\xbc\xaf\x27\x1c" + bytes(99), "7z", UnsupportedFileError),
    (b"\xfd7zXZ\0" + bytes(99), "xz", UnsupportedFileError),
    (b"BZh9" + bytes(99), "bzip2", UnsupportedFileError),
    (bytes(132), "no kind", UnreadableFileError),
    (b"\xff" * 5000, "no kind", UnreadableFileError),
)
_DISGUISED = [
    Case(f"disguised {data[:8]!r}", one("p_flair.nii.gz", data), error, ("p_flair.nii.gz", words, "Read are"))
    for data, words, error in _OTHERS
]
_ENDINGS = ("nii", "nii.gz", "png", "jpg", "tif", "dcm", "nrrd", "mha", "mgz", "zip", "txt", "exe")
_WRONG = [
    Case(f"{form} called .{ending}", one(f"p_flair.{ending}", SOUND[form][1]), None)
    for form in ("nifti", "nifti-gz", "png", "jpg", "tif", "dicom-explicit", "nrrd", "mha", "mgh", "mgz", "zip")
    for ending in _ENDINGS
    if ending != form
]


def _same() -> tuple[ScanFile, ...]:
    return ScanFile("p_flair.nii", SOUND_SCAN), ScanFile("p_flair.nii", SOUND_SCAN)


_SEVERAL = [
    Case("no file", lambda: (), StudyError, ("No file", "Give")),
    Case("one name twice", _same, StudyError, ("p_flair.nii", "Rename")),
    Case(
        "a scan and a picture",
        lambda: (ScanFile("p_flair.nii", SOUND_SCAN), ScanFile("p_t1.png", SOUND["png"][1]())),
        StudyError,
        ("p_flair.nii", "p_t1.png", "Give"),
    ),
    Case("a mask alone", one("p_seg.nii", SOUND_SCAN), StudyError, ("p_seg.nii", "Give the scan")),
    Case(
        "a mask of grey values",
        lambda: (ScanFile("p_flair.nii", SOUND_SCAN), ScanFile("p_seg.nii", SOUND_SCAN)),
        StudyError,
        ("p_seg.nii", "mask", "leave it out"),
    ),
    Case(
        "a sequence twice",
        lambda: (ScanFile("a_flair.nii", SOUND_SCAN), ScanFile("b_flair.nii", SOUND_SCAN)),
        StudyError,
        ("a_flair.nii", "b_flair.nii", "Leave one out"),
    ),
    Case("a bomb beside a scan", lambda: (*_same()[:1], ScanFile("t1.nii.gz", zeros(2**26))), UnsupportedFileError),
]

CASES = [*_NAMES, *_DISGUISED, *_WRONG, *_SEVERAL]
