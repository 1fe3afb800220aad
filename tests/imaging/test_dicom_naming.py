import numpy as np
import pytest
from dicom_files import dataset

from app.imaging.dicom_enhanced import Attributes
from app.imaging.dicom_naming import guess
from app.imaging.naming import Role
from app.study import Sequence

FLAIR, T1, T1CE, T2 = Sequence
PIXELS = np.zeros((2, 3), np.uint8)


def guessed(**attributes: object) -> Role | None:
    return guess(Attributes(dataset(PIXELS, **attributes)))


@pytest.mark.parametrize(
    ("description", "role"),
    [
        ("AX FLAIR", FLAIR),
        ("Ax T2 FLAIR", FLAIR),
        ("t2_tirm_dark-fluid_tra", FLAIR),
        ("t2_space_dark-fluid_sag_p2_iso", FLAIR),
        ("3D_FLAIR_SENSE", FLAIR),
        ("T2W_FLAIR post", FLAIR),
        ("AX T1", T1),
        ("t1_mprage_sag", T1),
        ("t1_mpr_ns_sag_p2_iso", T1),
        ("sT1W_3D_TFE", T1),
        ("T1WI", T1),
        ("3DT1", T1),
        ("MPRAGE", T1),
        ("Sag BRAVO", T1),
        ("Ax T1 FLAIR", T1),
        ("AX T1 PRE", T1),
        ("AX T1 W/O", T1),
        ("T1 NON CONTRAST", T1),
        ("t1_se_tra nativ", T1),
        ("AX T1 POST GAD", T1CE),
        ("t1_mprage_sag +C", T1CE),
        ("t1_mprage_sag_KM", T1CE),
        ("SE T1 C+", T1CE),
        ("T1c", T1CE),
        ("T1+C", T1CE),
        ("T1GD", T1CE),
        ("T1W/TSE/POST", T1CE),
        ("CE T1 COR", T1CE),
        ("Ax T1 FSPGR Gd", T1CE),
        ("MPRAGE POST", T1CE),
        ("post contrast T1", T1CE),
        ("AX T2 FSE", T2),
        ("T2W_TSE", T2),
        ("t2_tse_tra_512", T2),
        ("T2 POST", T2),
        ("Series", None),
        ("", None),
        ("AX T1/T2", None),
        ("PD T2 TSE", None),
        ("T2* GRE", None),
        ("Ax T2 STAR", None),
        ("SWI_T2", None),
        ("DWI b1000", None),
        ("ep2d_diff_3scan_trace_ADC", None),
        ("Apparent diffusion T2", None),
        ("T1 map", None),
        ("T2 LOC", None),
        ("localizer T1", None),
        ("T1 MIP", None),
        ("T1 min IP", None),
        ("T1 POST SUB", None),
        ("TOF MRA", None),
        ("STIR", None),
        ("relCBV", None),
        ("PERFUSION T1", None),
    ],
)
def test_descriptions(description: str, role: Role | None) -> None:
    assert guessed(SeriesDescription=description) == role


def test_the_protocol_has_a_say_where_the_description_names_nothing() -> None:
    assert guessed(SeriesDescription="AX", ProtocolName="T2 TSE") == T2
    assert guessed(SeriesDescription="AX FLAIR", ProtocolName="T2 TSE") == FLAIR
    assert guessed(SeriesDescription=None, ProtocolName="DWI T2") is None


@pytest.mark.parametrize(
    ("description", "agent", "role"),
    [
        ("AX T1", "Gadovist", T1CE),
        ("AX T1", "", T1),
        ("AX T1", "NONE", T1),
        ("AX T1", "No", T1),
        ("AX T1 PRE", "Gadovist", T1),
        ("AX FLAIR", "Gadovist", FLAIR),
    ],
)
def test_an_agent_makes_a_t1_one_after_contrast(description: str, agent: str, role: Role) -> None:
    assert guessed(SeriesDescription=description, ContrastBolusAgent=agent) == role


def test_an_agent_of_an_enhanced_object() -> None:
    assert guessed(SeriesDescription="AX T1", ContrastBolusAgentSequence=[dataset(PIXELS)]) == T1CE


@pytest.mark.parametrize(
    "kind",
    [
        ["DERIVED", "PRIMARY", "DIFFUSION", "ADC"],
        ["DERIVED", "SECONDARY", "PROJECTION IMAGE"],
        ["ORIGINAL", "PRIMARY", "P", "ND"],
        ["ORIGINAL", "PRIMARY", "LOCALIZER"],
        ["DERIVED", "PRIMARY", "MPR", "MIP"],
    ],
)
def test_the_type_of_the_image_goes_before_what_it_is_called(kind: list[str]) -> None:
    assert guessed(SeriesDescription="AX T2", ImageType=kind) is None


@pytest.mark.parametrize("kind", [["ORIGINAL", "PRIMARY", "M", "ND", "NORM"], ["DERIVED", "SECONDARY", "MPR"]])
def test_plain_types(kind: list[str]) -> None:
    assert guessed(SeriesDescription="AX T2", ImageType=kind) == T2


def test_other_modalities_are_no_sequence() -> None:
    assert guessed(SeriesDescription="AX T1", Modality="CT") is None


@pytest.mark.parametrize(
    ("attributes", "role"),
    [
        ({"ScanningSequence": ["SE", "IR"], "EchoTime": 120, "RepetitionTime": 9000, "InversionTime": 2500}, FLAIR),
        ({"ScanningSequence": "SE", "EchoTime": 95, "RepetitionTime": 4500}, T2),
        ({"ScanningSequence": "SE", "EchoTime": 12, "RepetitionTime": 550}, T1),
        ({"ScanningSequence": "SE", "EchoTime": 12, "RepetitionTime": 550, "ContrastBolusAgent": "Gd"}, T1CE),
        ({"ScanningSequence": ["GR", "IR"], "EchoTime": 3, "RepetitionTime": 1900, "InversionTime": 900}, T1),
        ({"ScanningSequence": "SE", "EchoTime": 15, "RepetitionTime": 3000}, None),
        ({"ScanningSequence": "GR", "EchoTime": 25, "RepetitionTime": 600}, None),
        ({"ScanningSequence": ["SE", "EP"], "EchoTime": 95, "RepetitionTime": 4500}, None),
        ({"ScanningSequence": "SE", "RepetitionTime": 4500}, None),
        ({"AcquisitionContrast": "FLUID_ATTENUATED"}, FLAIR),
        ({"AcquisitionContrast": "T1", "ContrastBolusAgent": "Gd"}, T1CE),
        ({"AcquisitionContrast": "DIFFUSION"}, None),
    ],
)
def test_how_it_was_made_where_nothing_is_named(attributes: dict[str, object], role: Role | None) -> None:
    assert guessed(SeriesDescription="Series", **attributes) == role
