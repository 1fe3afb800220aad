import json

import pytest

from app.errors import InputError
from app.training.selection import read_selection


def test_names_and_keys_one_a_line(tmp_path):
    file = tmp_path / "cases.txt"
    file.write_text("B2\nbrats/B1\n\nlgg/TCGA_X\n  B3  \nbrats-h5/volume_1\nB2\n")
    assert read_selection(file, "brats") == ["B2", "B1", "B3"]


def test_the_validation_side_of_a_split(tmp_path):
    file = tmp_path / "split.json"
    file.write_text(json.dumps({"training": ["lgg/A"], "validation": ["lgg/C", "brats/B", "lgg/B"], "test": ["lgg/D"]}))
    assert read_selection(file, "lgg") == ["C", "B"]


@pytest.mark.parametrize("text", ["{", '{"training": []}', "[1, 2]", '{"validation": [3]}', '{"validation": 3}'])
def test_what_is_no_split(tmp_path, text):
    file = tmp_path / "split.json"
    file.write_text(text)
    with pytest.raises(InputError, match=r"split\.json is no list of cases"):
        read_selection(file, "lgg")


def test_no_case_of_the_data_set(tmp_path):
    file = tmp_path / "cases.txt"
    file.write_text("lgg/A\n")
    with pytest.raises(InputError, match=r"cases\.txt names no case of brats"):
        read_selection(file, "brats")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match=r"none\.txt cannot be read"):
        read_selection(tmp_path / "none.txt", "brats")
