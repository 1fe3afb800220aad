"""Names and colours of what is drawn on a scan, those of the viewer (`app/viewer/js/palette.js`; a test compares)."""

TUMOUR = "#ff6b57"
"""Where classes are not known, and the outline of the whole tumour."""
CLASSES = {1: ("necrotic core", "#7b2ff7"), 2: ("oedema", "#5a9dff"), 4: ("enhancing", "#ffd23f")}
"""BraTS label to name and colour."""
REFERENCE = "#45ecaa"
AGREEMENT = {"hit": "#00a9c7", "missed": "#ffe14a", "false alarm": TUMOUR}
"""How a voxel compares with the reference, to its colour."""

Rgb = tuple[int, int, int]


def rgb(colour: str) -> Rgb:
    """Red, green and blue, 0 to 255, of a colour written as "#rrggbb"."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue
