"""What a person typed: what may be kept of it, and what of it counts when it is compared."""

import re
import unicodedata
from datetime import UTC, datetime

from app.errors import InputError
from app.records.rows import PatientFields

LONGEST_PSEUDONYM, LONGEST_PROSE, LONGEST_SEARCH = 80, 4000, 200
"""Characters."""
EARLIEST_BIRTH = 1900
_KEPT_CONTROLS = "\n\t"


def folded(text: str) -> str:
    """The text without regard to case, width and other forms of one letter, and without what cannot be seen.

    Unicode's NFKC and case folding.
    """
    once = unicodedata.normalize("NFKC", text).casefold()
    seen = (letter for letter in unicodedata.normalize("NFKC", once) if letter.isprintable() or letter.isspace())
    return "".join(seen)


def key_of(pseudonym: str) -> str:
    """By which a pseudonym is unique: without regard to case and space."""
    return "".join(folded(pseudonym).split())


def bare(key: str) -> str:
    """The letters and digits of a key, by which likely duplicates are found; of a key that has none, all of it."""
    return re.sub(r"[\W_]", "", key) or key


def searched_words(text: str) -> list[str]:
    """The words of a search. Raises InputError for more than `LONGEST_SEARCH` characters."""
    if len(text) > LONGEST_SEARCH:
        raise InputError(f"A search takes up to {LONGEST_SEARCH} characters. Search for fewer words.")
    return folded(text).split()


def checked_fields(fields: PatientFields) -> PatientFields:
    """The fields as they are kept: stripped, and spaces as one. Raises InputError that says what to do."""
    pseudonym = " ".join(fields.pseudonym.split())
    if not pseudonym:
        raise InputError("A patient needs a pseudonym. Type one, such as P-7.")
    if len(pseudonym) > LONGEST_PSEUDONYM:
        raise InputError(f"A pseudonym has up to {LONGEST_PSEUDONYM} characters. Type a shorter one.")
    if not pseudonym.isprintable():
        raise InputError("The pseudonym holds characters that cannot be seen. Type it anew.")
    year, this_year = fields.birth_year, datetime.now(UTC).year
    if year is not None and not EARLIEST_BIRTH <= year <= this_year:
        raise InputError(f"A year of birth lies between {EARLIEST_BIRTH} and {this_year}. Correct it or leave it out.")
    return PatientFields(pseudonym, year, fields.sex, checked_prose(fields.notes, "The notes"))


def checked_prose(text: str, what: str) -> str:
    """Notes or a comment as they are kept, stripped. Raises InputError that says what to do.

    `what`: with which a sentence begins, in the plural or as "The comment".
    """
    kept = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(kept) > LONGEST_PROSE:
        raise InputError(f"{what} may have up to {LONGEST_PROSE} characters, not {len(kept)}. Shorten the text.")
    if any(unicodedata.category(letter) in ("Cc", "Cs") and letter not in _KEPT_CONTROLS for letter in kept):
        raise InputError(f"{what} may not hold control characters. Type the text anew.")
    return kept
