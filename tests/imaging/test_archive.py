import stat
import struct
import tracemalloc
import zipfile
from dataclasses import replace
from io import BytesIO

import pytest

from app.errors import InputError, LimitError, UnreadableFileError, UnsupportedFileError
from app.imaging import LIMITS, ScanFile
from app.imaging.archive import unzip


def archive(*members: tuple[str | zipfile.ZipInfo, bytes], pack: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", pack) as made:
        for name, data in members:
            made.writestr(name, data)
    return stream.getvalue()


def link(name: str, kind: int = stat.S_IFLNK) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name)
    member.create_system, member.external_attr = 3, (kind | 0o777) << 16
    return member


def names(*members: str) -> list[str]:
    return [file.name for file in unzip(ScanFile("s.zip", archive(*((name, b"x") for name in members))), LIMITS)]


@pytest.mark.parametrize("pack", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_members_by_their_paths(pack: int) -> None:
    data = archive(("a.nii", b"first"), ("series/IM0001", b"second" * 1000), pack=pack)

    files = unzip(ScanFile("study.zip", data), LIMITS)

    assert [(file.name, file.data) for file in files] == [
        ("study.zip/a.nii", b"first"),
        ("study.zip/series/IM0001", b"second" * 1000),
    ]


def test_what_systems_put_beside_scans_is_left_out() -> None:
    left_out = ["folder/", "DICOMDIR", "x/dicomdir", "__MACOSX/._a.nii", ".DS_Store", "x/.hidden/a", "Thumbs.db"]

    assert names("a.nii", *left_out, "desktop.ini") == ["s.zip/a.nii"]


def test_links_are_not_followed() -> None:
    data = archive((link("flair.nii"), b"../../secret"), (link("t1.nii", stat.S_IFREG), b"scan"))

    assert [(file.name, file.data) for file in unzip(ScanFile("s.zip", data), LIMITS)] == [("s.zip/t1.nii", b"scan")]


@pytest.mark.parametrize(
    ("member", "shown"),
    [
        ("../../etc/passwd", "etc/passwd"),
        ("/a/b", "a/b"),
        ("C:\\scans\\a.dcm", "C:/scans/a.dcm"),
        ("a/./b/../c", "a/b/c"),
        ("\u202egnp.a\n", "_gnp.a_"),
        ("..", "file"),
    ],
)
def test_absurd_names_are_made_harmless(member: str, shown: str) -> None:
    assert names(member) == [f"s.zip/{shown}"]


def test_names_that_become_alike_are_told_apart() -> None:
    assert names("a", "../a", "2/a", "/a") == ["s.zip/a", "s.zip/2/a", "s.zip/2/2/a", "s.zip/3/a"]


def test_programs_and_documents_that_are_zips_themselves_are_left_out() -> None:
    inside = archive(("a", b"x"))

    files = unzip(ScanFile("s.zip", archive(("viewer.jar", inside), ("a.nii", b"y"))), LIMITS)

    assert [file.name for file in files] == ["s.zip/a.nii"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (archive(("in.ZIP", archive(("a", b"x")))), r"^s\.zip/in\.ZIP is an archive in an archive\. Unpack it"),
        (archive(("a.docx", archive(("a", b"x")))), r"^s\.zip is a zip archive without a file"),
        (archive(), r"^s\.zip is a zip archive without a file"),
        (archive((".hidden", b"x")), r"^s\.zip is a zip archive without a file"),
        (archive(("a", b"x"), pack=zipfile.ZIP_LZMA), r"^s\.zip is packed in a way that is not read"),
        (archive(("a", b"x"), pack=zipfile.ZIP_BZIP2), r"^s\.zip is packed in a way that is not read"),
    ],
)
def test_archives_that_are_not_read(data: bytes, message: str) -> None:
    with pytest.raises(UnsupportedFileError, match=message):
        unzip(ScanFile("s.zip", data), LIMITS)


def test_a_locked_archive() -> None:
    data = bytearray(archive(("a", b"x")))
    data[data.index(b"PK\x01\x02") + 8] |= 1

    with pytest.raises(UnsupportedFileError, match=r"^s\.zip is locked with a password\. Unpack it"):
        unzip(ScanFile("s.zip", bytes(data)), LIMITS)


def test_too_many_members() -> None:
    limits = replace(LIMITS, files=3)
    three = [(str(n), b"") for n in range(3)]
    folders = [(f"{n}/", b"") for n in range(10)]

    assert len(unzip(ScanFile("s.zip", archive(*three, *folders[:9])), limits)) == 3
    for members in ([*three, ("3", b"")], [*three, *folders]):
        with pytest.raises(LimitError, match=r"^s\.zip holds more than 3 files\. Give one study at a time"):
            unzip(ScanFile("s.zip", archive(*members)), limits)


def claiming(data: bytes, size: int) -> bytes:
    """An archive of one member whose directory and header claim a size."""
    altered = bytearray(data)
    for signature, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        struct.pack_into("<I", altered, altered.index(signature) + at, size)
    return bytes(altered)


def test_a_bomb_stops_at_the_limit() -> None:
    limits = replace(LIMITS, file_bytes=2 * 2**20, study_bytes=5 * 2**20)
    one = archive(("bomb", bytes(64 * 2**20)))
    many = archive(*((f"bomb{n}", bytes(2**20)) for n in range(6)))
    cases = [
        (one, r"^s\.zip unpacks to more than 5 MiB, and is read no further"),
        (claiming(one, 4 * 2**20), r"^s\.zip/bomb unpacks to more than 2 MiB, and is read no further"),
        (many, r"^s\.zip unpacks to more than 5 MiB"),
    ]
    tracemalloc.start()
    for data, message in cases:
        with pytest.raises(LimitError, match=message):
            unzip(ScanFile("s.zip", data), limits)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 12 * 2**20


@pytest.mark.parametrize("size", [3, 4, 6, 1000])
def test_a_size_that_is_not_true(size: int) -> None:
    with pytest.raises(UnreadableFileError, match=r"^s\.zip is a zip archive that is cut off or damaged"):
        unzip(ScanFile("s.zip", claiming(archive(("a", b"12345")), size)), LIMITS)


def test_members_that_share_bytes() -> None:
    """Both entries of the directory lead to one member."""
    data = archive(("a", b"x" * 99), ("b", b"x" * 99))
    second = data.index(b"PK\x03\x04", 4)
    altered = data.replace(struct.pack("<I", second) + b"b", struct.pack("<I", 0) + b"b")
    assert altered != data

    with pytest.raises(UnreadableFileError, match=r"cut off or damaged") as caught:
        unzip(ScanFile("s.zip", altered), LIMITS)
    assert isinstance(caught.value.__cause__, zipfile.BadZipFile)


def test_every_cut_and_every_altered_byte_is_told() -> None:
    """Bytes that only describe a member may change without harm; its content may not."""
    data = archive(("a", b"The quick brown fox"), ("b/c", b"jumps over the lazy dog" * 9))
    whole = {file.name: file.data for file in unzip(ScanFile("s.zip", data), LIMITS)}

    for at in range(len(data)):
        altered = bytearray(data)
        altered[at] ^= 0x55
        for attempt in (data[:at], bytes(altered)):
            try:
                files = unzip(ScanFile("s.zip", attempt), LIMITS)
            except InputError:
                continue
            assert {file.data for file in files} <= set(whole.values())
