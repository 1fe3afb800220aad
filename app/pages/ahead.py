"""Loading the network as the server starts, so that the first visitor need not wait for all of it."""

import gc
import threading
from contextlib import suppress

from app import log
from app.errors import AppError


def load_ahead() -> threading.Thread:
    """Load the shipped network in a thread of its own; who needs it sooner waits for that thread, not for another load.

    What goes wrong is left for the page to meet and to show. No garbage is looked for meanwhile: the libraries make
    much that stays, and going through it again and again took a sixth of their time.
    """
    gc.disable()
    thread = threading.Thread(target=_load, name="load-ahead", daemon=True)
    thread.start()
    return thread


def _load() -> None:
    try:
        log.set_up_server()
        from app.pages import cache  # with most of the app: a server that may not start does without

        with suppress(AppError):
            cache.segmenter()
    finally:
        gc.enable()
