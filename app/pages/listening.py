"""Whom the server may answer: without sign-in, this machine alone.

Asked twice, since a server can be started in more than one way: of the address in the settings, before anything is
served, and of each connection, by the address at which it arrived.
"""

import os
import sys

from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import config

from app.checks.environment import is_loopback
from app.errors import AppError, InputError
from app.model.engine_choice import engine_choice
from app.model.precision import chosen_precision
from app.pages.sign_in_settings import sign_in_settings

ALLOW = "GLIOLENS_ALLOW_WITHOUT_SIGN_IN"
"""Set to 1 by somebody who knows why, for example because a proxy asks who people are."""
UNUSABLE = 2
"""The exit status, as of a command whose arguments cannot be used."""
_NO = b"Without sign-in Gliolens serves its own machine alone."


def check_address() -> None:
    """Raises InputError where the server listens beyond this machine without sign-in, or the secrets are unusable."""
    address = config.get_option("server.address") or ""
    if sign_in_settings() is None and not is_loopback(address) and not allowed():
        raise InputError(
            f"Without sign-in Gliolens serves this machine alone, and server.address is {address or 'every address'}. "
            f"Configure sign-in (SECURITY.md shows how), set server.address to 127.0.0.1, or set {ALLOW}=1 if "
            "everybody who reaches the server may do everything."
        )


def refuse_or_serve() -> None:
    """End the process, with a message and status 2, unless it may serve and can; called before it does."""
    try:
        check_address()
        engine_choice(os.environ)
        chosen_precision(os.environ)
    except AppError as error:
        print(f"gliolens: {error}", file=sys.stderr, flush=True)
        raise SystemExit(UNUSABLE) from error


class ThisMachineAlone:
    """ASGI middleware: without sign-in, only connections that arrive at a loopback address are answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI calls it."""
        if scope["type"] not in ("http", "websocket") or _may_arrive(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            plain = [(b"content-type", b"text/plain; charset=utf-8")]
            await send({"type": "http.response.start", "status": 403, "headers": plain})
            await send({"type": "http.response.body", "body": _NO})


def _may_arrive(scope: Scope) -> bool:
    host, _ = scope.get("server") or ("", None)
    if is_loopback(host) or allowed():
        return True
    try:
        return sign_in_settings() is not None
    except AppError:
        return False


def allowed() -> bool:
    """Whether somebody has said that the server may answer everybody without sign-in."""
    return os.environ.get(ALLOW) == "1"
