"""The samples that the app offers at once, as `sample_scans/samples.json` lists them."""

import json
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "sample_scans"


@dataclass(frozen=True)
class Sample:
    """One simulated study."""

    id: str
    title: str
    description: str
    files: tuple[str, ...]
    """Relative to `sample_scans/`."""

    @property
    def label(self) -> str:
        """The line that offers it."""
        return f"{self.title}. {self.description}"

    @property
    def paths(self) -> list[Path]:
        """Where the files are."""
        return [FOLDER / name for name in self.files]


def load_samples() -> list[Sample]:
    """In the order in which they are offered; the first is open when the page opens."""
    entries = json.loads((FOLDER / "samples.json").read_text(encoding="utf-8"))
    return [Sample(e["id"], e["title"], e["description"], tuple(e["files"])) for e in entries]
