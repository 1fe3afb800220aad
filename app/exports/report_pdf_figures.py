"""The curve and the pictures of a report as reportlab's flowables."""

from collections.abc import Sequence
from typing import Any

from reportlab.graphics.shapes import Drawing, PolyLine, Rect, String
from reportlab.lib.colors import HexColor
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable, KeepTogether
from reportlab.platypus import Table as Grid

from app.exports.report_figure import LABEL_SIZE, MUTED, Area, Figure, Label, Line
from app.exports.report_fonts import BOLD, REGULAR, drawable
from app.exports.report_parts import Picture, Report
from app.exports.report_pdf_parts import heading, padding, sentence

_SPACE, _TITLE = 6.0, 15.0
"""Points between pictures, and for the title below one."""
_AROUND_PICTURES = 48.0
"""Points of a page that heading, legend and the line below take."""
_ROW = 10.0
"""Points from one line of the legend to the next."""


def curve_part(report: Report, width: float) -> list[Flowable]:
    """The curve under its title, over what there is to say of it."""
    figure = report.curve
    drawing = _drawing(figure)
    scale = width / figure.width
    drawing.scale(scale, scale)
    drawing.width, drawing.height = width, figure.height * scale
    return [heading(report.curve_title), drawing, *map(sentence, report.curve_lines)]


def picture_grid(report: Report, width: float, height: float, across: int, *, drawn: bool) -> list[Flowable]:
    """The key slices in rows, together on one page, each over its title, then what their colours mean.

    Args:
        report: with at least one picture.
        width: of the page without its margins, as `height` in points.
        across: pictures in a row.
        drawn: False leaves their places empty.
    """
    pictures = report.pictures
    rows = -(-len(pictures) // across)
    each = min((width - _SPACE * (across - 1)) / across, (height - _AROUND_PICTURES) / rows - _TITLE)
    space = (width - across * each) / (across - 1)
    cells: list[Any] = [[_Place(picture, each, drawn=drawn), sentence(picture.title)] for picture in pictures]
    cells += [""] * (-len(cells) % across)
    grid = Grid(
        [cells[at : at + across] for at in range(0, len(cells), across)],
        [*[each + space] * (across - 1), each],
        hAlign="LEFT",
    )
    grid.setStyle([*padding(0, 1.5), ("VALIGN", (0, 0), (-1, -1), "TOP")])
    legend = [_drawing(_legend(report.legend, width))] if report.legend else []
    return [KeepTogether([heading("Key slices"), grid, *legend, sentence(report.pictures_line)])]


class _Place(Flowable):
    """A picture, or only the room for it."""

    def __init__(self, picture: Picture, side: float, *, drawn: bool) -> None:
        super().__init__()
        self.width, self.height = side, side * picture.image.height / picture.image.width
        self._image = picture.image if drawn else None

    def wrap(self, *_: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        if self._image is not None:
            self.canv.drawImage(ImageReader(self._image), 0, 0, self.width, self.height)


def _legend(entries: Sequence[tuple[str, str]], width: float) -> Figure:
    """A swatch and a name for each colour, in as many lines as it takes."""
    shapes: list[Line | Area | Label] = []
    x, row = 0.0, 0
    for name, colour in entries:
        needed = 10 + stringWidth(drawable(name), REGULAR, LABEL_SIZE) + 10
        if x + needed > width and x:
            x, row = 0.0, row + 1
        shapes += [Area(x, row * _ROW + 2, 7, 6, colour), Label(x + 10, row * _ROW + 7.5, name, MUTED)]
        x += needed
    return Figure(width, (row + 1) * _ROW + 2, tuple(shapes), "")


def _drawing(figure: Figure) -> Drawing:
    drawing = Drawing(figure.width, figure.height)
    for shape in figure.shapes:
        drawing.add(_shape(shape, figure.height))
    return drawing


def _shape(shape: Line | Area | Label, height: float) -> PolyLine | Rect | String:
    """With y upwards, as PDF has it."""
    colour = HexColor(shape.colour)
    match shape:
        case Line():
            points = [value for x, y in shape.points for value in (x, height - y)]
            line = PolyLine(points, strokeColor=colour, strokeWidth=shape.width)
            if shape.dashes:
                line.strokeDashArray = shape.dashes
            return line
        case Area():
            area = Rect(shape.left, height - shape.top - shape.height, shape.width, shape.height)
            area.fillColor, area.strokeColor = colour, None
            return area
        case Label():
            return String(
                shape.x,
                height - shape.y,
                drawable(shape.text),
                fontName=BOLD if shape.bold else REGULAR,
                fontSize=LABEL_SIZE,
                fillColor=colour,
                textAnchor=shape.anchor,
            )
