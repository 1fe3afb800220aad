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
from app.viewer.payload import class_counts, pack_levels, pack_map, pack_scan

SHAPE = (3, 4, 5)
LPS_FILE = Source("volume", (5, 4, 3), np.diag([-1.0, -2.0, 4.0, 1.0]))
PICTURES = Source("picture", SHAPE)
CHECKPOINT = "c0ffee"
COUNTS = 3 * 201 * 4
"""Bytes of the counts of three slices, or of three classes."""


def split(blob: bytes) -> tuple[dict[str, Any], bytes]:
    length = int.from_bytes(blob[:4], "little")
    return json.loads(blob[4 : 4 + length]), blob[4 + length :]


def unpack_levels(blob: bytes) -> tuple[dict[str, Any], bytes]:
    header, body = split(blob)
    return header, gzip.decompress(body)


def unpack_scan(blob: bytes) -> tuple[dict[str, Any], list[NDArray[np.uint8]]]:
    """The header, and each sequence's codes `(z, y, x)`."""
    header, body = split(blob)
    start, stop = header["box"]
    shape = [end - begin for begin, end in zip(start, stop, strict=True)]
    sequences = []
    for length in header["packed_bytes"]:
        sequences.append(np.frombuffer(gzip.decompress(body[:length]), np.uint8).reshape(shape))
        body = body[length:]
    assert not body
    return header, sequences


def image(*bright: tuple[int, int, int]) -> NDArray[np.float32]:
    """Black, with voxels of 100, 200, 300, …"""
    voxels = np.zeros(SHAPE, np.float32)
    for n, at in enumerate(bright, 1):
        voxels[at] = 100 * n
    return voxels


def study(reference: NDArray[np.uint8] | None = None, spacing: tuple[float, float, float] | None = (4, 2, 1)) -> Study:
    flair = image((0, 1, 1), (1, 1, 2), (1, 2, 2))
    t1ce = image((1, 1, 1), (1, 1, 2), (1, 2, 4))
    return Study("small", {Sequence.T1CE: t1ce, Sequence.FLAIR: flair}, LPS_FILE, spacing, reference)


def levels() -> NDArray[np.uint8]:
    values = np.zeros(SHAPE, np.uint8)
    values[1, 2:4, 1:3] = [[200, 60], [1, 59]]
    return values


def classes() -> NDArray[np.uint8]:
    """Of every voxel, whether it is tumour or not."""
    values = np.full(SHAPE, 2, np.uint8)
    values[1, 2:4, 1:3] = [[4, 4], [2, 1]]
    return values


def test_header_of_a_scan_names_study_grid_and_sequences_in_channel_order() -> None:
    header, _ = unpack_scan(pack_scan(study()))
    windows, values = header.pop("windows"), header.pop("values")
    assert all(length > 0 for length in header.pop("packed_bytes"))
    assert header == {
        "kind": "scan",
        "id": study().sha256,
        "shape": [3, 4, 5],
        "spacing": [4, 2, 1],
        "box": [[0, 1, 1], [2, 3, 5]],
        "sequences": ["FLAIR", "T1ce"],
        "oriented": True,
        "to_mm": [[0, 0, 1, 0], [0, 2, 0, 0], [4, 0, 0, 0]],
    }
    # 100, 200 and 300 are the head; its 1st percentile is 102 and its 99.5th 299.
    assert windows == [[pytest.approx(102), pytest.approx(299)]] * 2
    assert [len(table) for table in values] == [256, 256]
    assert [values[0][code] for code in (0, 16, 239, 255)] == pytest.approx([0, 102, 299, 300])


def test_a_scan_is_cropped_to_what_is_not_black_and_each_sequence_has_its_own_stream() -> None:
    _, (flair, t1ce) = unpack_scan(pack_scan(study()))
    # 100 lies 15.7 of the 16 codes up to 102, and 200 half way from code 16 to code 239.
    assert flair.tolist() == [[[16, 0, 0, 0], [0, 0, 0, 0]], [[0, 127, 0, 0], [0, 255, 0, 0]]]
    assert t1ce.tolist() == [[[0, 0, 0, 0], [0, 0, 0, 0]], [[16, 127, 0, 0], [0, 0, 0, 255]]]


