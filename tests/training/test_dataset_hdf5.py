import h5py
import numpy as np
import pytest

from app.errors import UnreadableFileError, UnsupportedFileError, VoxelError
from app.training.datasets.hdf5 import check_image, read_arrays


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        file["group/image"] = np.arange(10000, dtype=np.int16).reshape(100, 100)
        file["mask"] = np.ones(3, np.uint8)
    return path


def test_arrays_as_stored(path):
    mask, image = read_arrays(path, "mask", "group/image")
    assert (mask.tolist(), mask.dtype) == ([1, 1, 1], np.uint8)
    assert (image[1, 2], image.dtype) == (102, np.int16)


@pytest.mark.parametrize("name", ["other", "group"])
def test_an_array_that_is_not_there(path, name):
    with pytest.raises(UnsupportedFileError, match=rf"x\.h5 holds no array {name}: it is not a file of this data set"):
        read_arrays(path, "mask", name)


@pytest.mark.parametrize("damage", ["cut", "text", "missing", "empty"])
def test_a_file_that_cannot_be_read(path, damage):
    content = path.read_bytes()
    path.write_bytes({"cut": content[:9000], "text": b"not a scan", "missing": b"", "empty": b""}[damage])
    if damage == "missing":
        path.unlink()
    with pytest.raises(UnreadableFileError, match=r"x\.h5 is missing, damaged, or not HDF5"):
        read_arrays(path, "group/image")


@pytest.mark.parametrize(
    ("values", "said"), [([0, np.nan, 1], "not numbers"), ([0, 1, np.inf], "infinite"), ([7, 7], "the value 7 every")]
)
def test_images_that_are_none(path, values, said):
    with pytest.raises(VoxelError, match=f"{path.name} holds .*{said}"):
        check_image(path, np.array(values, np.float32))
