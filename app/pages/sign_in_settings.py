"""Whether people sign in here, with which providers, and what each of them may do: as Streamlit's secrets say.

Nothing is guessed: settings that are there and cannot be used are an error, never a server without sign-in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from string import ascii_lowercase, ascii_uppercase
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from app.errors import InputError
from app.records.who import Role

AUTH, OURS = "auth", "gliolens"
"""The tables of the secrets: Streamlit's own, and that with the roles."""
SHARED, OF_PROVIDER = ("redirect_uri", "cookie_secret"), ("client_id", "client_secret", "server_metadata_url")
"""What Streamlit wants under [auth], and of each provider."""
LEAST_SECRET = 32
"""Characters: whoever guesses the secret can be anybody."""
HOURS = 12.0
"""How long a sign-in lasts where the secrets say nothing; Streamlit's cookie alone would last 30 days."""
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
_HOW = "SECURITY.md and .streamlit/secrets.example.toml show how it is written."
_required = False
"""Whether this process has asked for sign-in: then it goes on to, whatever becomes of the file."""


@dataclass(frozen=True)
class Settings:
    """How people sign in, and what they may do."""

    providers: tuple[str | None, ...]
    """As `st.login` takes them: None is the one without a name."""
    roles: Mapping[str, Role] = field(default_factory=dict)
    """By e-mail, as `same_case` gives it."""
    only_listed: bool = False
    """Whether somebody without a role is refused; otherwise a reader."""
    lasts: timedelta = timedelta(hours=HOURS)


def sign_in_settings() -> Settings | None:
    """The settings of this server as the secrets are now, or None where nobody signs in.

    Raises InputError for secrets that cannot be used, or that were taken away while the server runs.
    """
    global _required
    try:
        secrets = st.secrets.to_dict()
    except StreamlitSecretNotFoundError as error:
        if error.error_id != "no-secrets-found":
            raise InputError(f"The secrets of Streamlit cannot be read, so nobody can sign in. {_HOW}") from error
        secrets = {}
    if AUTH in secrets:
        _required = True
        return read_settings(secrets)
    if _required or OURS in secrets:
        raise InputError(f"The secrets have no [{AUTH}] with which people would sign in. {_HOW}")
    return None


def same_case(email: str) -> str:
    """An address in lower case; in ASCII alone, since beyond it letters of two addresses may become one."""
    return email.strip().translate(_LOWER)


def read_settings(secrets: Mapping[str, Any]) -> Settings:
    """Settings of secrets with [auth]; raises InputError that names what is wrong."""
    auth, ours = _table(secrets, AUTH), _table(secrets, OURS)
    for name in SHARED:
        _text(auth, name, AUTH)
    if len(auth["cookie_secret"]) < LEAST_SECRET:
        raise _wrong(f"cookie_secret under [{AUTH}] has fewer than {LEAST_SECRET} characters; make one at random")
    if unknown := ours.keys() - {"roles", "only_listed", "hours"}:
        raise _wrong(f"[{OURS}] knows nothing of {', '.join(sorted(unknown))}")
    only_listed, hours = ours.get("only_listed", False), ours.get("hours", HOURS)
    if not isinstance(only_listed, bool):
        raise _wrong(f"only_listed under [{OURS}] is neither true nor false")
    if isinstance(hours, bool) or not isinstance(hours, int | float) or not 0 < hours <= 24 * 30:
        raise _wrong(f"hours under [{OURS}] is not a number from 0 to 720")
    return Settings(_providers(auth), _roles(_table(ours, "roles")), only_listed, timedelta(hours=hours))


def _providers(auth: Mapping[str, Any]) -> tuple[str | None, ...]:
    named = [name for name, value in auth.items() if isinstance(value, Mapping) and name != "client_kwargs"]
    for name in named:
        if "_" in name:
            raise _wrong(f"the provider {name} has a _ in its name, which Streamlit cannot read")
        for key in OF_PROVIDER:
            _text(auth[name], key, f"{AUTH}.{name}")
    if named and not any(key in auth for key in OF_PROVIDER):
        return tuple(named)
    for key in OF_PROVIDER:
        _text(auth, key, AUTH)
    return (None, *named)


def _roles(lists: Mapping[str, Any]) -> dict[str, Role]:
    """Of somebody in several lists, the highest."""
    if unknown := lists.keys() - set(Role):
        raise _wrong(f"[{OURS}.roles] knows no {', '.join(sorted(unknown))}; there are {', '.join(Role)}")
    roles: dict[str, Role] = {}
    for role in Role:
        listed = lists.get(role.value, [])
        if not isinstance(listed, list) or not all(isinstance(one, str) and "@" in one for one in listed):
            raise _wrong(f"{role} under [{OURS}.roles] is not a list of e-mail addresses")
        roles |= {same_case(one): role for one in listed}
    return roles


def _table(within: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = within.get(name, {})
    if not isinstance(table, Mapping):
        raise _wrong(f"{name} is not a table")
    return table


def _text(table: Mapping[str, Any], key: str, name: str) -> None:
    if not isinstance(table.get(key), str) or not table[key].strip():
        raise _wrong(f"{key} is missing under [{name}]")


def _wrong(what: str) -> InputError:
    return InputError(f"The secrets of Streamlit cannot be used: {what}. {_HOW}")