def test_values_and_codes_give_the_intensities_back_within_half_a_step() -> None:
    rng = np.random.default_rng(0)
    voxels = rng.normal(500, 120, (4, 12, 12)).clip(1).astype(np.float32)
    scan = Study("noise", {Sequence.T2: voxels}, LPS_FILE, (4, 2, 1))
    header, (codes,) = unpack_scan(pack_scan(scan))
    start, stop = header["box"]
    crop = voxels[tuple(slice(a, b) for a, b in zip(start, stop, strict=True))]
    low, high = header["windows"][0]
    inside = (crop >= low) & (crop <= high)
    assert 0.9 < inside.mean() < 1
    error = np.abs(np.array(header["values"][0])[codes] - crop)
    assert error[inside].max() <= (high - low) / 223 / 2 + 1e-3


def test_pictures_have_no_spacing_and_do_not_say_where_left_is() -> None:
    scan = Study("picture", {Sequence.T2: image((0, 0, 0), (2, 3, 4))}, PICTURES)
    header, _ = unpack_scan(pack_scan(scan))
    assert (header["spacing"], header["to_mm"], header["oriented"]) == (None, None, False)


def test_a_black_scan_has_an_empty_box() -> None:
    header, (codes,) = unpack_scan(pack_scan(Study("black", {Sequence.T1: np.zeros(SHAPE, np.float32)}, PICTURES)))
    assert header["box"] == [[0, 0, 0], [0, 0, 0]]
    assert codes.size == 0
    assert header["windows"] == [[0, 0]]


def test_header_of_levels_names_study_checkpoint_and_reference() -> None:
    reference = np.zeros(SHAPE, np.uint8)
    reference[1, 2] = 4
    scan = study(reference)
    header, _ = unpack_levels(pack_levels(levels(), scan, CHECKPOINT, complete=True))
    assert header == {
        "kind": "levels",
        "id": scan.sha256,
        "checkpoint": CHECKPOINT,
        "complete": True,
        "shape": [3, 4, 5],
        "box": [[1, 2, 0], [2, 4, 5]],  # of levels and reference together
        "voxel_ml": 0.008,
        "reference": zlib.crc32(np.packbits(reference != 0)),
        "classes": False,
    }


def test_levels_carry_their_counts_and_with_a_reference_those_inside_it() -> None:
    reference = np.zeros(SHAPE, np.uint8)
    reference[1, 2] = 2
    reference[0, 0, 0] = 1  # outside the box of the levels
    header, body = unpack_levels(pack_levels(levels(), study(reference), CHECKPOINT, complete=True))
    counts = np.frombuffer(body[: 2 * COUNTS], "<u4").reshape(2, 3, 201)
    total, inside = counts
    assert (total[1, 0], total[1, 1], total[1, 60], total[1, 61], total[1, 200]) == (20, 4, 2, 1, 1)
    assert (inside[1, 0], inside[1, 1], inside[1, 60], inside[1, 200]) == (5, 2, 2, 1)
    assert inside[0].tolist() == [1] + [0] * 200
    expected_inside, expected_total = level_histograms(levels(), reference != 0)
    assert np.array_equal(total, expected_total)
    assert np.array_equal(inside, expected_inside)
    assert header["box"] == [[0, 0, 0], [2, 4, 5]]  # of levels and reference together
    sent_levels, sent_labels = np.frombuffer(body[2 * COUNTS :], np.uint8).reshape(2, 2, 4, 5)
    assert np.array_equal(sent_levels, levels()[:2])
    assert np.array_equal(sent_labels, reference[:2])


def test_levels_carry_their_classes_and_the_counts_of_each() -> None:
    header, body = unpack_levels(pack_levels(levels(), study(), CHECKPOINT, complete=True, classes=classes()))
    assert header["classes"] is True
    counts = np.frombuffer(body[COUNTS : 2 * COUNTS], "<u4").reshape(3, 201)
    core, oedema, enhancing = counts  # 59; 1; 200 and 60
    assert (core[1], core[59], core[60]) == (1, 1, 0)
    assert (oedema[1], oedema[2]) == (1, 0)
    assert (enhancing[1], enhancing[60], enhancing[61], enhancing[200]) == (2, 2, 1, 1)
    assert body[2 * COUNTS :] == bytes([200, 60, 1, 59, 4, 4, 2, 1])


