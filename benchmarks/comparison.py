"""What has moved between two results of one benchmark."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from benchmarks.result import Better, Result

MOVED = 0.10
"""By how much of what is stored a ratio has to differ, to be told."""
MACHINE = ("processor", "flags", "cores")
"""The facts that ratios depend on: wide registers help convolutions, not unpacking."""


class Verdict(StrEnum):
    """What a ratio did."""

    WORSE = "worse"
    BETTER = "better"
    MOVED = "moved"
    """Neither way is the better one."""
    NEW = "not stored yet"
    GONE = "not measured this time"


@dataclass(frozen=True)
class Change:
    """One ratio that is not what was stored."""

    benchmark: str
    ratio: str
    stored: float | None
    """None where it is not stored."""
    measured: float | None
    """None where it was not measured: the library is not installed, for example."""
    verdict: Verdict

    def __str__(self) -> str:
        if self.stored is None or self.measured is None:
            known = self.measured if self.stored is None else self.stored
            return f"{self.benchmark}: {self.ratio} = {known:.3g}: {self.verdict}"
        percent = 100 * (self.measured / self.stored - 1)
        return (
            f"{self.benchmark}: {self.ratio} = {self.stored:.3g}, now {self.measured:.3g} ({percent:+.0f} %): "
            f"{self.verdict}"
        )


def changes(stored: Result, measured: Result) -> Iterator[Change]:
    """The ratios that moved by more than `MOVED`, and those of which there is only one value."""
    for name in stored.ratios | measured.ratios:
        before, now = stored.ratios.get(name), measured.ratios.get(name)
        verdict = _verdict(before, now, measured.way(name))
        if verdict is not None:
            yield Change(measured.name, name, before, now, verdict)


def _verdict(before: float | None, now: float | None, way: Better) -> Verdict | None:
    if before is None:
        return Verdict.NEW
    if now is None:
        return Verdict.GONE
    moved = now / before - 1
    if round(abs(moved), 6) <= MOVED:
        return None
    if way is Better.NEITHER:
        return Verdict.MOVED
    return Verdict.BETTER if (moved > 0) == (way is Better.GREATER) else Verdict.WORSE


def nearer(stored: Result, first: Result, again: Result) -> Result:
    """Two runs as one: of each ratio the value that is nearer to the stored one, as the other may be a hiccup."""
    ratios = first.ratios | again.ratios
    for name in stored.ratios.keys() & first.ratios.keys() & again.ratios.keys():
        ratios[name] = min(first.ratios[name], again.ratios[name], key=lambda value: abs(value - stored.ratios[name]))
    return replace(again, ratios=ratios)


def same_machine(stored: Result, measured: Result) -> bool:
    """Whether ratios have to be the same: one kind of processor, and as many cores."""
    return all(stored.facts.get(fact) == measured.facts.get(fact) for fact in MACHINE)


def other_facts(stored: Result, measured: Result) -> list[str]:
    """What differs between the machines and the versions of both results, a line each."""
    lines = [
        f"{fact}: {_text(stored.facts.get(fact))}, now {_text(measured.facts.get(fact))}"
        for fact in (*MACHINE, "python")
        if stored.facts.get(fact) != measured.facts.get(fact)
    ]
    before, now = (result.facts.get("libraries") or {} for result in (stored, measured))
    both = sorted(before.keys() & now.keys())
    return lines + [f"{name}: {before[name]}, now {now[name]}" for name in both if before[name] != now[name]]


def _text(fact: Any) -> str:
    return " ".join(map(str, fact)) if isinstance(fact, list) else str(fact)
