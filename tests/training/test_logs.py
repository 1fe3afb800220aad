import struct
import sys
from types import SimpleNamespace

import numpy as np
from tensorboardX.proto.event_pb2 import Event

from app.evaluation.threshold_curve import Scores
from app.training import logs as module
from app.training.logs import Logs, line
from app.training.state import Progress

HEADER = "step,seconds,learning_rate,loss,dice,recall,precision"
PICTURE = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)


def progress_of(step, dice=0.5):
    return Progress(step=step, seconds=2.5 * step, loss_sum=3.0, loss_steps=4, scores=Scores(0.25, 0.75, dice))


def events_of(folder):
    """Every event that TensorBoard would find: records are a length, its checksum, the event, and its checksum."""
    for path in sorted((folder / "tensorboard").iterdir()):
        data = path.read_bytes()
        while data:
            (length,) = struct.unpack_from("<Q", data)
            yield Event.FromString(data[12 : 12 + length])
            data = data[16 + length :]


class TestLine:
    def test_by_hand(self):
        assert line(Progress(step=4, seconds=60, loss_sum=1.5, loss_steps=2, scores=Scores(0.5, 0.25, 0.125)), 16) == (
            "[#####...............]  25% step 4 of 16: "
            "loss 0.750, Dice 0.125, recall 0.500, precision 0.250; 3 min left"
        )

    def test_what_is_not_known_is_left_out(self):
        assert line(Progress(step=16, seconds=60, loss_sum=1.0, loss_steps=1), 16) == (
            "[####################] 100% step 16 of 16: loss 1.000; 0 min left"
        )


class TestTable:
    def test_rows(self, tmp_path):
        with Logs(tmp_path, 10, Progress()) as logs:
            logs.validation(progress_of(2), 0.125, [])
            logs.step(progress_of(3))
            logs.validation(progress_of(4, dice=0.625), 0.0, [])
        assert (tmp_path / "log.csv").read_text().splitlines() == [
            HEADER,
            "2,5.0,0.125,0.75,0.5,0.25,0.75",
            "4,10.0,0.0,0.75,0.625,0.25,0.75",
        ]

    def test_steps_that_will_be_done_again_are_taken_out(self, tmp_path):
        with Logs(tmp_path, 10, Progress()) as logs:
            for step in (2, 4, 6):
                logs.validation(progress_of(step), 0.125, [])
        with Logs(tmp_path, 10, progress_of(5)) as logs:
            logs.validation(progress_of(6), 0.5, [])
        assert [row.split(",")[:3:2] for row in (tmp_path / "log.csv").read_text().splitlines()[1:]] == [
            ["2", "0.125"],
            ["4", "0.125"],
            ["6", "0.5"],
        ]


class TestTensorBoard:
    def test_curves_and_pictures(self, tmp_path):
        with Logs(tmp_path, 10, Progress()) as logs:
            logs.validation(progress_of(2), 0.125, [PICTURE, PICTURE])
        values = {value.tag: (event.step, value) for event in events_of(tmp_path) for value in event.summary.value}
        assert {tag: value.simple_value for tag, (_, value) in values.items() if not value.HasField("image")} == {
            "training/learning_rate": 0.125,
            "training/loss": 0.75,
            "validation/dice": 0.5,
            "validation/recall": 0.25,
            "validation/precision": 0.75,
        }
        pictures = [value.image for _, value in values.values() if value.HasField("image")]
        assert [(picture.height, picture.width) for picture in pictures] == [(4, 6)] * 2
        assert {step for step, _ in values.values()} == {2}

    def test_a_run_that_goes_on_takes_back_later_steps(self, tmp_path):
        with Logs(tmp_path, 10, progress_of(5)):
            pass
        starts = [event.step for event in events_of(tmp_path) if event.HasField("session_log")]
        assert starts == [6]


class TestLines:
    def test_elsewhere_than_on_a_terminal_few_and_whole_ones(self, tmp_path, capsys, monkeypatch):
        now = iter([100, 100, 110, 161, 161, 170])
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: next(now)))
        with Logs(tmp_path, 10, Progress()) as logs:
            for step in (1, 2, 3):  # at 100, 110 and 161 seconds
                logs.step(progress_of(step))
            logs.validation(progress_of(4), 0.125, [])
        said = capsys.readouterr().err
        assert [text.split("step ")[1].split(" of")[0] for text in said.splitlines()] == ["1", "3", "4"]
        assert "\r" not in said

    def test_on_a_terminal_one_that_is_redrawn_and_fits(self, tmp_path, capsys, monkeypatch):
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
        monkeypatch.setenv("COLUMNS", "60")
        with Logs(tmp_path, 10, Progress()) as logs:
            logs.step(progress_of(1))
            logs.step(progress_of(2))  # too soon
            logs.validation(progress_of(3), 0.125, [])
            logs.say("Interrupted.")
        fresh = "\r\x1b[K"
        assert capsys.readouterr().err == (
            f"{fresh}{line(progress_of(1), 10)[:59]}{fresh}{line(progress_of(3), 10)[:59]}\n{fresh}Interrupted.\n"
        )
