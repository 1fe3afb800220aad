import json
import tracemalloc
import zlib
from contextlib import suppress

import numpy as np
import pytest

from app.errors import LimitError, RecordsDamagedError
from app.records import container
from app.records.container import BLOCK, MAGIC, pack, unpack

VALUES = {"name": "Zoë \ud800", "spacing": [0.1, -0.0, 1e-300], "none": None}
ARRAYS = [
    np.array([[1.5, -0.0, np.nan], [np.inf, 1e-45, -7]], np.float32),
    np.arange(7, dtype=np.uint8),
    np.array([[0.1]]),
    np.empty((0, 3), np.float32),
]


def bits(array: np.ndarray) -> tuple[object, ...]:
    return array.dtype.str, array.shape, array.tobytes()


def changed(content: bytes, **entries: object) -> bytes:
    """The container with another header."""
    start = len(MAGIC) + 8
    size = int.from_bytes(content[len(MAGIC) : start], "little")
    header = json.dumps(json.loads(content[start : start + size]) | entries).encode()
    return MAGIC + len(header).to_bytes(8, "little") + header + content[start + size :]


def test_values_and_arrays_come_back_to_the_bit() -> None:
    content = pack("thing", VALUES, ARRAYS)
    values, arrays = unpack("thing", content)
    assert values == VALUES and str(values["spacing"]) == "[0.1, -0.0, 1e-300]"
    assert [*map(bits, arrays)] == [*map(bits, ARRAYS)]
    assert not any(array.flags.writeable for array in arrays)
    assert pack("thing", VALUES, ARRAYS) == content


def test_arrays_of_several_blocks_and_any_layout() -> None:
    rng = np.random.default_rng(1)
    big = rng.normal(size=(3, BLOCK // 2 + 5)).astype(np.float32)
    _, arrays = unpack("thing", pack("thing", {}, [big, big.T, big[::2, ::-3], big.astype(">f4")]))
    for back, array in zip(arrays, (big, big.T, big[::2, ::-3], big), strict=True):
        assert back.dtype == np.float32 and np.array_equal(back, array)


def test_a_scan_gets_small_and_noise_hardly_larger() -> None:
    flat = np.zeros(BLOCK, np.float32)
    flat[::9] = np.arange(len(flat[::9])) % 500
    noise = np.random.default_rng(1).integers(0, 256, BLOCK, np.uint8)
    assert len(pack("thing", {}, [flat])) < 0.1 * flat.nbytes
    assert len(pack("thing", {}, [noise])) < 1.001 * noise.nbytes


def test_one_of_another_kind_is_refused() -> None:
    with pytest.raises(RecordsDamagedError, match="A saved scan cannot be read: it is damaged"):
        unpack("scan", pack("result", {}, []))


def test_one_that_ends_too_early_is_refused() -> None:
    content = pack("thing", VALUES, ARRAYS[:2])
    for cut in range(len(content)):
        with pytest.raises(RecordsDamagedError):
            unpack("thing", content[:cut])
    with pytest.raises(RecordsDamagedError):
        unpack("thing", content + b"\0")


def test_a_byte_that_changed_is_an_error_or_changes_no_array() -> None:
    """zlib's checksum finds what changed in the blocks; the name of a stored file finds the rest."""
    content = bytearray(pack("thing", {}, ARRAYS[:2]))
    start = content.index(b"}") + 1
    before = [*map(bits, ARRAYS[:2])]
    for place in range(start, len(content)):
        content[place] ^= 0x41
        with suppress(RecordsDamagedError):
            assert [*map(bits, unpack("thing", bytes(content))[1])] == before
        content[place] ^= 0x41


@pytest.mark.parametrize(
    "arrays",
    [
        [{"dtype": "|O", "shape": [1], "blocks": [9]}],
        [{"dtype": "<f4", "shape": [-1], "blocks": []}],
        [{"dtype": "<f4", "shape": [1.5], "blocks": [9, 9, 9, 9]}],
        [{"dtype": "<f4", "shape": [2**62], "blocks": [9, 9, 9, 9]}],
        [{"dtype": "|u1", "shape": [7], "blocks": [-1]}],
        [{"dtype": "|u1", "shape": [7], "blocks": [10**9]}],
        [{"dtype": "|u1", "shape": "seven", "blocks": []}],
        [{"shape": [7], "blocks": [9]}],
        [[]],
        7,
        None,
    ],
)
def test_headers_that_make_no_sense_are_refused(arrays: object) -> None:
    with pytest.raises(RecordsDamagedError):
        unpack("thing", changed(pack("thing", {}, [ARRAYS[1]]), arrays=arrays))


@pytest.mark.parametrize("header", [b"[]", b"{}", b"null", b"[" * 99_999, b"\xff", b'{"kind": "thing", "values": 7}'])
def test_headers_that_are_no_header_are_refused(header: bytes) -> None:
    with pytest.raises(RecordsDamagedError):
        unpack("thing", MAGIC + len(header).to_bytes(8, "little") + header)


def test_a_header_that_claims_gigabytes_takes_no_memory() -> None:
    """2 GB of zeros are claimed by a container of 2 kB; and a header of 8 EB by its length."""
    blocks = [zlib.compress(bytes(9))] * (4 * 500)
    small = pack("thing", {}, [])
    entry = {"dtype": "<f4", "shape": [500 * BLOCK], "blocks": [*map(len, blocks)]}
    tracemalloc.start()
    for claim in changed(small, arrays=[entry]) + b"".join(blocks), MAGIC + b"\xff" * 7 + b"\x7f" + b"{}":
        with pytest.raises(RecordsDamagedError):
            unpack("thing", claim)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5e6


def test_a_block_that_unpacks_to_more_than_it_should_is_refused() -> None:
    bomb = zlib.compress(bytes(10**6))
    entry = {"dtype": "|u1", "shape": [100], "blocks": [len(bomb)]}
    with pytest.raises(RecordsDamagedError):
        unpack("thing", changed(pack("thing", {}, []), arrays=[entry]) + bomb)


def test_what_could_not_be_read_again_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="Received: <i2"):
        pack("thing", {}, [np.zeros(3, np.int16)])
    with pytest.raises(LimitError, match="larger than what can be saved"):
        pack("thing", {"note": "x" * container.MAX_HEADER}, [])
    monkeypatch.setattr(container, "MOST", 10)
    with pytest.raises(LimitError, match="larger than what can be saved"):
        pack("thing", {}, [np.zeros(11, np.uint8)])
