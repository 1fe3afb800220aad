import csv
import io

import pytest

from app.exports.csv_text import csv_bytes


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline="")))


def test_it_is_rfc_4180() -> None:
    data = csv_bytes(("a", "b"), [("x, y", 'say "z"'), (1, 2.5), (None, -3.0)])
    assert data == b'a,b\r\n"x, y","say ""z"""\r\n1,2.5\r\n,-3.0\r\n'


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "\uff1d1", "\uff20x", "\n-1"])
def test_a_spreadsheet_runs_nothing(text: str) -> None:
    ((cell,),) = read(csv_bytes((), [(text,)]))[1:]
    assert cell.startswith("'") and cell[1:] == text.strip()


@pytest.mark.parametrize("text", ["P-1", "a=b", "", "Müller", "頭"])
def test_other_text_is_left_alone(text: str) -> None:
    assert read(csv_bytes(("h",), [(text, "x")]))[1][0] == text


def test_what_cannot_be_seen_or_written_is_replaced() -> None:
    data = csv_bytes(("h",), [("a\u202eb\ud800c\x00d\r\ne",)])
    assert read(data)[1] == ["a\ufffdb\ufffdc\ufffdd e"]
