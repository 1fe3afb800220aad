"""From folders to a prepared set, and back to planes."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from dataset_files import write_case, write_mat

from app.errors import DatasetError, InputError
from app.model.network_input import prepare as prepare_study
from app.study import Sequence
from app.training import prepare as module
from app.training.datasets import DATASETS
from app.training.make_planes import make_planes
from app.training.prepare import prepare
from app.training.prepared import load_prepared
from app.training.prepared_index import read_index, write_index

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path):
    """Two cases of four sequences, one of two, and a broken one."""
    for number in (1, 2):
        write_case(tmp_path / "data" / f"P{number}", seed=number)
    write_case(tmp_path / "data" / "P3", seed=3, sequences=("flair", "t2"), labels=(2,))
    write_case(tmp_path / "data" / "P4", seed=4)
    (tmp_path / "data" / "P4" / "P4_t1.nii").write_bytes(b"cut off")
    return tmp_path / "data"


def prepared(folder, name="brats", **options):
    return prepare(DATASETS["brats"], folder, folder.parent / "sets" / name, processes=1, **options)


def mtimes(out):
    return {path.name: path.stat().st_mtime_ns for path in out.iterdir() if path.suffix == ".bin"}


def test_planes_come_back_as_they_were_made(folder):
    prepared(folder)
    loaded = load_prepared(folder.parent / "sets" / "brats")
    assert loaded.dataset == "brats"
    assert [case.key for case in loaded.cases] == ["brats/P1", "brats/P2", "brats/P3"]
    for case in loaded.cases:
        made = make_planes(prepare_study(case.case.study()), classes_known=True)
        planes = case.planes()
        np.testing.assert_array_equal(planes.images, made.images)
        np.testing.assert_array_equal(planes.targets, made.targets)
        np.testing.assert_array_equal(planes.present, made.present)
        np.testing.assert_array_equal(planes.slices, np.arange(2, 10))
        assert planes.slice_mm == case.slice_mm == 1.0
    assert (case.name, case.patient, case.sequences) == ("P3", "P3", (Sequence.FLAIR, Sequence.T2))
    assert (case.planes().images.shape, set(np.unique(case.planes().targets))) == ((8, 240, 240, 2), {0, 2})


def test_what_the_index_says(folder):
    index = prepared(folder)
    assert read_index(folder.parent / "sets" / "brats") == index
    assert index.finished
    first, _, third = index.cases
    assert (first.shape, first.spacing, first.orientation) == ([12, 20, 24], [1.0, 1.0, 1.0], "LPS")
    assert (first.tumour_voxels, first.tumour_ml, first.tumour_slices) == (144, pytest.approx(0.144), 4)
    assert first.most_tumour == 2
    assert first.sha256 == load_prepared(folder.parent / "sets" / "brats").cases[0].case.study().sha256
    assert [name.split("_")[-1] for name in third.files] == ["flair.nii", "seg.nii", "t2.nii"]
    assert third.problems[:2] == ["no T1", "no T1ce"]
    assert list(index.skipped) == ["P4"]
    assert "P4_t1.nii" in index.skipped["P4"]


def test_progress_counts_every_case(folder):
    calls = []
    prepared(folder, progress=lambda *given: calls.append(given))
    assert calls == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_processes_make_the_same_set(folder):
    one = prepared(folder, "one/brats")
    two = prepare(DATASETS["brats"], folder, folder.parent / "sets" / "two" / "brats", processes=2)
    assert one == two
    contents = [(folder.parent / "sets" / each / "brats" / "images.bin").read_bytes() for each in ("one", "two")]
    assert contents[0] == contents[1]


class TestGoingOn:
    @pytest.fixture
    def out(self, folder, monkeypatch):
        """Cut off after the second case, in the middle of the third."""

        def interrupted(done, of):
            if done == 2:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            prepared(folder, progress=interrupted)
        out = folder.parent / "sets" / "brats"
        with (out / "images.bin").open("ab") as images:
            images.write(b"half a case")
        return out

    def test_an_unfinished_set_is_not_loaded(self, out):
        assert [entry.name for entry in read_index(out).cases] == ["P1", "P2"]
        with pytest.raises(
            DatasetError, match=r"was not prepared to the end\. Run python -m app prepare brats … .*again"
        ):
            load_prepared(out)

    def test_what_is_there_is_kept(self, folder, out, monkeypatch):
        read = []
        whole = module.prepare_case
        monkeypatch.setattr(module, "prepare_case", lambda case: read.append(case.name) or whole(case))
        again = prepared(folder)
        assert read == ["P3", "P4"]
        afresh = prepared(folder, "other/brats")
        assert again == afresh
        assert (out / "images.bin").read_bytes() == (out.parent / "other" / "brats" / "images.bin").read_bytes()

    def test_a_finished_set_only_tries_the_broken_again(self, folder, out):
        prepared(folder)
        (folder / "P4" / "P4_t1.nii").write_bytes((folder / "P4" / "P4_t2.nii").read_bytes())
        index = prepared(folder)
        assert [entry.name for entry in index.cases] == ["P1", "P2", "P3", "P4"]
        assert index.cases[3].problems[0] == "T1 and T2 have the same voxels"
        assert index.skipped == {}

    @pytest.mark.parametrize("change", ["altered", "gone", "version", "planes"])
    def test_all_is_made_anew_when_something_does_not_fit(self, folder, out, change):
        if change == "altered":
            os.utime(folder / "P1" / "P1_seg.nii", ns=(1, 1))
            os.utime(folder / "P1" / "P1_t2.nii", ns=(10**19, 10**19) if os.name == "nt" else (2**62, 2**62))
        elif change == "gone":
            (folder / "P1").rename(folder / "P9")
        elif change == "version":
            write_index(out, replace(read_index(out), version=0))
        else:
            (out / "targets.bin").write_bytes(b"")
        index = prepared(folder)
        assert [entry.row for entry in index.cases] == [0, 8, 16]
        assert {entry.name for entry in index.cases} == ({"P2", "P3", "P9"} if change == "gone" else {"P1", "P2", "P3"})
        assert (out / "targets.bin").stat().st_size == 24 * 240 * 240


KILLED = """
import sys
from pathlib import Path
from app.training import prepare
from app.training.datasets import DATASETS
if __name__ == "__main__":
    prepare._SAVE_SECONDS = 0.0
    folder, out, processes = sys.argv[1:]
    prepare.prepare(DATASETS["brats"], Path(folder), Path(out), processes=int(processes))
