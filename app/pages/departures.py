"""Freeing what sessions held, soon after they have ended, on a server where nobody comes any more too.

Streamlit keeps the session of a browser that has gone for a while (`server.disconnectedSessionTTL`), so that it can
come back. After that it drops the session only when the next browser goes, and leaves the rest to Python, which may
not get to it: the server's loop keeps hold of the session that it served last, and sessions that were there when the
network was loaded are never looked through for cycles (`gc.freeze`). So what a session held is taken out of it here.
And the allocator would keep what was freed for itself.
"""

import asyncio
import ctypes
import gc
import sys
import threading
import time
from weakref import ReferenceType, ref

from streamlit import runtime
from streamlit.runtime import Runtime
from streamlit.runtime.app_session import AppSession

SECONDS = 5.0
"""Between two looks for sessions that have ended."""

Known = dict[str, ReferenceType[AppSession]]
"""Sessions by their identifiers."""

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
    known: Known = {}
    while True:
        time.sleep(SECONDS)
        try:
            loop = server._get_async_objs().eventloop
            ended = asyncio.run_coroutine_threadsafe(_empty_ended(server, known), loop).result()
        except (RuntimeError, asyncio.CancelledError):  # the server has stopped
            return
        if ended:
            give_back_memory()


async def _empty_ended(server: Runtime, known: Known) -> bool:
    """Take what they held out of the sessions that have ended since the last look; returns whether there were any.

    Runs in the server's loop, as Streamlit's own clearing does. There are no public names for any of this.
    """
    len(server._session_mgr._session_storage._cache)  # type: ignore[attr-defined]  # drops those whose time is over
    present = {info.session.id: info.session for info in server._session_mgr.list_sessions()}
    ended = known.keys() - present.keys()
    for session in filter(None, (known.pop(name)() for name in ended)):
        session.session_state.clear()
        session._fragment_storage.clear()
        session.shutdown()  # files that were uploaded; those made for a download are only marked
    if ended:
        server.media_file_mgr.remove_orphaned_files()
    known.update({name: ref(session) for name, session in present.items()})
    return bool(ended)


def give_back_memory() -> None:
    """Collect garbage, and give memory that is free back to the system, where the allocator can (glibc)."""
    gc.unfreeze()  # what was frozen with the network (see `cache.segmenter`) holds the session that loaded it
    gc.collect()
    gc.freeze()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
