"""Files that are made when somebody asks for them, and are there until they have been fetched."""

import threading
from collections.abc import Callable

from streamlit import runtime
from streamlit.runtime.scriptrunner import add_script_run_ctx, get_script_run_ctx

MIME = "application/octet-stream"


def until_fetched(make: Callable[[], bytes], name: str) -> Callable[[], bytes]:
    """What makes a file for `st.download_button`, and keeps it as long as the page stands.

    Streamlit stores what a function made without noting whose it is, and clears whatever is nobody's after every
    script of every visitor: on a busy server mostly before the browser has come for it. So it is noted here, under the
    same name, and goes with the page or the session.
    """
    context = get_script_run_ctx()

    def made() -> bytes:
        content = make()
        if context is not None and runtime.exists():
            files = runtime.get_instance().media_file_mgr
            noting = threading.Thread(target=files.add, args=(content, MIME, f"made-{name}", name, True))
            add_script_run_ctx(noting, context)  # which says whose session it is
            noting.start()
            noting.join()
        return content

    return made
