import re
import shutil

import numpy as np
import pytest
from made_up_cases import write_case
from PIL import Image

from app.errors import DatasetError
from app.model.network_input import prepare
from app.study import Sequence, Source, Study
from app.training.cases import ANY_TUMOUR, Case, fill_cache, find_cases, load_planes, make_planes, patients


@pytest.fixture
def brats(tmp_path):
    return Case("brats", "B1", write_case(tmp_path / "B1", seed=1))


def study_of(reference, sequences=(Sequence.FLAIR, Sequence.T1CE)):
    random = np.random.default_rng(2)
    images = {s: random.uniform(50, 99, reference.shape).astype(np.float32) for s in sequences}
    return Study("made up", images, Source("picture", reference.shape), (1.0, 1.0, 1.0), reference)


class TestFindCases:
    def test_every_folder_is_a_case(self, tmp_path):
        for name in ("B2", "B1"):
            (tmp_path / name).mkdir()
        (tmp_path / "data.csv").touch()
        expected = [Case("brats", "B1", tmp_path / "B1"), Case("brats", "B2", tmp_path / "B2")]
        assert find_cases("brats", tmp_path) == expected
        assert expected[0].name == "brats/B1"

    def test_an_lgg_folder_names_patient_and_date(self, tmp_path):
        for name in ("TCGA_CS_4941_19960909", "TCGA_CS_4941_19970101", "TCGA_DU_5849_19950405"):
            (tmp_path / name).mkdir()
        cases = find_cases("lgg", tmp_path)
        assert [case.patient for case in cases] == ["TCGA_CS_4941", "TCGA_CS_4941", "TCGA_DU_5849"]
        assert len({case.name for case in cases}) == 3
        assert patients(cases) == {"TCGA_CS_4941", "TCGA_DU_5849"}

    @pytest.mark.parametrize("name", ["empty", "missing", "file"])
    def test_a_folder_without_cases(self, tmp_path, name):
        (tmp_path / "empty").mkdir()
        (tmp_path / "file").touch()
        with pytest.raises(DatasetError, match=f"No case folders found in .*{name}; give the folder that holds"):
            find_cases("brats", tmp_path / name)


class TestMakePlanes:
    LABELS = np.random.default_rng(3).choice(np.array([0, 1, 2, 4], np.uint8), (2, 240, 240))

    def test_images_are_the_network_input_to_half_a_step(self):
        study = study_of(self.LABELS)
        planes = make_planes(study, classes_known=True)
        expected = prepare(study).planes(np.array([0, 1]))
        assert (planes.images.shape, planes.images.dtype) == ((2, 240, 240, 4), np.uint8)
        present = [0, 2]
        np.testing.assert_allclose(
            planes.images[..., present] * (10 / 255) - 4, expected[..., present], atol=5.001 / 255
        )

    def test_absent_sequences_are_zero(self):
        planes = make_planes(study_of(self.LABELS), classes_known=True)
        assert planes.present.tolist() == [True, False, True, False]
        assert not planes.images[..., [1, 3]].any()
        assert planes.images[..., [0, 2]].any(axis=(0, 1, 2)).all()

    def test_labels_become_classes(self):
        planes = make_planes(study_of(self.LABELS), classes_known=True)
        for label, target in ((0, 0), (1, 1), (2, 2), (4, 3)):
            assert np.unique(planes.targets[label == self.LABELS]).tolist() == [target]

    def test_where_classes_are_not_known_tumour_is_tumour(self):
        planes = make_planes(study_of(self.LABELS), classes_known=False)
        np.testing.assert_array_equal(planes.targets, np.where(self.LABELS > 0, ANY_TUMOUR, 0))

    def test_only_slices_with_head(self):
        study = study_of(self.LABELS, [Sequence.FLAIR])
        flair = np.concatenate([np.zeros((1, 240, 240), np.float32), study.images[Sequence.FLAIR]])
        with_air = Study("made up", {Sequence.FLAIR: flair}, study.source, None, np.concatenate([self.LABELS[:1]] * 3))
        assert len(make_planes(with_air, classes_known=True).targets) == 2

    def test_a_study_without_reference(self):
        study = Study("no mask", {Sequence.T1: np.ones((1, 2, 3), np.float32)}, Source("picture", (2, 3)))
        with pytest.raises(DatasetError, match=r"no mask has no reference mask\."):
            make_planes(study, classes_known=True)


