"""Which part of somebody's files is which: recognised, shown, and corrected by hand."""

from collections.abc import Callable

import numpy as np
from dicom_files import series
from streamlit.testing.v1 import AppTest
from ui_files import head, nifti, viewer_data

VOLUME = head((24, 20, 6))
Drop = Callable[..., AppTest]


def dicom(description: str, seed: int, **attributes: object) -> list[tuple[str, bytes]]:
    volume = head((6, 20, 24), seed).astype(np.uint16)
    files = series(volume, SeriesDescription=description, SeriesNumber=seed, **attributes)
    return [(f"{seed}/{file.name}", file.data) for file in files]


def boxes(app: AppTest) -> dict[str, object]:
    """What is chosen, by what is asked."""
    return {box.label: box.value for box in app.selectbox if (box.key or "").startswith("role-")}


def notes(app: AppTest) -> str:
    return " ".join(element.proto.body for element in app.get("html") if 'class="notes"' in element.proto.body)


def test_dicom_series_are_told_apart_and_chosen(drop: Drop) -> None:
    app = drop(*dicom("AX FLAIR", 2), *dicom("AX T1", 3), *dicom("ADC", 5))

    assert not app.exception and not app.error
    assert boxes(app) == {
        "What is Series 2 · AX FLAIR?": "FLAIR",
        "What is Series 3 · AX T1?": "T1",
        "What is Series 5 · ADC?": None,
    }
    assert "FLAIR + T1" in viewer_data(app)["validation"]["label"]
    pictures = [element.proto.body for element in app.get("html") if 'class="thumbnail"' in element.proto.body]
    assert len(pictures) == 3 and all('src="data:image/png;base64,' in picture for picture in pictures)

    next(box for box in app.selectbox if "ADC" in box.label).set_value("T2").run()

    assert not app.error and "FLAIR + T1 + T2" in viewer_data(app)["validation"]["label"]


def test_a_role_taken_twice_is_asked_about(drop: Drop) -> None:
    """The message and the boxes stand where the viewer would."""
    app = drop(("a_flair.nii.gz", nifti(VOLUME)), ("b_flair.nii.gz", nifti(VOLUME)))

    assert not app.exception and len(app.error) == 1 and "both taken for FLAIR" in app.error[0].value
    assert len(app.get("bidi_component")) == 1 and list(boxes(app).values()) == ["FLAIR", "FLAIR"]

    app.selectbox(key="role-b_flair.nii.gz-0").set_value("T1").run()

    assert not app.error and "FLAIR + T1" in viewer_data(app)["validation"]["label"]


def test_one_frame_of_many(drop: Drop) -> None:
    frames = np.stack([VOLUME + n for n in range(7)], axis=-1)
    app = drop(("p_flair.nii.gz", nifti(frames)))

    assert not app.exception and not app.error and len(boxes(app)) == 1
    (number,) = app.number_input
    assert (number.min, number.max, number.value) == (1, 7, 1)
    first = viewer_data(app)["study"]

    number.set_value(5).run()

    assert not app.error and viewer_data(app)["study"] != first


def test_what_was_done_to_the_files_is_told(drop: Drop) -> None:
    shifted = np.array([[-1.0, 0, 0, 2], [0, -1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    app = drop(("p_flair.nii.gz", nifti(VOLUME)), ("p_t1.nii.gz", nifti(VOLUME, shifted)))
    assert "T1 was resampled from 24 x 20 x 6 voxels" in notes(app)


def test_names_are_shown_as_text(drop: Drop) -> None:
    app = drop(("<b>bold</b> ![x](http://example.org/x.png)_flair.nii", nifti(VOLUME)), ("p_t1.nii.gz", nifti(VOLUME)))

    bodies = " ".join(element.proto.body for element in app.get("html"))
    assert "&lt;b&gt;bold&lt;/b&gt;" in bodies and "<b>" not in bodies
    (label,) = (box.label for box in app.selectbox if "bold" in box.label and (box.key or "").startswith("role-"))
    assert "\\<b>bold" in label and "!\\[x" in label
