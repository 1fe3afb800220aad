"""Every format from the menu, opened again by a program that knows nothing of this one."""

import io
import json
from dataclasses import replace

import highdicom
import imageio.v3
import nibabel as nib
import numpy as np
import pandas as pd
import pytest
import SimpleITK as sitk  # noqa: N813 - its own usage
import trimesh
from dicom_files import dataset, file, series
from made_readings import AFFINE, CARD, SHAPE, levels, reading_of, study
from PIL import Image

from app.decision.reading import Reading, read
from app.exports.formats import FORMATS
from app.imaging import read_study
from app.study import LEVELS, Probability, Sequence, Source, Study

READING = reading_of(study(labelled=True))
HOSTILE = ("../../etc/passwd", "C:\\con", "a\nb\x00.nii", ".hidden", "", "=cmd|'/c calc'!A1", "x" * 400, "山田")


def picture() -> Study:
    return Study("p", {Sequence.FLAIR: np.eye(8, dtype=np.float32)[np.newaxis]}, Source("picture", (8, 8)))


def dicom(**attributes: object) -> Study:
    volume = np.arange(4 * 6 * 5, dtype=np.uint16).reshape(4, 6, 5)
    return read_study(series(volume, FrameOfReferenceUID="1.2.3", **attributes))


def reading(scanned: Study, threshold: float = 0.25) -> Reading:
    found = np.clip(scanned.images[scanned.sequences[0]], 0, LEVELS).astype(np.uint8)
    return read(scanned, Probability(found, scanned.sha256, CARD.sha256), CARD, None, threshold=threshold, smallest=1)


def test_the_menu() -> None:
    assert list(FORMATS) == ["mask", "probability", "dicom-seg", "png", "gif", "csv", "curve-csv", "json", "stl"]
    assert len({kind.title for kind in FORMATS.values()}) == len(FORMATS)


@pytest.mark.parametrize(
    ("scanned", "missing"),
    [
        (study(), {"dicom-seg"}),
        (study(spacing=None), {"dicom-seg", "stl"}),
        (picture(), {"dicom-seg", "stl", "gif"}),
        (dicom(), set()),
        (dicom(StudyInstanceUID=""), {"dicom-seg"}),
        (
            read_study([file(dataset(np.arange(30, dtype=np.uint16).reshape(6, 5), SliceThickness=None))]),
            {"dicom-seg", "stl", "gif"},
        ),
    ],
)
def test_what_a_study_cannot_have_is_said_and_the_rest_is_made(scanned: Study, missing: set[str]) -> None:
    reasons = {key: kind.reason(scanned) for key, kind in FORMATS.items()}
    assert {key for key, reason in reasons.items() if reason is not None} == missing
    assert all(reason.endswith(".") and reason[0].isupper() for reason in reasons.values() if reason)
    made = {key: FORMATS[key].make(reading(scanned, 0.1)) for key in FORMATS.keys() - missing}
    assert all(made.values())
    assert made == {key: FORMATS[key].make(reading(scanned, 0.1)) for key in made}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("scanned", [study(), picture()])
def test_names_are_never_paths(scanned: Study, name: str) -> None:
    named = replace(scanned, name=name)
    files = [kind.file_name(named) for kind in FORMATS.values()]
    assert len(set(files)) == len(files)
    for made in files:
        assert not set(made) & set('/\\:*?"<>|\0\n') and not made.startswith(".") and len(made.encode()) < 200


def test_nifti_by_nibabel_and_simpleitk(tmp_path) -> None:
    for key, expected in (("mask", levels() >= 100), ("probability", levels() / np.float32(200))):
        path = tmp_path / FORMATS[key].file_name(READING.study)
        path.write_bytes(FORMATS[key].make(READING))
        by_nibabel, by_itk = nib.load(path), sitk.ReadImage(str(path))
        np.testing.assert_allclose(np.asarray(by_nibabel.dataobj).transpose(2, 1, 0), expected)
        np.testing.assert_allclose(sitk.GetArrayFromImage(by_itk), expected)
        np.testing.assert_array_equal(by_nibabel.affine, AFFINE)
        assert by_itk.GetSpacing() == (1.5, 1, 2) and by_itk.GetSize() == SHAPE[::-1]


def test_pictures_by_pillow_simpleitk_and_imageio(tmp_path) -> None:
    path = tmp_path / "slice.png"
    path.write_bytes(FORMATS["png"].make(READING))
    with Image.open(path) as opened:
        np.testing.assert_array_equal(sitk.GetArrayFromImage(sitk.ReadImage(str(path))), np.asarray(opened))
    frames = imageio.v3.imread(FORMATS["gif"].make(READING), extension=".gif", index=None)
    assert len(frames) == 7 and frames.dtype == np.uint8


def test_tables_by_pandas() -> None:
    lesions = pd.read_csv(io.BytesIO(FORMATS["csv"].make(READING)))
    assert lesions["voxels"].tolist() == [4 * 11 * 6] and lesions["study"].tolist() == ["p1"]
    curve = pd.read_csv(io.BytesIO(FORMATS["curve-csv"].make(READING)))
    assert len(curve) == LEVELS + 1


def test_json_by_the_standard_library() -> None:
    numbers = json.loads(FORMATS["json"].make(READING), parse_constant=pytest.fail)
    assert numbers["marked"]["voxels"] == 4 * 11 * 6


def test_stl_by_trimesh() -> None:
    mesh = trimesh.load(io.BytesIO(FORMATS["stl"].make(READING)), file_type="stl")
    assert mesh.is_watertight and mesh.volume == pytest.approx(4 * 11 * 6 * 3, rel=0.1)  # its edges are rounded


def test_dicom_by_highdicom() -> None:
    scanned = dicom()
    assert scanned.source.dicom is not None
    seg = highdicom.seg.segread(io.BytesIO(FORMATS["dicom-seg"].make(reading(scanned))))
    uids = [plane.instance for plane in scanned.source.dicom.planes if plane is not None]
    found = seg.get_pixels_by_source_instance(uids, combine_segments=True, assert_missing_frames_are_empty=True)
    np.testing.assert_array_equal(found, scanned.images[Sequence.FLAIR] >= 50)
