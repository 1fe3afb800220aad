from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scan_files import asymmetric, picture, scan

from app.errors import LimitError, StudyError, UnreadableFileError
from app.imaging import LIMITS, ScanFile, read_files, read_study
from app.study import Sequence


def write(folder: Path, *files: ScanFile) -> list[Path]:
    folder.mkdir(exist_ok=True)
    paths = [folder / file.name for file in files]
    for path, file in zip(paths, files, strict=True):
        path.write_bytes(file.data)
    return paths


def test_paths_in_their_order(tmp_path: Path) -> None:
    """Of `app.imaging.files`, without a look at what is in them."""
    files = [ScanFile("b.nii", b"1"), ScanFile("a.nii", b"22")]

    assert read_files(write(tmp_path, *files)) == files


def test_folder_of_a_brats_case(tmp_path: Path) -> None:
    case = tmp_path / "BraTS20_001"
    volumes = [scan(f"BraTS20_001_{end}.nii.gz", asymmetric(3, 4, 5)) for end in ("flair", "t1", "t1ce", "t2")]
    reference = scan("BraTS20_001_seg.nii.gz", np.zeros((3, 4, 5), np.uint8))
    others = [ScanFile("._BraTS20_001_t1.nii.gz", b"x"), ScanFile("notes.nii", b"x"), ScanFile("preview.png", b"x")]
    write(case, *volumes, reference, *others)

    study = read_study(read_files([case]))

    assert (study.name, study.sequences, study.shape) == ("BraTS20_001", tuple(Sequence), (5, 4, 3))
    assert study.reference is not None


def test_folder_of_slices(tmp_path: Path) -> None:
    pixels = asymmetric(3, 4, 5).astype(np.uint8)
    case = tmp_path / "TCGA_X"
    write(case, *(picture(f"TCGA_X_{n}.tif", pixels[n - 1]) for n in (1, 2, 3)), ScanFile("data.csv", b"a,b"))

    study = read_study(read_files([case]))

    assert (study.name, study.shape) == ("TCGA_X", (3, 4, 5))


def test_folder_without_a_case(tmp_path: Path) -> None:
    write(tmp_path / "empty", ScanFile("scan.nii", b"x"), ScanFile("readme.txt", b"x"))

    with pytest.raises(
        StudyError, match=r"empty holds no case: neither DICOM files nor pictures, nor volumes whose names end in"
    ):
        read_files([tmp_path / "empty"])


def test_folder_of_dicom(tmp_path: Path) -> None:
    """Folders below tell apart what is called alike; what is no DICOM is not read."""
    content = bytes(128) + b"DICM"
    for folder in ("flair", "t1"):
        write(tmp_path / folder, ScanFile("IM1", content), ScanFile("notes.txt", b"x"))
    write(tmp_path, ScanFile("IM0", content), ScanFile(".hidden", content))

    assert [file.name for file in read_files([tmp_path])] == ["IM0", "flair/IM1", "t1/IM1"]


def test_missing_path(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match=r"nowhere\.nii cannot be read: No such file.*\. Check the path"):
        read_files([tmp_path / "nowhere.nii"])


def test_bytes_are_limited_before_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = write(tmp_path, ScanFile("a.nii", bytes(11)))
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("it was read"))

    with pytest.raises(LimitError, match=r"^a\.nii has 0 MiB; at most 0 MiB"):
        read_files(paths, limits=replace(LIMITS, file_bytes=10))


def test_a_large_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.nii"
    with path.open("wb") as file:
        file.truncate(LIMITS.file_bytes + 1)

    with pytest.raises(LimitError, match=r"^a\.nii has 512 MiB; at most 512 MiB are read"):
        read_files([path])
