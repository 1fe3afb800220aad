"""Two results of a patient side by side: simulated heads, of which the results are the exact labels."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from made_up_network import segmenter_of
from streamlit.testing.v1 import AppTest

from app.errors import StudyError
from app.model.checkpoint import load_card
from app.pages import cache, follow_up_pair
from app.simulate.follow_up import Later, Visit, first_visit, scan_again
from app.simulate.phantom import simulate
from app.study import Probability, Sequence

SEED, VOXEL_MM, FACTOR = 105, 4.0, 1.5
CARD = load_card()


@pytest.fixture(scope="module")
def visits() -> tuple[Visit, Visit]:
    later = Later((FACTOR,), turned=(5.0, -3.0, 4.0), moved_mm=(4.0, -6.0, 3.0))
    first = first_visit(simulate(SEED, healthy=False, spacing=VOXEL_MM))
    return first, scan_again(SEED, later, healthy=False, spacing=VOXEL_MM)


def saved(visit: Visit, name: str, day: date | None, threshold: float = 0.3, patient: str = "p") -> SimpleNamespace:
    study = visit.study(name).with_sequences((Sequence.FLAIR,))
    levels = np.where(visit.labels > 0, np.uint8(150), np.uint8(0))
    result = Probability(levels, study.sha256, CARD.sha256, visit.labels)
    return SimpleNamespace(
        study=study,
        result=result,
        card=CARD,
        row=SimpleNamespace(id=name, threshold=threshold),
        study_row=SimpleNamespace(taken_on=day),
        patient=SimpleNamespace(id=patient),
    )


@pytest.fixture
def opened(visits: tuple[Visit, Visit], monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """The page with these two, and nothing in the records."""
    first = saved(visits[0], "one", date(2026, 1, 9)), saved(visits[1], "two", date(2026, 5, 3))

    def draw(*ids: str, **changed: Any) -> AppTest:
        there = {each.row.id: SimpleNamespace(**{**vars(each), **changed.get(each.row.id, {})}) for each in first}
        monkeypatch.setattr(follow_up_pair, "records", lambda: None)
        monkeypatch.setattr(follow_up_pair, "reopen", lambda records, actor, id: there[id])
        monkeypatch.setattr(cache, "segmenter", segmenter_of)
        names = ", ".join(map(repr, ids or ("one", "two")))
        return AppTest.from_string(f"from app.pages.follow_up import draw\ndraw({names})", default_timeout=60).run()

    return draw


def told(app: AppTest) -> list[dict[str, Any]]:
    """What the two viewers were told."""
    assert not app.exception and not app.error
    return [json.loads(part.proto.json) for part in app.get("bidi_component") if part.proto.json]


def words(app: AppTest) -> str:
    return " ".join(part.value for part in [*app.markdown, *app.caption])


def test_a_known_growth_is_said_in_ml_and_percent(opened: Callable[..., AppTest], visits: tuple[Visit, Visit]) -> None:
    app = opened()
    left, right = told(app)
    assert left["group"] == right["group"] == "follow-up" and left["slices"] == right["slices"]
    assert left["first_slice"] == right["first_slice"] and left["study"] != right["study"]
    volume = app.dataframe[0].value.iloc[0]
    assert list(volume)[:3] == ["Volume, ml", f"{visits[0].ml:.1f}", f"{visits[1].ml:.1f}"]
    assert visits[1].ml / visits[0].ml == pytest.approx(FACTOR, rel=0.06)
    assert f"(+{(visits[1].ml / visits[0].ml - 1) * 100:.1f} %)" in volume.iloc[3]
    assert "Registered on FLAIR" in words(app) and "no diagnosis" in words(app)
    assert list(app.dataframe[1].value["What became of it"]) == ["Persisting"]


def test_the_earlier_one_is_the_baseline_in_either_order(opened: Callable[..., AppTest]) -> None:
    app = opened("two", "one")
    assert [part["name"] for part in told(app)] == ["one", "two, registered"]
    assert "put in the order of their days" in words(app)


def test_as_scanned_shows_the_later_scan_itself(opened: Callable[..., AppTest], visits: tuple[Visit, Visit]) -> None:
    app = opened()
    app.segmented_control(key="follow-up-shown").set_value("As scanned").run()
    _, right = told(app)
    own = visits[1].study("two").with_sequences((Sequence.FLAIR,))
    assert (right["name"], right["study"]) == ("two", own.sha256)


def test_the_slider_measures_both_at_one_threshold(opened: Callable[..., AppTest]) -> None:
    app = opened(two={"row": SimpleNamespace(id="two", threshold=0.5)})
    assert "Saved at the thresholds 0.300 and 0.500" in words(app)
    left, right = told(app)
    assert left["threshold"] == right["threshold"] == 0.3
    view = {"study": left["study"], "slice": 3, "threshold": 0.8, "sequence": "FLAIR"}
    app.session_state["follow-up-viewer-baseline"] = {"view": view}
    app.run()
    assert app.dataframe[0].value["Later"].iloc[0] == "0.00"  # the levels end at 0.75
    assert "No lesion at threshold 0.800" in words(app)


def test_another_checkpoint_is_not_compared_before_both_were_run_again(opened: Callable[..., AppTest]) -> None:
    older = replace(CARD, sha256="0" * 64)
    app = opened()
    result = replace(saved_result(app), checkpoint_sha256=older.sha256)
    app = opened(one={"card": older, "result": result})
    assert "another checkpoint (00000000 and" in words(app) and not app.dataframe
    app.button(key="follow-up-run").click().run()
    assert len(told(app)) == 2 and "those of the network that is here now" in words(app)
    assert app.dataframe[0].value["Baseline"].iloc[0] != "–"


def saved_result(app: AppTest) -> Probability:
    """The result of the baseline that the page holds."""
    held = app.session_state["belongings"].reopened["follow-up-baseline"]
    result: Probability = held.result
    return result


@pytest.mark.parametrize(
    ("ids", "changed", "said"),
    [
        (("one", "one"), {}, "compared with another one"),
        (("one", "two"), {"two": {"patient": SimpleNamespace(id="q")}}, "two patients"),
    ],
)
def test_what_is_no_pair_is_refused(
    opened: Callable[..., AppTest], ids: tuple[str, str], changed: Any, said: str
) -> None:
    app = opened(*ids, **changed)
    assert not app.exception and len(app.error) == 1 and said in app.error[0].value


def test_without_registration_volumes_are_still_there(
    opened: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(fixed: object, moving: object) -> None:
        raise StudyError("two could not be registered to one.")

    monkeypatch.setattr(follow_up_pair, "register", fail)
    app = opened()
    assert [error.value for error in app.error] == ["two could not be registered to one."]
    assert "ml at the baseline" in words(app) and not app.dataframe
