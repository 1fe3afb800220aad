"""What a report is made of; every text is plain text, which PDF and HTML each escape in their own way."""

from dataclasses import dataclass

from PIL import Image

from app.exports.report_figure import Figure


@dataclass(frozen=True)
class Fact:
    """A name and a value, and in small what more there is to say of it."""

    name: str
    value: str
    more: str = ""


@dataclass(frozen=True)
class Table:
    """Rows of text under a header; the first column names the row."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] | None = None
    """The last row, set off from the others."""
    below: tuple[str, ...] = ()
    """Sentences that belong to it."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A slice of the study."""

    image: Image.Image
    title: str
    """Why it is shown, and which slice it is."""


@dataclass(frozen=True)
class Block:
    """A few facts and sentences under a title."""

    title: str
    verdict: str
    """The one sentence that must not be missed; empty where there is none."""
    facts: tuple[Fact, ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Report:
    """All that a report says, in the order in which it says it."""

    name: str
    """Of the study."""
    notice: str
    """Stands on every page."""
    footer: str
    """Which study and which checkpoint, in short; stands on every page too."""
    subtitle: str
    headline: tuple[Fact, ...]
    study: Block
    network: Block
    scores: Table
    lesions: Table | Block
    """A block where there is no lesion."""
    curve_title: str
    curve: Figure
    curve_lines: tuple[str, ...]
    guarantee: Block
    pictures: tuple[Picture, ...]
    legend: tuple[tuple[str, str], ...]
    """What the colours of the pictures mean: names and colours."""
    pictures_line: str
    """How the pictures are to be read."""
    notes: Block | None
    """None where there is nothing to note."""
    sources: Block
    """Hashes and versions."""
