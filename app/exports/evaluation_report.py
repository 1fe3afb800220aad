"""A folder with what an evaluation showed: plots, the best and the worst cases, and one page that holds it all."""

import base64
from bisect import insort
from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import plotly.io

from app import NOTICE
from app.exports.evaluation_plots import SIZE, evaluation_figures
from app.exports.evaluation_table import headline, number, remarks, tables
from app.exports.file_name import safe_name
from app.exports.overlay import Outlined, overlay_png, volume_gif
from app.exports.save import save

PAGE = "report.html"
NO_PNG = (
    f"The plots are in {PAGE} alone. As PNG they need kaleido (pip install -r requirements-train.txt) and Chrome or "
    "Chromium, which is looked for in the usual places and where the variable BROWSER_PATH says."
)
_STYLE = """
body { font: 16px/1.5 system-ui, Arial, sans-serif; color: #1c2733; max-width: 1040px; margin: 2rem auto }
h1 { font-size: 1.6rem } h2 { font-size: 1.15rem; margin-top: 2.2rem }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem }
th, td { padding: .3rem .8rem .3rem 0; text-align: left; border-bottom: 1px solid #dfe5ea }
img { max-width: 100%; display: block; margin: 1rem 0 } .notice { color: #5b6773 }
"""


class Extremes:
    """Keeps the cases with the lowest and the highest Dice while an evaluation runs, ready for drawing."""

    def __init__(self, count: int = 3) -> None:
        """`count`: how many at either end."""
        self._count = count
        self._kept: list[tuple[float, str, Outlined]] = []

    def add(self, name: str, dice: float, make: Callable[[], Outlined]) -> None:
        """Keep a case if it is among the extremes; `make` is called only then. Dice is a number, not NaN."""
        kept, count = self._kept, self._count
        if len(kept) < 2 * count or dice < kept[count - 1][0] or dice > kept[-count][0]:
            insort(kept, (dice, name, make()), key=lambda entry: entry[:2])
            del kept[count:-count]

    @property
    def worst(self) -> list[tuple[float, str, Outlined]]:
        """Dice, name and volume, the worst first."""
        return self._kept[: min(self._count, (len(self._kept) + 1) // 2)]

    @property
    def best(self) -> list[tuple[float, str, Outlined]]:
        """Dice, name and volume, the best first; none that is among the worst."""
        return self._kept[len(self.worst) :][::-1][: self._count]


def write_report(folder: Path, result: Mapping[str, Any], extremes: Extremes) -> bool:
    """Write `report.html`, plots and overlays as PNG, and a GIF of the worst and of the best volume.

    Args:
        folder: made when missing; files of the same names are replaced.
        result: the summary, as `app.evaluation.summary.summarise` makes it, with "title" and "left_out".
        extremes: the cases to draw.

    Returns:
        Whether the plots are there as PNG too; they need a browser, and without it `NO_PNG` says what to do.

    Raises:
        InputError: the folder cannot be written to.
    """
    figures = evaluation_figures(result)
    pictures = {}
    for rank, cases in (("worst", extremes.worst), ("best", extremes.best)):
        for place, (dice, name, volume) in enumerate(cases, 1):
            stem = f"{rank}_{place}_{safe_name(name)}"
            pictures[stem] = overlay_png(volume, f"{name}: Dice {number(dice)}")
            save(folder, f"{stem}.png", pictures[stem])
            if place == 1 and len(volume.grey) > 1:
                save(folder, f"{stem}.gif", volume_gif(volume))
    save(folder, PAGE, _page(result, figures, pictures).encode())
    try:
        width, height = SIZE
        files = [folder / f"{name}.png" for name in figures]
        plotly.io.write_images(list(figures.values()), files, width=width, height=height, scale=2)
    except RuntimeError:  # what plotly raises without kaleido, and kaleido without a browser that starts
        return False
    return True


def _page(result: Mapping[str, Any], figures: Mapping[str, go.Figure], pictures: Mapping[str, bytes]) -> str:
    plots = [
        plotly.io.to_html(figure, include_plotlyjs=index == 0, full_html=False, config={"displaylogo": False})
        for index, figure in enumerate(figures.values())
    ]
    images = [
        f'<img alt="{escape(name)}" src="data:image/png;base64,{base64.b64encode(content).decode()}">'
        for name, content in pictures.items()
    ]
    said = "".join(f"<p>{escape(line)}</p>" for line in remarks(result))
    pooled, *others = (table.html() for table in tables(result))
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Gliolens: {escape(result["title"])}</title>'
        f"<style>{_STYLE}</style><h1>Gliolens on {escape(result['title'])}</h1><p>{escape(headline(result))}</p>"
        f'<p class="notice">{NOTICE}</p>{said}{pooled}{"".join(plots)}'
        f"<h2>The worst and the best cases</h2>{''.join(images)}"
        f"{''.join(others)}</html>"
    )
