"""What is done of a cohort: `studies/NAME/` holds a study's files, and what was written last says that it is done."""

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app import VERSION
from app.cohort.found import Found
from app.cohort.row import problem_row
from app.cohort.task import Outcome, Settings
from app.durable import PARTIAL, flush_folder
from app.errors import InputError
from app.exports.save import save

FORMAT = 1
"""Goes up when results of before would have to be made again."""
STUDIES, RESULT, PROBLEM, COHORT = "studies", "result.json", "problem.json", "cohort.json"


@dataclass(frozen=True)
class Record:
    """What became of a study."""

    digest: str
    """Of what it was made from; see `digest_of`."""
    row: dict[str, Any]
    """Its line of the table."""
    files: dict[str, int]
    """Its files, to their bytes."""

    @property
    def failed(self) -> bool:
        """Whether it is a problem."""
        return bool(self.row["problem"])


class Ledger:
    """The folder that a cohort's results are in.

    Args:
        out: the folder, which is there.
        root: the absolute folder that the cohort was found below.
    """

    def __init__(self, out: Path, root: Path) -> None:
        self.out, self.root = out, root
        self.studies = out / STUDIES

    def claim(self) -> None:
        """Take the folder for the cohort, and sweep out what a crash left unfinished.

        Raises InputError when it holds the results of another one, or cannot be written to.
        """
        claim = self.out / COHORT
        try:
            held = json.loads(claim.read_bytes())["folder"] if claim.exists() else None
            self.studies.mkdir(exist_ok=True)
            for left in (*self.out.glob(f"*{PARTIAL}"), *self.studies.glob(f"*/*{PARTIAL}")):
                left.unlink()
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(f"{self.out} cannot be used for results: {error}. Choose another --out.") from error
        if held is None:
            save(self.out, COHORT, _json({"folder": str(self.root), "format": FORMAT}))
        elif held != str(self.root):
            raise InputError(
                f"{self.out} holds the results of {held}. Choose another --out; or, if that is the same folder, which "
                f"has moved, delete {claim}."
            )

    def record(self, name: str) -> Record | None:
        """What is noted of a study; None where nothing is, or not all of its files are there any more."""
        folder = self.studies / name
        for noted in (RESULT, PROBLEM):
            with suppress(OSError, ValueError, KeyError, TypeError):
                values = json.loads((folder / noted).read_bytes())
                record = Record(values["digest"], values["row"], values["files"])
                if all((folder / file).stat().st_size == size for file, size in record.files.items()):
                    return record
        return None

    def keep(self, found: Found, outcome: Outcome, digest: str) -> Record:
        """Put what became of a study in the place of what is there of it; `digest` is what it was made from.

        Raises InputError when the folder cannot be written to or the disk is full; then the study is not done.
        """
        folder = self.studies / outcome.name
        row = outcome.row or problem_row(outcome.name, found.kind, outcome.problem or "")
        record = Record(digest, row, {name: len(content) for name, content in outcome.files.items()})
        try:
            folder.mkdir(exist_ok=True)
            for noted in (RESULT, PROBLEM):
                (folder / noted).unlink(missing_ok=True)
            flush_folder(folder)  # from here on it counts as not done
            for other in folder.iterdir():
                if other.is_file() and other.name not in record.files:
                    other.unlink()
        except OSError as error:
            raise InputError(f"{folder} cannot be written to: {error.strerror}. Choose another --out.") from error
        for name, content in outcome.files.items():
            save(folder, name, content)
        values = {"format": FORMAT, "digest": digest, "row": row, "files": record.files}
        save(folder, PROBLEM if record.failed else RESULT, _json(values))
        return record

    def strangers(self, names: set[str]) -> int:
        """How many studies have results here, but are not among `names`."""
        return sum(folder.name not in names for folder in self.studies.iterdir() if folder.is_dir())


def digest_of(found: Found, settings: Settings, root: Path) -> str:
    """Tells when a study has to be done again: another way to do it, or other files by name, size or time of change.

    The files are told by their place below `root`, so that a cohort may move; one that is gone counts as changed.
    """
    files = []
    for path in found.paths:
        try:
            stat = path.stat()
            size, changed = stat.st_size, stat.st_mtime_ns
        except OSError:
            size, changed = -1, -1
        files.append((path.relative_to(root).as_posix(), size, changed))
    how = (settings.threshold, settings.exports, settings.checkpoint_sha256, settings.precision)
    told = json.dumps((FORMAT, VERSION, found.kind, how, files))
    return hashlib.sha256(told.encode(errors="surrogatepass")).hexdigest()


def _json(values: dict[str, Any]) -> bytes:
    return (json.dumps(values, ensure_ascii=True, allow_nan=False, indent=1) + "\n").encode()
