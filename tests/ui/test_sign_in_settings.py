from datetime import UTC, datetime, timedelta

import pytest
import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from app.errors import InputError, NotAllowedError
from app.pages import sign_in_settings as module
from app.pages.identity import SignedOutError, actor_of
from app.pages.sign_in_settings import Settings, read_settings, sign_in_settings
from app.records.who import Role

AUTH = {
    "redirect_uri": "https://scans.example/oauth2callback",
    "cookie_secret": "0123456789abcdef0123456789abcdef",
    "client_id": "gliolens",
    "client_secret": "c",
    "server_metadata_url": "https://id.example/.well-known/openid-configuration",
}
PROVIDER = {"client_id": "i", "client_secret": "c", "server_metadata_url": "https://id.example"}
SHARED = {"redirect_uri": AUTH["redirect_uri"], "cookie_secret": AUTH["cookie_secret"]}
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Secrets:
    def __init__(self, content):
        self.content = content

    def to_dict(self):
        if isinstance(self.content, Exception):
            raise self.content
        return self.content


@pytest.fixture
def secrets(monkeypatch):
    """What Streamlit finds in its secrets."""
    monkeypatch.setattr(module, "_required", False)

    def given(content):
        monkeypatch.setattr(st, "secrets", Secrets(content))

    return given


class TestReadSettings:
    def test_as_little_as_may_be(self):
        assert read_settings({"auth": AUTH}) == Settings((None,), {}, False, timedelta(hours=12))

    def test_all_there_is(self):
        roles = {"admin": ["Ada@Clinic.Example"], "reviewer": [" viv@clinic.example "], "reader": []}
        ours = {"roles": roles, "only_listed": True, "hours": 0.5}
        settings = read_settings({"auth": SHARED | {"clinic": PROVIDER, "lab": PROVIDER}, "gliolens": ours})
        assert settings.providers == ("clinic", "lab")
        assert settings.roles == {"ada@clinic.example": Role.ADMIN, "viv@clinic.example": Role.REVIEWER}
        assert settings.only_listed and settings.lasts == timedelta(minutes=30)

    def test_a_provider_with_a_name_beside_the_one_without(self):
        auth = AUTH | {"client_kwargs": {"prompt": "login"}, "lab": PROVIDER}
        assert read_settings({"auth": auth}).providers == (None, "lab")

    def test_somebody_in_two_lists_has_the_higher_role(self):
        roles = {"admin": ["a@x.example"], "reader": ["A@X.example"]}
        assert read_settings({"auth": AUTH, "gliolens": {"roles": roles}}).roles == {"a@x.example": Role.ADMIN}

    def test_letters_beyond_ascii_stay_as_they_are(self):
        roles = {"admin": ["\N{KELVIN SIGN}@x.example", "stra\u00dfe@x.example"]}
        settings = read_settings({"auth": AUTH, "gliolens": {"roles": roles}})
        assert set(settings.roles) == {"\N{KELVIN SIGN}@x.example", "stra\u00dfe@x.example"}

    @pytest.mark.parametrize("missing", sorted(AUTH))
    def test_what_is_missing_is_named(self, missing):
        auth = {name: value for name, value in AUTH.items() if name != missing}
        with pytest.raises(InputError, match=missing):
            read_settings({"auth": auth})
        with pytest.raises(InputError, match=missing):
            read_settings({"auth": auth | {missing: " "}})

    @pytest.mark.parametrize(
        ("auth", "ours", "told"),
        [
            (AUTH | {"cookie_secret": "short"}, {}, "cookie_secret"),
            (SHARED | {"my_lab": PROVIDER}, {}, "my_lab"),
            (SHARED | {"lab": {}}, {}, "client_id is missing under .auth.lab"),
            (AUTH, {"role": {}}, "knows nothing of role"),
            (AUTH, {"roles": {"admins": []}}, "knows no admins"),
            (AUTH, {"roles": {"admin": "ada@x.example"}}, "admin under"),
            (AUTH, {"roles": {"admin": ["ada"]}}, "admin under"),
            (AUTH, {"roles": []}, "roles is not a table"),
            (AUTH, {"only_listed": "no"}, "only_listed"),
            (AUTH, {"hours": 0}, "hours"),
            (AUTH, {"hours": True}, "hours"),
        ],
    )
    def test_what_cannot_be_used_is_named(self, auth, ours, told):
        with pytest.raises(InputError, match=told) as raised:
            read_settings({"auth": auth, "gliolens": ours})
        assert "secrets.example.toml" in str(raised.value) and AUTH["cookie_secret"] not in str(raised.value)


