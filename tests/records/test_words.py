from datetime import UTC, datetime

import pytest

from app.errors import InputError
from app.records.rows import PatientFields
from app.records.words import bare, checked_fields, checked_prose, folded, key_of


@pytest.mark.parametrize(
    ("text", "same"), [("Straße", "STRASSE"), ("\uff21\uff22", "ab"), ("e\u0301", "É"), ("ﬁ", "FI"), ("İ", "i\u0307")]
)
def test_forms_of_one_letter_are_equal(text, same):
    assert folded(text) == folded(same)


def test_keys():
    assert key_of(" P 7\u00a0b ") == "p7b"
    assert key_of("P-7") != key_of("P7")
    assert bare("p-7.b_1") == "p7b1"
    assert bare("--") == "--"


@pytest.mark.parametrize(
    ("pseudonym", "said"),
    [
        ("", "needs a pseudonym"),
        (" \n\t ", "needs a pseudonym"),
        ("x" * 81, "up to 80"),
        ("P\x007", "cannot be seen"),
        ("P\u202e7", "cannot be seen"),
        ("P\u200b7", "cannot be seen"),
        ("P\ud8007", "cannot be seen"),
    ],
)
def test_pseudonyms_that_are_refused(pseudonym, said):
    with pytest.raises(InputError, match=said):
        checked_fields(PatientFields(pseudonym))


def test_a_pseudonym_on_several_lines_is_one_line():
    assert checked_fields(PatientFields(" P\n\t 7 ")).pseudonym == "P 7"
    assert checked_fields(PatientFields("x" * 80)).pseudonym == "x" * 80


def test_years():
    this_year = datetime.now(UTC).year
    for year in (1900, this_year, None):
        assert checked_fields(PatientFields("P", year)).birth_year == year
    for year in (1899, this_year + 1, -5):
        with pytest.raises(InputError, match="between 1900"):
            checked_fields(PatientFields("P", year))


def test_prose():
    assert checked_prose("  a\r\nb\rc\td \u202bx\u202c ", "The notes") == "a\nb\nc\td \u202bx\u202c"
    assert checked_prose("x" * 4000, "The notes") == "x" * 4000
    with pytest.raises(InputError, match="The comment may have up to 4000 characters, not 4001"):
        checked_prose("x" * 4001, "The comment")
    for text in ("a\x00b", "a\x1b[31m", "\udcff"):
        with pytest.raises(InputError, match="control characters"):
            checked_prose(text, "The notes")
