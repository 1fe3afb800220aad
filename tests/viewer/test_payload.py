"""Blobs are opened again, by the format that payload.py documents, and compared with what went in."""

import gzip
import json
import zlib
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from app.evaluation.threshold_curve import level_histograms
from app.study import Sequence, Source, Study
from app.viewer.payload import grey_window, pack_levels, pack_scan

SHAPE = (3, 4, 5)
NIFTI = Source("nifti", (5, 4, 3), np.eye(4))
PICTURES = Source("picture", SHAPE)
CHECKPOINT = "c0ffee"


def unpack(blob: bytes) -> tuple[dict[str, Any], bytes]:
    length = int.from_bytes(blob[:4], "little")
    return json.loads(blob[4 : 4 + length]), gzip.decompress(blob[4 + length :])


def image(*bright: tuple[int, int, int]) -> NDArray[np.float32]:
    """Black, with voxels of 100, 200, 300, …"""
    voxels = np.zeros(SHAPE, np.float32)
    for n, at in enumerate(bright, 1):
        voxels[at] = 100 * n
    return voxels


def study(reference: NDArray[np.uint8] | None = None, spacing: tuple[float, float, float] | None = (4, 2, 1)) -> Study:
    flair = image((0, 1, 1), (1, 1, 2), (1, 2, 2))
    t1ce = image((1, 1, 1), (1, 1, 2), (1, 2, 4))
    return Study("small", {Sequence.T1CE: t1ce, Sequence.FLAIR: flair}, NIFTI, spacing, reference)


def levels() -> NDArray[np.uint8]:
    values = np.zeros(SHAPE, np.uint8)
    values[1, 2:4, 1:3] = [[200, 60], [1, 59]]
    return values


def test_header_of_a_scan_names_study_grid_and_sequences_in_channel_order() -> None:
    header, _ = unpack(pack_scan(study()))
    assert header == {
        "kind": "scan",
        "id": study().sha256,
        "shape": [3, 4, 5],
        "spacing": [4, 2, 1],
        "box": [[1, 1, 2], [2, 3, 5]],
        "sequences": ["FLAIR", "T1ce"],
        "oriented": True,
    }


def test_scan_is_mapped_from_its_window_and_cropped_to_what_is_not_black() -> None:
    scan = study()
    _, body = unpack(pack_scan(scan))
    greys = np.frombuffer(body, np.uint8).reshape(2, 1, 2, 3)
    for grey, sequence in zip(greys, (Sequence.FLAIR, Sequence.T1CE), strict=True):
        voxels = scan.images[sequence]
        low, high = grey_window(voxels)
        whole = np.clip((voxels.astype(float) - low) / (high - low), 0, 1) * 255
        assert np.abs(grey - whole[1:2, 1:3, 2:5]).max() < 0.51
        whole[1:2, 1:3, 2:5] = 0
        assert not whole.any()
    # 100, 200 and 300 are the head, in a window from 102 to 299: black, half grey, white.
    assert greys[0, 0].tolist() == [[127, 0, 0], [255, 0, 0]]
    assert greys[1, 0].tolist() == [[127, 0, 0], [0, 0, 255]]


def test_window_leaves_out_background_and_the_brightest_voxels() -> None:
    background, head = np.full(8999, 5, np.float32), np.linspace(1000, 2000, 1001, dtype=np.float32)
    vessel = np.array([50000], np.float32)
    low, high = grey_window(np.concatenate([background, head, vessel]).reshape(1, 73, 137))
    assert low == pytest.approx(1010, abs=1)
    assert high == pytest.approx(1996, abs=1)


def test_window_of_a_drawing_in_two_values_is_its_whole_range() -> None:
    drawing = np.zeros((1, 4, 4), np.float32)
    drawing[0, 1:3, 1:3] = 255
    assert grey_window(drawing) == (0.0, 255.0)


def test_pictures_have_no_spacing_and_do_not_say_where_left_is() -> None:
    scan = Study("picture", {Sequence.T2: image((0, 0, 0), (2, 3, 4))}, PICTURES)
    header, _ = unpack(pack_scan(scan))
    assert header["spacing"] is None
    assert header["oriented"] is False


def test_header_of_levels_names_study_checkpoint_and_reference() -> None:
    reference = np.zeros(SHAPE, np.uint8)
    reference[1, 2] = 4
    scan = study(reference)
    header, _ = unpack(pack_levels(levels(), scan, CHECKPOINT, complete=True))
    assert header == {
        "kind": "levels",
        "id": scan.sha256,
        "checkpoint": CHECKPOINT,
        "complete": True,
        "shape": [3, 4, 5],
        "box": [[1, 2, 1], [2, 4, 3]],
        "voxel_ml": 0.008,
        "reference": zlib.crc32(np.packbits(reference != 0)),
    }


def test_levels_carry_their_counts_and_with_a_reference_those_inside_it() -> None:
    reference = np.zeros(SHAPE, np.uint8)
    reference[1, 2] = 2
    reference[0, 0, 0] = 1  # outside the box of the levels
    _, body = unpack(pack_levels(levels(), study(reference), CHECKPOINT, complete=True))
    counts = np.frombuffer(body[: 2 * 3 * 201 * 4], "<u4").reshape(2, 3, 201)
    total, inside = counts
    assert (total[1, 0], total[1, 1], total[1, 60], total[1, 61], total[1, 200]) == (20, 4, 2, 1, 1)
    assert (inside[1, 0], inside[1, 1], inside[1, 60], inside[1, 200]) == (5, 2, 2, 1)
    assert inside[0].tolist() == [1] + [0] * 200
    expected_inside, expected_total = level_histograms(levels(), reference != 0)
    assert np.array_equal(total, expected_total)
    assert np.array_equal(inside, expected_inside)
    assert body[2 * 3 * 201 * 4 :] == bytes([200, 60, 1, 59])


def test_without_a_reference_there_are_no_counts_inside_it() -> None:
    header, body = unpack(pack_levels(levels(), study(spacing=None), CHECKPOINT, complete=False))
    assert (header["reference"], header["voxel_ml"], header["complete"]) == (None, None, False)
    assert len(body) == 3 * 201 * 4 + 4


def test_an_empty_reference_is_a_reference() -> None:
    empty = np.zeros(SHAPE, np.uint8)
    header, body = unpack(pack_levels(levels(), study(empty), CHECKPOINT, complete=True))
    assert header["reference"] is not None
    assert len(body) == 2 * 3 * 201 * 4 + 4


def test_levels_of_nothing_have_an_empty_box() -> None:
    header, body = unpack(pack_levels(np.zeros(SHAPE, np.uint8), study(), CHECKPOINT, complete=True))
    assert header["box"] == [[0, 0, 0], [0, 0, 0]]
    assert len(body) == 3 * 201 * 4


def test_levels_of_another_grid_are_refused() -> None:
    with pytest.raises(ValueError, match=r"levels \(3, 4, 4\), study \(3, 4, 5\)"):
        pack_levels(np.zeros((3, 4, 4), np.uint8), study(), CHECKPOINT, complete=True)


def test_packing_twice_gives_the_same_bytes() -> None:
    assert pack_scan(study()) == pack_scan(study())
    assert pack_levels(levels(), study(), CHECKPOINT, complete=True) == pack_levels(
        levels(), study(), CHECKPOINT, complete=True
    )
