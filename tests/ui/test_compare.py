"""The page "Compare", with a made-up network."""

import json
from pathlib import Path

import numpy as np
import pytest
from made_up_network import segmenter_of, write_checkpoint
from streamlit.testing.v1 import AppTest
from ui_files import CHEAPEST, ROOT, head, nifti

from app.errors import CheckpointAlteredError
from app.imaging import ScanFile, read_study
from app.model.checkpoint import FOLDER, load_card
from app.pages import cache
from app.pages.comparison import CHECKPOINTS, Side, checkpoint_folders, difference, row
from app.study import Probability, Sequence, Source, Study

VOLUME = head((24, 20, 6))
MASK = (VOLUME > 150).astype(np.uint8)
FILES = [("p_flair.nii.gz", nifti(VOLUME)), ("p_seg.nii.gz", nifti(MASK))]


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr(cache, "segmenter", segmenter_of)
    at = AppTest.from_file(str(ROOT / "app" / "pages" / "compare.py"), default_timeout=60)
    at.session_state["left-study"] = at.session_state["right-study"] = CHEAPEST.id
    return at


def drop(at: AppTest, side: str) -> AppTest:
    uploads = [(name, data, "application/octet-stream") for name, data in FILES]
    at.file_uploader(key=f"{side}-files").set_value(uploads)
    return at.run()


def mounts(at: AppTest) -> list[dict]:
    """What the viewers were told."""
    return [json.loads(part.proto.json) for part in at.get("bidi_component") if part.proto.json]


def text(at: AppTest) -> str:
    assert not at.exception and not at.error
    return " ".join(part.value for part in at.markdown)


def test_two_viewers_stand_side_by_side_and_one_blob_serves_both(app: AppTest) -> None:
    app.run()
    left, right = mounts(app)
    assert left["study"] == right["study"] and left["checkpoint"] == right["checkpoint"] == load_card().sha256
    assert len(app.get("bidi_component")) == 5  # engine, scan, levels, two viewers
    assert "differ in 0 voxels" in text(app) and "Dice between them: 1.000" in text(app)


def test_two_studies_are_each_measured_but_not_against_each_other(app: AppTest) -> None:
    app.run()
    drop(app, "right")
    study = read_study([ScanFile(*file) for file in FILES])
    assert [mount["study"] for mount in mounts(app)][1] == study.sha256 and len(app.get("bidi_component")) == 7
    table = app.dataframe[0].value
    found = study.images[Sequence.FLAIR] >= 200 * load_card().threshold
    inside = np.count_nonzero(found & (study.reference > 0))
    assert list(table["side"]) == ["left", "right"] and list(table["recall"]) == ["–", "100.0 %"]
    assert table["Dice"][1] == f"{2 * inside / (found.sum() + (study.reference > 0).sum()):.3f}"
    assert table["volume"][1] == f"{found.sum() / 1000:.1f} ml"
    assert "differ in" not in text(app)


def test_the_table_follows_the_thresholds_of_the_viewers(app: AppTest) -> None:
    app.run()
    study = mounts(app)[0]["study"]
    app.session_state["viewer-left"] = {"view": {"study": study, "slice": 0, "threshold": 0.9, "sequence": "FLAIR"}}
    app.run()
    assert list(app.dataframe[0].value["threshold"]) == ["0.900", f"{load_card().threshold:.3f}"]
    assert ": 0 in the left one alone" in text(app) and "differ in 0 voxels" not in text(app)


def test_two_checkpoints_are_compared_on_one_study(
    app: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CHECKPOINTS, str(tmp_path))
    other = write_checkpoint(tmp_path / "older" / "one", 0.7)
    app.run()
    assert app.selectbox(key="right-checkpoint").options == ["Shipped checkpoint", "older/one"]
    left, right = mounts(app)
    assert (left["study"], left["checkpoint"]) == (right["study"], load_card().sha256)
    assert (right["checkpoint"], right["threshold"]) == (other, 0.7)
    assert f"checkpoint `{other[:8]}`, default threshold 0.700" in text(app)
    assert len(app.get("bidi_component")) == 6  # engine, one scan, two levels, two viewers
    assert "0 in the right one alone" in text(app)  # which marks nothing at 0.7: its levels end at 120
    assert app.dataframe[0].value["volume"][1] == "0 voxels"


def test_what_goes_wrong_on_one_side_leaves_the_other(
    app: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(folder: Path = FOLDER):
        if folder != FOLDER:
            raise CheckpointAlteredError("The network is not the one that its card describes.")
        return segmenter_of(folder)

    monkeypatch.setattr(cache, "segmenter", broken)
    monkeypatch.setenv(CHECKPOINTS, str(tmp_path))
    write_checkpoint(tmp_path / "altered", 0.5)
    app.run()
    assert not app.exception
    assert [error.value for error in app.error] == ["The network is not the one that its card describes."]
    table = app.dataframe[0].value
    assert table["volume"][0] != "–" and table["volume"][1] == "–"


def test_a_bad_file_is_reported_on_its_side(app: AppTest) -> None:
    app.run()
    app.file_uploader(key="left-files").set_value([("p_flair.nii.gz", b"", "application/octet-stream")])
    app.run()
    assert not app.exception and len(app.error) == 1 and "empty" in app.error[0].value
    assert len(mounts(app)) == 1 and list(app.dataframe[0].value["side"]) == ["right"]


def test_only_folders_with_a_card_and_a_network_are_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(CHECKPOINTS, raising=False)
    assert checkpoint_folders() == {FOLDER: "Shipped checkpoint"}
    monkeypatch.setenv(CHECKPOINTS, str(tmp_path))
    write_checkpoint(tmp_path / "b", 0.5)
    write_checkpoint(tmp_path / "a", 0.5)
    write_checkpoint(tmp_path / "half", 0.5)
    (tmp_path / "half" / "gliolens.keras").unlink()
    assert list(checkpoint_folders().values()) == ["Shipped checkpoint", "a", "b"]


def side(name: str, levels: list[int], reference: list[int] | None = None) -> Side:
    image = np.arange(4, dtype=np.float32).reshape(1, 1, 4)
    mask = None if reference is None else np.array([[reference]], np.uint8)
    study = Study("s", {Sequence.T1: image}, Source("volume", (4, 1, 1), np.eye(4)), (500.0, 1.0, 1.0), mask)
    return Side(name, study, FOLDER, load_card(), Probability(np.array([[levels]], np.uint8), study.sha256, name))


def test_masks_of_one_study_are_compared_voxel_by_voxel() -> None:
    left, right = side("left", [200, 150, 100, 0]), side("right", [0, 150, 100, 100])
    assert difference(left, right, (0.5, 0.5)) == (
        "The two masks differ in 2 voxels (1.0 ml): 1 in the left one alone, 1 in the right one alone. "
        "Dice between them: 0.667."
    )
    assert "1 in the left one alone, 3 in" in difference(left, right, (0.9, 0.5))
    assert "Dice between them: –" in difference(side("left", [0] * 4), side("right", [0] * 4), (0.5, 0.5))


def test_a_row_has_exact_scores_where_there_is_a_reference() -> None:
    assert list(row(side("left", [200, 150, 100, 0], [0, 2, 0, 4]), 0.5).values())[3:] == [
        "0.500",
        "1.5 ml",
        "50.0 %",
        "33.3 %",
        "0.400",
    ]
    assert list(row(side("left", [200, 150, 100, 0]), 0.6).values())[4:] == ["1.0 ml", "–", "–", "–"]
