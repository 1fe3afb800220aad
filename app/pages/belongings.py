"""What a visitor has open. It is held by the visitor's session, and freed when that ends."""

import hashlib
import time
from collections.abc import Callable
from collections.abc import Sequence as ListOf
from dataclasses import dataclass, field, replace
from typing import Protocol
from weakref import WeakValueDictionary

from app import log
from app.decision.keeping import Reopened
from app.errors import InputError
from app.imaging import Opened, Part, Role, ScanFile
from app.imaging.confined import open_study
from app.model.runs import Key, Run
from app.records.rows import SegmentationRow
from app.study import Study

Roles = dict[tuple[str, int], Role | None]


class Upload(Protocol):
    """A file as Streamlit's uploader gives it."""

    file_id: str
    name: str

    def getvalue(self) -> bytes:
        """Its content."""


@dataclass
class Dropped:
    """The files of one place, as they were opened last."""

    ids: tuple[str, ...]
    digest: str
    """Of their names and bytes."""
    parts: tuple[Part, ...] = ()
    refusal: InputError | None = None
    """Why the files cannot be opened at all."""
    roles: Roles = field(default_factory=dict)
    """That `opened` was opened with: of every part."""
    opened: Opened | None = None


@dataclass
class Belongings:
    """One session's. A place is one choice of a study: "" on the page "Segment", two on the page "Compare"."""

    studies: dict[str, Study] = field(default_factory=dict)
    dropped: dict[str, Dropped] = field(default_factory=dict)
    reopened: dict[str, Reopened] = field(default_factory=dict)
    runs: dict[Key, Run] = field(default_factory=dict)
    """Segmentations that were begun for these studies."""

    def put(self, place: str, study: Study | None) -> None:
        """Let go of the study that was open at a place, and hold this one."""
        self.studies.pop(place, None)
        if study is not None:
            self.studies[place] = study
        current = {held.sha256 for held in self.studies.values()}
        self.runs = {key: run for key, run in self.runs.items() if key[0] in current}

    def put_sample(self, place: str, study: Study | None) -> None:
        """As `put`, of a study that is neither of dropped files nor saved; those of this place are let go."""
        self.dropped.pop(place, None)
        self.reopened.pop(place, None)
        self.put(place, study)

    def let_go(self, place: str) -> None:
        """Let go of what is open at a place, wherever it came from."""
        self.put_sample(place, None)

    def keep_only(self, places: tuple[str, ...]) -> None:
        """Let go of what is open at other places."""
        for place in (self.studies.keys() | self.dropped.keys()) - set(places):
            self.let_go(place)

    def reopen(self, segmentation_id: str, opening: Callable[[], Reopened], place: str) -> Reopened:
        """A saved study, opened when it is new at this place."""
        held = self.reopened.get(place)
        if held is None or held.row.id != segmentation_id:
            self.let_go(place)
            held = opening()
            self.put(place, held.study)
            self.reopened[place] = held
        return held

    def told(self, row: SegmentationRow) -> None:
        """Note what the records say of a saved segmentation by now."""
        for place, held in self.reopened.items():
            if held.row.id == row.id:
                self.reopened[place] = replace(held, row=row)

    def open(self, uploads: ListOf[Upload], roles: Roles | None, place: str) -> Opened:
        """See `cache.opened`."""
        dropped = self._dropped(uploads, place)
        if dropped.refusal is not None:
            raise type(dropped.refusal)(str(dropped.refusal))  # anew: one that is raised again remembers every frame
        recognised = {(part.file, part.index): part.role for part in dropped.parts}
        wanted = recognised | (roles or {})
        if dropped.opened is None or wanted != dropped.roles:
            dropped.opened = None  # freed before the next one takes memory
            self.put(place, None)
            dropped.opened = _open(dropped.digest, uploads, None if wanted == recognised else wanted)
            dropped.roles = wanted
        self.put(place, dropped.opened.study)
        return dropped.opened

    def parts(self, uploads: ListOf[Upload], place: str) -> tuple[Part, ...]:
        """See `cache.parts`."""
        dropped = self._dropped(uploads, place)
        if dropped.refusal is not None:
            raise type(dropped.refusal)(str(dropped.refusal))
        return dropped.parts

    def _dropped(self, uploads: ListOf[Upload], place: str) -> Dropped:
        """The files of a place, opened as recognised when they are new there."""
        ids = tuple(upload.file_id for upload in uploads)
        if place not in self.dropped or self.dropped[place].ids != ids:
            self.let_go(place)
            dropped = Dropped(ids, _digest(uploads))
            try:
                dropped.opened = _open(dropped.digest, uploads, None)
                dropped.parts = dropped.opened.parts
                dropped.roles = {(part.file, part.index): part.role for part in dropped.parts}
            except InputError as error:
                dropped.refusal = error.with_traceback(None)
            self.dropped[place] = dropped
        return self.dropped[place]


_opened: WeakValueDictionary[tuple[str, str], Opened] = WeakValueDictionary()
"""What sessions hold now, so that those with byte for byte the same files, names and roles share it."""


def _open(digest: str, uploads: ListOf[Upload], roles: Roles | None) -> Opened:
    key = (digest, repr(sorted(roles.items(), key=repr)) if roles is not None else "")
    opened = _opened.get(key)
    if opened is None:
        files = [ScanFile(upload.name, upload.getvalue()) for upload in uploads]
        started = time.monotonic()
        opened = _opened[key] = open_study(files, roles)
        if (study := opened.study) is not None:
            log.study_read(
                kind=study.source.kind,
                sequences=len(study.images),
                slices=study.shape[0],
                seconds=time.monotonic() - started,
            )
    return opened


def _digest(uploads: ListOf[Upload]) -> str:
    digest = hashlib.sha256()
    for upload in uploads:
        data = upload.getvalue()
        digest.update(f"{len(upload.name)}:{upload.name}:{len(data)}:".encode())
        digest.update(data)
    return digest.hexdigest()
