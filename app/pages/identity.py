"""Who somebody is, of what the provider says of them."""

from collections.abc import Mapping
from datetime import UTC, datetime

from app.errors import NotAllowedError
from app.pages.sign_in_settings import Settings, same_case
from app.records.who import Actor, Role

LONGEST = 200
"""Characters of an e-mail address that the records take."""
_AHEAD = 300
"""Seconds by which the provider's clock may be ahead of ours."""


class SignedOutError(NotAllowedError):
    """Nobody is signed in, or not any more."""


def actor_of(claims: Mapping[str, object], settings: Settings, now: datetime | None = None) -> Actor:
    """Who is signed in, named by their e-mail address in lower case, with the role that the settings give them.

    `claims` are those of the ID token, as in `st.user`. Raises SignedOutError for a sign-in that is over, and
    NotAllowedError for somebody who has no business here.
    """
    if claims.get("is_logged_in") is not True:
        raise SignedOutError("Nobody is signed in. Sign in to go on.")
    issued = claims.get("iat")
    if isinstance(issued, bool) or not isinstance(issued, int | float):
        raise NotAllowedError("The provider does not say when you signed in, so the sign-in cannot be used.")
    age = (now or datetime.now(UTC)).timestamp() - issued
    if not -_AHEAD <= age <= settings.lasts.total_seconds():
        raise SignedOutError("Your sign-in is over. Sign in again to go on.")
    email = claims.get("email")
    if not isinstance(email, str) or "@" not in email or len(email) > LONGEST or not email.strip().isprintable():
        raise NotAllowedError("The provider gives no e-mail address, by which people are known here.")
    name = same_case(email)
    if claims.get("email_verified", True) not in (True, "true"):
        raise NotAllowedError(f"The provider has not verified the address {name}. Verify it there and sign in again.")
    role = settings.roles.get(name)
    if role is None and settings.only_listed:
        raise NotAllowedError(f"{name} is not on the list of people who may work here. Ask who runs this server.")
    return Actor(name, role or Role.READER)