"""


def test_a_killed_run_is_gone_on_with(folder):
    out = folder.parent / "sets" / "brats"
    for number in range(5, 25):
        write_case(folder / f"P{number}", seed=number)
    run = subprocess.Popen([sys.executable, "-c", KILLED, str(folder), str(out), "1"], cwd=ROOT)
    while run.poll() is None and not ((index := read_index(out)) and index.cases):
        time.sleep(0.01)
    run.send_signal(signal.SIGKILL)
    assert run.wait() == -signal.SIGKILL
    kept = len(read_index(out).cases)
    assert 0 < kept < 23
    assert prepared(folder) == prepared(folder, "other/brats")


class TestAcrossCases:
    def test_a_case_with_the_voxels_of_another_is_skipped(self, folder):
        write_case(folder / "P0", seed=2)
        index = prepared(folder)
        assert index.skipped["P2"] == "duplicate of brats/P0: its FLAIR has the same voxels"
        assert [entry.name for entry in index.cases] == ["P0", "P1", "P3"]

    def test_sets_beside_are_compared_with(self, folder):
        prepared(folder)
        for number, seed in ((1, 9), (5, 2)):
            write_case(folder.parent / "more" / f"P{number}", seed=seed, labels=(2,))
        more = folder.parent / "more"
        index = prepare(DATASETS["simulated"], more, folder.parent / "sets" / "more", processes=1)
        assert index.skipped == {}
        assert [entry.across for entry in index.cases] == [
            ["patient P1 is in the set brats too", "has the reference of brats/P3, so perhaps its patient too"],
            ["has the reference of brats/P3, so perhaps its patient too"],
        ]

    def test_the_same_set_once_more_beside_itself(self, folder):
        prepared(folder)
        again = prepared(folder, "again")
        assert again.cases == []
        assert again.skipped["P3"] == "duplicate of brats/P3 in brats: its FLAIR has the same voxels"

    def test_a_set_of_another_version_beside_counts_for_nothing(self, folder):
        prepared(folder)
        out = folder.parent / "sets" / "brats"
        write_index(out, replace(read_index(out), version=0))
        assert len(prepared(folder, "new").cases) == 3


class TestLoading:
    def test_nothing_there(self, tmp_path):
        with pytest.raises(DatasetError, match=r"holds no prepared set\. Run python -m app prepare … .* \(again\)\."):
            load_prepared(tmp_path)

    def test_another_version(self, folder):
        prepared(folder)
        out = folder.parent / "sets" / "brats"
        write_index(out, replace(read_index(out), version=1))
        with pytest.raises(
            DatasetError, match=r"was prepared for version 1 of the input, not \d+\. Run .* prepare brats"
        ):
            load_prepared(out)

    def test_planes_that_are_gone(self, folder):
        prepared(folder)
        out = folder.parent / "sets" / "brats"
        (out / "images.bin").unlink()
        with pytest.raises(DatasetError, match="lacks planes that its index names"):
            load_prepared(out)

    def test_hundreds_of_cases_take_no_file_each(self, tmp_path):
        image = np.random.default_rng(1).integers(0, 99, (60, 16, 16))
        (tmp_path / "data").mkdir()
        for number in range(60):
            write_mat(tmp_path / "data" / f"{number}.mat", image[number], image[number] > 90, f"{number % 7}")
        prepare(DATASETS["figshare"], tmp_path / "data", tmp_path / "set", processes=1)
        before = len(os.listdir("/dev/fd"))
        kept = [case.planes() for case in load_prepared(tmp_path / "set").cases]
        assert len(os.listdir("/dev/fd")) <= before + 2
        assert len(kept) == 60


def test_one_folder_holds_one_set(folder):
    prepared(folder)
    with pytest.raises(DatasetError, match=r"holds a prepared set of brats\. Give another folder, or delete it\."):
        prepare(DATASETS["simulated"], folder, folder.parent / "sets" / "brats", processes=1)


def test_nothing_that_can_be_used(tmp_path):
    write_case(tmp_path / "data" / "P1", seed=1, reference=False)
    index = prepared(tmp_path / "data")
    assert (index.cases, index.finished) == ([], True)
    assert "has no reference mask" in index.skipped["P1"]
    with pytest.raises(DatasetError, match="not prepared to the end"):
        load_prepared(tmp_path / "sets" / "brats")


def test_a_folder_that_cannot_be_written(folder):
    (folder.parent / "sets").write_text("in the way")
    with pytest.raises(InputError, match=r"sets.* cannot be written: Not a directory"):
        prepared(folder)


def test_the_index_is_json_of_plain_words(folder):
    prepared(folder)
    data = json.loads((folder.parent / "sets" / "brats" / "index.json").read_text())
    assert data["dataset"] == "brats"
    assert {"key", "name", "patient", "files", "sequences", "slices", "spacing", "shape"} <= data["cases"][0].keys()
