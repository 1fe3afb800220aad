from typing import Any

import numpy as np
import pytest

from app.errors import RecordsDamagedError
from app.records.container import pack, unpack
from app.records.result_file import pack_result, unpack_result
from app.study import Probability

SHAPE = (2, 3, 4)
LEVELS = np.arange(177, 201, dtype=np.uint8).reshape(SHAPE)
CLASSES = np.array([0, 1, 2, 4] * 6, np.uint8).reshape(SHAPE)
REFERENCE = np.array([0, 0, 4] * 8, np.uint8).reshape(SHAPE)


@pytest.mark.parametrize("classes", [CLASSES, None])
@pytest.mark.parametrize("reference", [REFERENCE, None])
def test_a_result_comes_back_to_the_bit(classes: np.ndarray | None, reference: np.ndarray | None) -> None:
    content = pack_result(Probability(LEVELS, "5" * 64, "c" * 64, classes), reference)
    found = unpack_result(content)
    result = found.result
    assert (result.study_sha256, result.checkpoint_sha256) == ("5" * 64, "c" * 64)
    for back, array in (result.levels, LEVELS), (result.classes, classes), (found.reference, reference):
        assert (back is None) == (array is None)
        if back is not None and array is not None:
            assert (back.dtype, back.shape, back.tobytes()) == (array.dtype, array.shape, array.tobytes())
            assert not back.flags.writeable
    assert pack_result(result, found.reference) == content


@pytest.mark.parametrize(
    ("values", "arrays"),
    [
        ({"study": "x"}, {}),
        ({"checkpoint": None}, {}),
        ({"classes": False}, {}),
        ({"reference": False}, {}),
        ({}, {0: LEVELS + np.uint8(1)}),
        ({}, {0: LEVELS[0]}),
        ({}, {0: LEVELS.astype(np.float32)}),
        ({}, {0: LEVELS[:0]}),
        ({}, {1: np.full(SHAPE, 3, np.uint8)}),
        ({}, {1: CLASSES[:, :2]}),
        ({}, {2: REFERENCE.astype(np.float32)}),
        ({}, {2: REFERENCE.reshape(4, 3, 2)}),
    ],
    ids=lambda part: str([*part.items()])[:40],
)
def test_what_is_no_result_is_refused(values: dict[str, Any], arrays: dict[int, np.ndarray]) -> None:
    before, kept = unpack("result", pack_result(Probability(LEVELS, "5" * 64, "c" * 64, CLASSES), REFERENCE))
    for place, array in arrays.items():
        kept[place] = array
    with pytest.raises(RecordsDamagedError, match="A saved result cannot be read"):
        unpack_result(pack("result", before | values, kept))


def test_values_that_are_missing_are_refused() -> None:
    with pytest.raises(RecordsDamagedError, match="A saved result cannot be read"):
        unpack_result(pack("result", {}, [LEVELS]))