class TestLoadPlanes:
    def test_the_cache_holds_what_is_made(self, brats, tmp_path):
        made = make_planes(brats.study(), classes_known=True)
        for planes in (
            load_planes(brats, tmp_path / "run" / "planes"),
            load_planes(brats, tmp_path / "run" / "planes"),
        ):
            np.testing.assert_array_equal(planes.images, made.images)
            np.testing.assert_array_equal(planes.targets, made.targets)
            assert planes.present.tolist() == made.present.tolist() == [True] * 4
        assert made.images.shape == (8, 240, 240, 4)
        assert set(np.unique(made.targets)) == {0, 1, 2, 3}

    def test_the_scan_is_read_once_and_the_big_array_is_mapped(self, brats, tmp_path):
        fill_cache(brats, tmp_path / "planes")
        shutil.rmtree(brats.folder)
        assert isinstance(load_planes(brats, tmp_path / "planes").images, np.memmap)

    def test_a_cache_that_was_cut_off_is_made_again(self, brats, tmp_path, monkeypatch):
        saved = []

        def killed(path, array):
            if saved:
                raise KeyboardInterrupt
            saved.append(path)
            path.write_bytes(b"half")

        with monkeypatch.context() as patch:
            patch.setattr(np, "save", killed)
            with pytest.raises(KeyboardInterrupt):
                load_planes(brats, tmp_path / "planes")
        assert len(load_planes(brats, tmp_path / "planes").targets) == 8

    def test_names_with_dots_do_not_share_a_cache(self, tmp_path):
        cases = [
            Case("brats", name, write_case(tmp_path / name, seed, labels=labels))
            for seed, (name, labels) in enumerate([("1.2.840.1", (1,)), ("1.2.840.2", (4,))])
        ]
        targets = [np.unique(load_planes(case, tmp_path / "planes").targets).tolist() for case in cases]
        assert targets == [[0, 1], [0, 3]]

    def test_one_folder_name_in_two_sources(self, tmp_path):
        folders = [write_case(tmp_path / source / "P1", seed=1) for source in ("brats", "simulated")]
        shutil.rmtree(folders[1])
        write_case(folders[1], seed=2, sequences=("flair",))
        cases = [Case(source, "P1", folder) for source, folder in zip(("brats", "simulated"), folders, strict=True)]
        present = [load_planes(case, tmp_path / "planes").present.sum() for case in cases]
        assert present == [4, 1]

    def test_of_lgg_pictures_the_classes_are_not_known(self, tmp_path):
        folder = tmp_path / "TCGA_CS_4941_19960909"
        folder.mkdir()
        random = np.random.default_rng(5)
        for number in (1, 2):
            scan = np.zeros((32, 32, 3), np.uint8)
            scan[4:28, 6:26] = random.integers(60, 255, (24, 20, 3))
            mask = np.zeros((32, 32), np.uint8)
            mask[10:20, 8:16] = 255 * (number - 1)
            Image.fromarray(scan).save(folder / f"{folder.name}_{number}.tif")
            Image.fromarray(mask).save(folder / f"{folder.name}_{number}_mask.tif")
        (case,) = find_cases("lgg", tmp_path)
        planes = load_planes(case, tmp_path / "planes")
        assert planes.present.tolist() == [True, True, True, False]
        assert [np.unique(targets).tolist() for targets in planes.targets] == [[0], [0, ANY_TUMOUR]]
        assert (planes.targets[1] > 0).sum() == pytest.approx(10 * 8 * 7.5**2, rel=0.1)

    def test_a_case_without_reference_is_named(self, tmp_path):
        case = Case("brats", "B1", write_case(tmp_path / "B1", seed=1, reference=False))
        with pytest.raises(DatasetError, match=re.escape(f"{case.folder} has no reference mask; add one")):
            load_planes(case, tmp_path / "planes")
        assert list((tmp_path / "planes").iterdir()) == []
