import io

import pytest

from app.cohort.progress import Progress, duration


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_line_now_and_then_in_a_log():
    now = [0.0]
    stream = io.StringIO()
    progress = Progress(6, stream, lambda: now[0])
    for number in range(6):
        now[0] += 12
        progress.finished(problem=number == 1)
    progress.close()
    assert stream.getvalue().splitlines() == [
        "1 of 6 studies, 12.0 s each, about 60 s left",
        "4 of 6 studies, 1 with a problem, 12.0 s each, about 24 s left",
        "6 of 6 studies, 1 with a problem, 12.0 s each",
    ]


def test_a_line_that_is_written_over_on_a_terminal():
    now = [0.0]
    stream = Terminal()
    progress = Progress(100, stream, lambda: now[0])
    for _ in range(4):
        now[0] += 0.5
        progress.finished(problem=False)
    progress.finished(problem=False)  # at once: not worth a line
    progress.close()
    written = stream.getvalue()
    assert written.count("\r") == 4 and written.endswith("4 of 100 studies, 0.5 s each, about 48 s left\x1b[K\n")


def test_the_start_of_the_network_is_no_part_of_the_pace():
    now = [0.0]
    progress = Progress(10, io.StringIO(), lambda: now[0])
    for end in (20, 22, 24, 26):
        now[0] = end
        progress.finished(problem=False)
    assert progress.line() == "4 of 10 studies, 2.0 s each, about 12 s left"


def test_nothing_done_says_nothing():
    stream = Terminal()
    Progress(3, stream).close()
    assert stream.getvalue() == ""


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (89.4, "89 s"),
        (90, "2 min"),
        (5300, "88 min"),
        (5500, "1 h 32 min"),
        (172_000, "47 h 47 min"),
        (180_000, "2 d 2 h"),
    ],
)
def test_durations_as_people_say_them(seconds, said):
    assert duration(seconds) == said
