import csv
import io

import pytest
from pyarrow import parquet

from app import NOTICE
from app.cohort.columns import COLUMNS
from app.cohort.row import problem_row
from app.cohort.table import table_csv, table_parquet

NAMES = [column.name for column in COLUMNS]
DONE = dict.fromkeys(NAMES) | {
    "study": "=p1",
    "status": "done",
    "sequences": "FLAIR+T1",
    "slices": 155,
    "tumour_ml": 12.5,
    "like_calibration": False,
    "notes": "Zoë\udc80, 山田",
}
ROWS = [DONE, problem_row("p2", "DICOM", 'It is "damaged",\nsays the reader.')]


def test_csv_that_a_spreadsheet_reads_and_does_not_run():
    header, first, second = csv.reader(io.StringIO(table_csv(ROWS).decode(), newline=""))
    assert header == [*NAMES, "notice"]
    done, failed = dict(zip(header, first, strict=True)), dict(zip(header, second, strict=True))
    assert (done["study"], done["slices"], done["tumour_ml"], done["dice"]) == ("'=p1", "155", "12.5", "")
    assert (done["like_calibration"], failed["like_calibration"], done["notice"]) == ("no", "", NOTICE)
    assert failed["problem"] == 'It is "damaged", says the reader.'


def test_parquet_keeps_types_and_says_what_columns_hold():
    table = parquet.read_table(io.BytesIO(table_parquet(ROWS)))
    types = {"text": "string", "whole": "int64", "real": "double", "yes or no": "bool"}
    assert [str(field.type) for field in table.schema] == [types[column.kind] for column in COLUMNS]
    assert table.schema.metadata[b"notice"].decode() == NOTICE
    assert table.schema.field("dice").metadata[b"description"] == b"Dice coefficient of mask and reference"
    done, failed = table.to_pylist()
    assert (done["study"], done["slices"], done["tumour_ml"], done["like_calibration"]) == ("=p1", 155, 12.5, False)
    assert (failed["status"], failed["tumour_ml"], done["notes"]) == ("problem", None, "Zoë?, 山田")


@pytest.mark.parametrize("table", [table_csv, table_parquet])
def test_the_same_rows_give_the_same_bytes(table):
    assert table(ROWS) == table([dict(row) for row in ROWS])
    assert table(ROWS) != table(ROWS[:1])


def test_a_cohort_without_a_row():
    assert table_csv([]).count(b"\r\n") == 1
    assert parquet.read_table(io.BytesIO(table_parquet([]))).num_rows == 0