class TestSignInSettings:
    def test_no_secrets_and_secrets_of_something_else(self, secrets):
        secrets(StreamlitSecretNotFoundError("none", error_id="no-secrets-found"))
        assert sign_in_settings() is None
        secrets({"database": {"password": "x"}})
        assert sign_in_settings() is None

    @pytest.mark.parametrize(
        "content", [StreamlitSecretNotFoundError("no TOML", error_id="failed-parsing-secrets-file"), {"gliolens": {}}]
    )
    def test_what_cannot_be_read_is_no_server_without_sign_in(self, secrets, content):
        secrets(content)
        with pytest.raises(InputError):
            sign_in_settings()

    def test_nor_is_a_file_that_was_taken_away_meanwhile(self, secrets):
        secrets({"auth": AUTH})
        assert sign_in_settings() is not None
        for content in ({}, StreamlitSecretNotFoundError("none", error_id="no-secrets-found")):
            secrets(content)
            with pytest.raises(InputError):
                sign_in_settings()


class TestActorOf:
    SETTINGS = Settings((None,), {"ada@x.example": Role.ADMIN})
    LISTED = Settings((None,), {"ada@x.example": Role.ADMIN}, only_listed=True)

    def claims(self, **others):
        return {"is_logged_in": True, "email": "Ada@X.example", "iat": NOW.timestamp() - 60} | others

    @pytest.mark.parametrize("more", [{}, {"email_verified": True}, {"email_verified": "true"}])
    def test_somebody_with_a_role(self, more):
        actor = actor_of(self.claims(**more), self.LISTED, NOW)
        assert (actor.name, actor.role) == ("ada@x.example", Role.ADMIN)

    def test_somebody_without_is_a_reader_or_refused(self):
        claims = self.claims(email="bo@x.example")
        assert actor_of(claims, self.SETTINGS, NOW).role is Role.READER
        with pytest.raises(NotAllowedError, match=r"bo@x\.example is not on the list"):
            actor_of(claims, self.LISTED, NOW)

    @pytest.mark.parametrize("said", [False, "false", None, 1.5, ""])
    def test_an_address_that_is_not_verified(self, said):
        with pytest.raises(NotAllowedError, match="has not verified"):
            actor_of(self.claims(email_verified=said), self.SETTINGS, NOW)

    @pytest.mark.parametrize("email", [None, "", "ada", "a\nb@x.example", "a" * 200 + "@x.example", 7])
    def test_no_address(self, email):
        with pytest.raises(NotAllowedError, match="no e-mail address"):
            actor_of(self.claims(email=email), self.SETTINGS, NOW)

    @pytest.mark.parametrize("claims", [{}, {"is_logged_in": False}, {"is_logged_in": "yes", "email": "ada@x.example"}])
    def test_nobody(self, claims):
        with pytest.raises(SignedOutError):
            actor_of(claims, self.SETTINGS, NOW)

    @pytest.mark.parametrize(("age", "over"), [(-301, True), (-299, False), (43_199, False), (43_201, True)])
    def test_how_long_a_sign_in_lasts(self, age, over):
        claims = self.claims(iat=NOW.timestamp() - age)
        if not over:
            assert actor_of(claims, self.SETTINGS, NOW).role is Role.ADMIN
            return
        with pytest.raises(SignedOutError, match="Sign in again"):
            actor_of(claims, self.SETTINGS, NOW)

    @pytest.mark.parametrize("issued", [None, "now", True])
    def test_a_token_without_a_time(self, issued):
        with pytest.raises(NotAllowedError, match="does not say when"):
            actor_of(self.claims(iat=issued), self.SETTINGS, NOW)
