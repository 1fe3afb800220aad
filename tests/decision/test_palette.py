"""The colours of exports against those of the viewer."""

import re
from pathlib import Path

from app.decision import palette
from app.study import CLASS_LABELS

SCRIPT = (Path(__file__).parents[2] / "app" / "viewer" / "js" / "palette.js").read_text(encoding="utf-8")
COLOURS = dict(re.findall(r'(\w+): colourOf\("(#\w{6})"\)', SCRIPT))


def test_names_and_colours_are_those_of_the_viewer() -> None:
    found = re.findall(r'value: (\d), label: "([^"]+)", colour: PALETTE\.(\w+)', SCRIPT)
    assert {int(value): (label, COLOURS[name]) for value, label, name in found} == palette.CLASSES
    assert tuple(palette.CLASSES) == CLASS_LABELS
    assert (COLOURS["tumour"], COLOURS["reference"]) == (palette.TUMOUR, palette.REFERENCE)


def test_agreement_is_named_and_coloured_as_in_the_viewer() -> None:
    found = re.findall(r'name: "\w+", label: "([^"]+)", colour: PALETTE\.(\w+)', SCRIPT)
    assert {label: COLOURS[name] for label, name in found} == palette.AGREEMENT


def test_a_colour_as_numbers() -> None:
    assert palette.rgb("#ff0a80") == (255, 10, 128)