def test_a_voxel_of_level_zero_has_no_class() -> None:
    below = levels()
    below[1, 3, 1] = 0
    _, body = unpack_levels(pack_levels(below, study(), CHECKPOINT, complete=True, classes=classes()))
    assert body[2 * COUNTS :] == bytes([200, 60, 0, 59, 4, 4, 0, 1])


def test_class_counts_go_down_from_all_voxels_of_a_class_and_add_up_to_the_tumour() -> None:
    counts = class_counts(levels(), classes())
    assert counts.shape == (3, 201)
    assert counts[:, 0].tolist() == [1, 57, 2]
    _, total = level_histograms(levels(), np.zeros(SHAPE, bool))
    assert np.array_equal(counts.sum(axis=0), total.sum(axis=0))


def test_with_reference_and_classes_labels_come_last() -> None:
    reference = np.zeros(SHAPE, np.uint8)
    reference[1, 2, 1:3] = [1, 4]
    _, body = unpack_levels(pack_levels(levels(), study(reference), CHECKPOINT, complete=True, classes=classes()))
    counts = np.frombuffer(body[: 3 * COUNTS], "<u4").reshape(3, 3, 201)
    total, inside, of_class = counts
    assert (total[1, 60], inside[1, 60], of_class[2, 60]) == (2, 2, 2)
    assert body[3 * COUNTS :] == bytes([200, 60, 1, 59, 4, 4, 2, 1, 1, 4, 0, 0])


def test_without_a_reference_there_are_no_counts_inside_it() -> None:
    header, body = unpack_levels(pack_levels(levels(), study(spacing=None), CHECKPOINT, complete=False))
    assert (header["reference"], header["voxel_ml"], header["complete"]) == (None, None, False)
    assert len(body) == COUNTS + 4


def test_an_empty_reference_is_a_reference() -> None:
    empty = np.zeros(SHAPE, np.uint8)
    header, body = unpack_levels(pack_levels(levels(), study(empty), CHECKPOINT, complete=True))
    assert header["reference"] is not None
    assert body[2 * COUNTS :] == bytes([200, 60, 1, 59, 0, 0, 0, 0])  # levels, then labels


def test_levels_of_nothing_have_an_empty_box() -> None:
    header, body = unpack_levels(pack_levels(np.zeros(SHAPE, np.uint8), study(), CHECKPOINT, complete=True))
    assert header["box"] == [[0, 0, 0], [0, 0, 0]]
    assert len(body) == COUNTS


def test_levels_of_another_grid_are_refused() -> None:
    with pytest.raises(ValueError, match=r"levels \(3, 4, 4\), study \(3, 4, 5\)"):
        pack_levels(np.zeros((3, 4, 4), np.uint8), study(), CHECKPOINT, complete=True)


def test_a_map_holds_the_box_of_its_values_and_names_study_and_id() -> None:
    header, body = unpack_levels(pack_map(levels(), study(), "spread"))
    assert header == {
        "kind": "map",
        "id": study().sha256,
        "map": "spread",
        "shape": [3, 4, 5],
        "box": [[1, 2, 1], [2, 4, 3]],
        "checksum": zlib.crc32(bytes([200, 60, 1, 59])),
    }
    assert body == bytes([200, 60, 1, 59])


def test_a_map_of_nothing_has_an_empty_box() -> None:
    header, body = unpack_levels(pack_map(np.zeros(SHAPE, np.uint8), study(), "nothing"))
    assert (header["box"], body) == ([[0, 0, 0], [0, 0, 0]], b"")


def test_a_map_of_another_grid_or_beyond_200_is_refused() -> None:
    with pytest.raises(ValueError, match=r"map \(3, 4, 4\), study \(3, 4, 5\)"):
        pack_map(np.zeros((3, 4, 4), np.uint8), study(), "spread")
    with pytest.raises(ValueError, match=r"up to 200\. Received: 201"):
        pack_map(levels() + np.uint8(1), study(), "spread")


def test_packing_twice_gives_the_same_bytes() -> None:
    assert pack_map(levels(), study(), "spread") == pack_map(levels(), study(), "spread")
    assert pack_scan(study()) == pack_scan(study())
    assert pack_levels(levels(), study(), CHECKPOINT, complete=True) == pack_levels(
        levels(), study(), CHECKPOINT, complete=True
    )
