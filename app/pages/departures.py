"""Freeing what sessions held, soon after they have ended, on a server where nobody comes any more too.

Streamlit keeps the session of a browser that has gone for a while (`server.disconnectedSessionTTL`), so that it can
come back. After that it drops the session only when the next browser goes: the last one's scan would stay in memory.
And the allocator would keep what was freed for itself.
"""

import asyncio
import ctypes
import gc
import sys
import threading
import time

from streamlit import runtime
from streamlit.runtime import Runtime

SECONDS = 5.0
"""Between two looks for sessions that have ended."""

_lock = threading.Lock()
_watched: list[Runtime] = []


def watch() -> None:
    """Have a thread that frees what ended sessions held; does nothing where there is one, or no server."""
    if not runtime.exists():
        return
    with _lock:
        server = runtime.get_instance()
        if server not in _watched:
            _watched.append(server)
            threading.Thread(target=_watch, args=(server,), name="departures", daemon=True).start()


def _watch(server: Runtime) -> None:
    before: set[str] = set()
    while True:
        time.sleep(SECONDS)
        try:
            loop = server._get_async_objs().eventloop
            now = asyncio.run_coroutine_threadsafe(_sessions(server), loop).result()
        except (RuntimeError, asyncio.CancelledError):  # the server has stopped
            return
        if before - now:
            give_back_memory()
        before = now


async def _sessions(server: Runtime) -> set[str]:
    """The sessions that there are, after those whose time is over were dropped. Runs in the server's loop.

    Counting the disconnected ones is what makes Streamlit drop them; there is no public name for it.
    """
    len(server._session_mgr._session_storage._cache)  # type: ignore[attr-defined]
    return {info.session.id for info in server._session_mgr.list_sessions()}


def give_back_memory() -> None:
    """Collect garbage, and give memory that is free back to the system, where the allocator can (glibc)."""
    gc.collect()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
