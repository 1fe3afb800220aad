from dataclasses import replace

import numpy as np
import pytest
from dataset_files import entry_of

from app.model.network_input import prepare
from app.study import Sequence, Source, Study
from app.training.datasets import DATASETS
from app.training.prepare_checks import Known, digest, orientation_of, problems_of, with_other_cases

LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
HEAD = np.s_[2:5, 20:100, 30:110]


def study_of(labels=(1, 2, 4), tumour=HEAD, sequences=tuple(Sequence), spacing=(1.0, 1.0, 1.0), affine=LPS):
    """A box of noisy head, and its first voxels along z of each label in turn."""
    images = {}
    for number, sequence in enumerate(sequences):
        image = np.zeros((6, 120, 130), np.float32)
        image[HEAD] = np.random.default_rng(number).uniform(50, 99, image[HEAD].shape)
        images[sequence] = image
    reference = np.zeros((6, 120, 130), np.uint8)
    for step, label in enumerate(labels):
        reference[tumour][step] = label
    return Study("made up", images, Source("volume", (130, 120, 6), affine), spacing, reference)


def problems(study, dataset="brats"):
    digests = {str(s): digest(image) for s, image in study.images.items()}
    return problems_of(prepare(study), digests, DATASETS[dataset])


def test_nothing_to_say():
    assert problems(study_of()) == []
    assert problems(study_of(labels=(1,)), "lgg") == []


def test_missing_sequences_are_those_that_the_set_can_have():
    study = study_of(sequences=(Sequence.T1, Sequence.T2))
    assert problems(study) == ["no FLAIR", "no T1ce"]
    assert problems(study, "figshare") == ["no T1ce"]


def test_one_image_given_as_two_sequences():
    study = study_of()
    study.images[Sequence.T2][:] = study.images[Sequence.FLAIR]
    assert problems(study) == ["FLAIR and T2 have the same voxels"]


@pytest.mark.parametrize(
    ("spacing", "said"), [((1.0, 0.5, 1.0), "130 x 60 mm"), ((1.0, 1.0, 4.0), "520 x 120 mm"), (None, None)]
)
def test_slices_of_the_size_of_a_head(spacing, said):
    expected = [f"slices of {said} are no head: is the spacing right?"] if said else []
    assert problems(study_of(spacing=spacing)) == expected


def test_oblique_axes():
    affine = LPS.copy()
    affine[:2, :2] = [[-np.cos(0.2), np.sin(0.2)], [-np.sin(0.2), -np.cos(0.2)]]
    study = study_of(affine=affine)
    assert problems(study) == ["axes are oblique by 11°; read along the closest ones"]
    assert orientation_of(study) == "LPS"


def test_orientation():
    assert orientation_of(study_of(affine=np.diag([1.0, -1, -1, 1]))) == "RPI"
    assert orientation_of(Study("x", {}, Source("picture", (2, 3)))) is None


def test_references_to_look_at():
    assert problems(study_of(labels=())) == ["the reference is empty"]
    assert problems(study_of(labels=(1,))) == ["the reference has label 1 alone: does it tell classes apart?"]
    beside = np.s_[2:5, 20:100, 10:110]
    assert problems(study_of(tumour=beside)) == ["20% of the reference lie on background"]
    above = np.s_[3:6, 20:100, 30:110]
    assert problems(study_of(tumour=above)) == [
        "33% of the reference lie on background",
        "slices with tumour but no head are left out: 1",
    ]


def test_a_digest_is_of_shape_and_content():
    flat = np.arange(6, dtype=np.float32)
    assert digest(flat) == digest(flat[::-1][::-1])
    assert len({digest(flat), digest(flat.reshape(2, 3)), digest(flat.reshape(3, 2)), digest(flat + 1)}) == 4


class TestKnown:
    def test_a_case_with_an_image_that_was_seen(self):
        known = Known({"old": [entry_of("A", images={"T1": "a", "T2": "b"})]})
        known.add(entry_of("B", images={"T1": "c"}))
        assert known.duplicate(entry_of("C", images={"T1": "x", "T2": "y"})) is None
        assert known.duplicate(entry_of("C", images={"FLAIR": "x", "T1": "b"})) == (
            "duplicate of brats/A in old: its T1 has the same voxels"
        )
        assert known.duplicate(entry_of("C", images={"T1": "c"})) == "duplicate of brats/B: its T1 has the same voxels"

    def test_a_case_that_was_not_added_is_not_known(self):
        known = Known({})
        assert known.duplicate(entry_of("A", images={"T1": "a"})) is None
        assert known.duplicate(entry_of("B", images={"T1": "a"})) is None


class TestWithOtherCases:
    def test_a_patient_of_another_set(self):
        entries = [entry_of("A", patient="P1"), entry_of("B", patient="P2"), entry_of("C", patient="P2")]
        checked = with_other_cases(entries, {"old": [entry_of("X", patient="P1")]})
        assert [entry.across for entry in checked] == [["patient P1 is in the set old too"], [], []]

    def test_one_reference_twice(self):
        entries = [
            entry_of(name, reference=digest) for name, digest in (("A", "r"), ("B", "s"), ("C", "s"), ("D", None))
        ]
        checked = with_other_cases(entries, {"old": [entry_of("X", reference="r"), entry_of("Y")]})
        assert [entry.across for entry in checked] == [
            ["has the reference of brats/X, so perhaps its patient too"],
            [],
            ["has the reference of brats/B, so perhaps its patient too"],
            [],
        ]

    def test_what_was_found_before_is_forgotten(self):
        entry = replace(entry_of("A"), across=["patient A is in the set gone too"])
        assert with_other_cases([entry], {})[0].across == []
