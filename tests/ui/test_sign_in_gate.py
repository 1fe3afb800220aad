"""The gate before the pages, and what pages write into the audit log, without a browser."""

import time

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app.errors import InputError, NotAllowedError, RecordsUnavailableError
from app.pages import audited, records_room, sign_in
from app.pages.audited import noted
from app.pages.sign_in_settings import Settings
from app.records.audit import entries
from app.records.who import Act, Actor, Role

SETTINGS = Settings(("clinic", None), {"ada@x.example": Role.ADMIN}, only_listed=True)


@pytest.fixture
def settings(monkeypatch):
    """Set how people sign in, and what Streamlit knows of who is there."""

    def given(settings, **claims):
        def found():
            if isinstance(settings, Exception):
                raise settings
            return settings

        monkeypatch.setattr(sign_in, "sign_in_settings", found)
        monkeypatch.setattr(sign_in, "check_address", lambda: None)
        monkeypatch.setattr(type(st.user), "to_dict", lambda _: claims)
        monkeypatch.setattr(type(st.user), "get", lambda _, name, default=None: claims.get(name, default))

    return given


@pytest.fixture
def kept(monkeypatch, records):
    """The records of a test in the place of the server's."""
    monkeypatch.setattr(sign_in, "records", lambda: records)
    monkeypatch.setattr(audited, "records", lambda: records)
    monkeypatch.setattr(records_room, "records", lambda: records)
    return records


def logged(records):
    with records.reading() as session:
        return [(entry.who, entry.act, entry.subject, entry.detail) for entry in entries(session)]


@pytest.fixture
def page():
    """A page behind the gate."""

    def inside():
        import streamlit as st

        from app.pages.sign_in import gate, show_who

        if gate():
            show_who()
            st.title("Inside")

    return AppTest.from_function(inside, default_timeout=60)


def titles(app: AppTest) -> list[str]:
    assert not app.exception
    return [title.value for title in app.title]


def keys(app: AppTest) -> set[str]:
    return {button.key for button in app.button}


@pytest.mark.parametrize("records_environ", ["sqlite"], indirect=True)
class TestGate:
    def test_without_sign_in_there_is_one_local_admin(self, page, kept, settings):
        settings(None)
        app = page.run()
        assert "Inside" in titles(app) and "sign-out" not in keys(app)
        assert any(text.value.startswith("**Single-user demo.**") for text in app.markdown)
        assert logged(kept) == []
        assert sign_in.actor() == Actor("local user", Role.ADMIN) and not sign_in.required()

    def test_nobody_sees_a_page_before_signing_in(self, app, kept, settings):
        settings(SETTINGS, is_logged_in=False)
        app.run()
        assert keys(app) == {"sign-in-clinic", "sign-in-None"} and not app.exception
        assert [button.label for button in app.button] == ["Sign in with Clinic", "Sign in"]
        assert logged(kept) == []

    def test_somebody_without_business_here(self, app, kept, settings):
        settings(SETTINGS, is_logged_in=True, email="bo_b@x.example", iat=time.time())
        app.run()
        assert keys(app) == {"sign-out"} and "bo\\_b" not in app.error[0].value
        assert "is not on the list" in app.error[0].value and logged(kept) == []

    def test_a_sign_in_that_is_over(self, app, kept, settings):
        settings(SETTINGS, is_logged_in=True, email="ada@x.example", iat=time.time() - 86_400)
        app.run()
        assert "sign-in-None" in keys(app) and "is over" in app.info[0].value

    def test_somebody_who_may_is_in_the_log_once_a_session(self, page, kept, settings):
        settings(SETTINGS, is_logged_in=True, email="ada@x.example", iat=time.time())
        app = page.run()
        app.run()
        assert "Inside" in titles(app) and "sign-out" in keys(app)
        assert logged(kept) == [("ada@x.example", "sign in", "records", "{}")]

    def test_nobody_comes_in_unlogged(self, app, kept, settings, monkeypatch):
        def gone():
            raise RecordsUnavailableError("The records cannot be reached.")

        monkeypatch.setattr(sign_in, "records", gone)
        settings(SETTINGS, is_logged_in=True, email="ada@x.example", iat=time.time())
        app.run()
        assert [error.value for error in app.error] == ["The records cannot be reached."] and keys(app) == set()

    def test_settings_that_cannot_be_used(self, app, kept, settings):
        settings(InputError("The secrets cannot be used."))
        app.run()
        assert [error.value for error in app.error] == ["The secrets cannot be used."] and keys(app) == set()
        with pytest.raises(InputError):
            sign_in.actor()

    def test_an_actor_is_asked_for_after_signing_out(self, kept, settings):
        settings(SETTINGS, is_logged_in=False)
        with pytest.raises(NotAllowedError):
            noted(Act.VIEW, "patient 1")
        assert logged(kept) == []


@pytest.mark.parametrize("records_environ", ["sqlite"], indirect=True)
class TestNoted:
    @pytest.fixture
    def gone(self, monkeypatch):
        def refused():
            raise RecordsUnavailableError("The records cannot be reached.")

        monkeypatch.setattr(audited, "records", refused)

    def test_it_is_in_the_log(self, kept, settings):
        settings(None)
        noted(Act.EXPORT, "segmentation 7", format="pdf")
        assert logged(kept) == [("local user", "export", "segmentation 7", '{"format":"pdf"}')]

    def test_nothing_is_done_unlogged_where_people_sign_in(self, kept, settings, gone):
        settings(SETTINGS, is_logged_in=True, email="ada@x.example", iat=time.time())
        with pytest.raises(RecordsUnavailableError):
            noted(Act.VIEW, "patient 1")

    def test_the_demo_goes_on_and_says_so_once(self, kept, settings, gone, capsys):
        settings(None)

        def page():
            from app.pages.audited import noted
            from app.records.who import Act

            noted(Act.VIEW, "patient 1")
            noted(Act.VIEW, "patient 2")

        app = AppTest.from_function(page, default_timeout=60).run()
        assert [toast.value for toast in app.toast] == [
            "The audit log cannot be written just now. This single-user demo goes on."
        ]
        app.run()
        assert len(app.toast) == 0 and not app.exception
