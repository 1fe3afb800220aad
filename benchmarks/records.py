"""Milliseconds for the list of patients, a search, every order and a card, in SQLite and in PostgreSQL.

5,000 patients with 20,000 studies, each with a segmentation, are made in new records: in a temporary folder, and, with
`--postgresql URL`, in that database, which has to be empty. Each question is asked 100 times, in a session of its own
as on the page, with another page, word or patient each time; the questions take turns. Ratios are to a plain look at
the rows of 500 patients.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from app.records.database import Records, open_records  # noqa: E402
from app.records.patients import PatientSort, find_patients, likely_duplicates, patient_card, patient_names  # noqa: E402
from app.records.place import SERVER  # noqa: E402
from app.records.rows import Review  # noqa: E402
from app.records.tables import Patient, Segmentation, Study  # noqa: E402
from app.records.who import Actor, Role  # noqa: E402
from app.records.words import folded, key_of  # noqa: E402
from benchmarks.result import Better, Result, add_json, machine_facts, ratio, save  # noqa: E402

PATIENTS, STUDIES = 5000, 20000
TIMES, PAGE = 100, 50
PLAIN, PLAIN_ROWS = "plain rows", 500
WORDS = ("left", "right", "frontal", "temporal", "parietal", "oedema", "resection", "follow-up", "contrast", "motion")
_MAKER = Actor("benchmark", Role.ADMIN)
_START = datetime(2024, 1, 1, tzinfo=UTC)


def fill(records: Records) -> list[str]:
    """Make the patients; returns their identifiers. Studies are dealt unevenly, as in a hospital."""
    dealt = random.Random(0)
    owners = [dealt.randrange(PATIENTS) for _ in range(STUDIES)]
    with records.writing(_MAKER) as session:
        session.execute(insert(Patient), [_patient(number, dealt) for number in range(PATIENTS)])
        session.execute(insert(Study), [_study(number, owner, dealt) for number, owner in enumerate(owners)])
        session.execute(insert(Segmentation), [_segmentation(number, dealt) for number in range(STUDIES)])
        if records.kind == "postgresql":
            session.execute(text("ANALYZE"))  # as a server does by itself within a minute
    return [f"{number:032x}" for number in range(PATIENTS)]


def _patient(number: int, dealt: random.Random) -> dict[str, Any]:
    pseudonym, notes = f"P-{number:05d}", " ".join(dealt.choices(WORDS, k=12))
    return {
        "id": f"{number:032x}",
        "pseudonym": pseudonym,
        "key": key_of(pseudonym),
        "searched": folded(f"{pseudonym}\n{notes}"),
        "birth_year": dealt.randrange(1930, 2010),
        "notes": notes,
        "created_at": _START,
        "changed_at": _START,
        "version": 1,
    }


def _study(number: int, owner: int, dealt: random.Random) -> dict[str, Any]:
    return {
        "id": f"{number:032x}",
        "patient_id": f"{owner:032x}",
        "taken_on": date(2015, 1, 1) + timedelta(days=dealt.randrange(4000)),
        "sequences": "FLAIR+T1ce",
        "slices": 155,
        "source_sha256": f"{number:064x}",
        "scan_file": f"{number:064x}",
        "thumbnail_file": f"{number:064x}",
        "created_at": _START + timedelta(seconds=dealt.randrange(10**7)),
        "created_by": "somebody",
    }


def _segmentation(number: int, dealt: random.Random) -> dict[str, Any]:
    return {
        "id": f"{number:032x}",
        "study_id": f"{number:032x}",
        "checkpoint_sha256": "c" * 64,
        "preprocessing": 3,
        "step": 90,
        "slice": 77,
        "sequence": "FLAIR",
        "smallest": 10,
        "result_file": f"{number:064x}",
        "card_file": "0" * 64,
        "mask_sha256": f"{number:064x}",
        "voxels": 50000,
        "volume_ml": dealt.uniform(0, 200),
        "lesions": 2,
        "measurements": {"lesions": [{"ml": dealt.random(), "longest": dealt.random()} for _ in range(2)]},
        "created_at": _START + timedelta(seconds=dealt.randrange(10**7)),
        "created_by": "somebody",
        "review": dealt.choice(list(Review)).value,
        "comment": "",
        "version": 1,
    }


def questions(patients: list[str]) -> Iterator[tuple[str, Callable[[Session, int], object]]]:
    """What is asked, the number of the time given."""
    yield PLAIN, lambda session, n: session.execute(select(Patient.__table__).offset(n).limit(PLAIN_ROWS)).all()
    yield "list, first page", lambda session, _: find_patients(session)
    yield "list, any page", lambda session, n: find_patients(session, offset=PAGE * (n * 37 % (PATIENTS // PAGE)))
    for order in PatientSort:
        yield (
            f"by {order}",
            lambda session, n, order=order: find_patients(session, sort=order, descending=bool(n % 2), offset=PAGE * n),
        )
    yield "search, one word", lambda session, n: find_patients(session, text=WORDS[n % len(WORDS)])
    yield "search, two words", lambda session, n: find_patients(session, text=f"{WORDS[n % 5]} {WORDS[5 + n % 4]}")
    yield "search, a pseudonym", lambda session, n: find_patients(session, text=f"p-{n * 47 % PATIENTS:05d}")
    yield "search, nobody", lambda session, _: find_patients(session, text="nowhere")
    yield "names for the picker", lambda session, _: patient_names(session)
    yield "card", lambda session, n: patient_card(session, patients[n * 47 % PATIENTS])
    yield "likely duplicates", lambda session, n: likely_duplicates(session, patients[n * 47 % PATIENTS])


def asked(records: Records, patients: list[str]) -> dict[str, list[float]]:
    """Seconds of each time that each question was asked; the one that warms up is not among them."""
    took: dict[str, list[float]] = {}
    for number in range(-1, TIMES):
        for name, question in questions(patients):
            started = time.perf_counter()
            with records.reading() as session:
                question(session, abs(number))
            took.setdefault(name, []).append(time.perf_counter() - started)
    return {name: seconds[1:] for name, seconds in took.items()}


def measure(environ: dict[str, str]) -> dict[str, list[float]]:
    """Fill new records and ask everything."""
    records = open_records(environ)
    try:
        started = time.monotonic()
        patients = fill(records)
        print(f"{records.kind}: {PATIENTS} patients, {STUDIES} studies made in {time.monotonic() - started:.1f} s")
        return asked(records, patients)
    finally:
        records.close()


def result(measured: dict[str, dict[str, list[float]]]) -> Result:
    """Each question as a multiple of the plain one, of the same time and database: less is better."""
    ratios, medians = {}, {}
    for kind, took in measured.items():
        for name, seconds in took.items():
            medians[f"{kind}: {name}, ms"] = float(np.median(seconds)) * 1000
            if name != PLAIN:
                ratios[f"{kind}: {name} / {PLAIN}"] = ratio(seconds, took[PLAIN])
    return Result("records", ratios, medians, machine_facts(), dict.fromkeys(ratios, Better.LESS))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", metavar="URL", help="an empty database to fill and measure as well")
    add_json(parser)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = {"GLIOLENS_DATA": folder}
        kinds = {"SQLite": data} | ({"PostgreSQL": data | {SERVER: args.postgresql}} if args.postgresql else {})
        measured = {kind: measure(environ) for kind, environ in kinds.items()}
    print(f"{'ms, median / p95':24}" + "".join(f"{kind:>18}" for kind in measured))
    for name in next(iter(measured.values())):
        cells = (1000 * np.percentile(took[name], (50, 95)) for took in measured.values())
        print(f"{name:24}" + "".join(f"{f'{median:.1f} / {p95:.1f}':>18}" for median, p95 in cells))
    if args.json:
        save(result(measured), args.json)


if __name__ == "__main__":
    main()
