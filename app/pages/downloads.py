"""Files that are made when somebody asks for them, and are there until they have been fetched."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from streamlit import runtime
from streamlit.runtime.scriptrunner import ScriptRunContext, add_script_run_ctx, get_script_run_ctx

MIME = "application/octet-stream"


def until_fetched(
    make: Callable[[], bytes], name: str, *, before: Callable[[], None] = lambda: None
) -> Callable[[], bytes]:
    """What makes a file for `st.download_button`, and keeps it as long as the page stands.

    Streamlit stores what a function made without noting whose it is, and clears whatever is nobody's after every
    script of every visitor: on a busy server mostly before the browser has come for it. So it is noted here, under the
    same name, and goes with the page or the session.

    Args:
        make: the content; runs in a thread of Streamlit's that knows no session.
        name: of the file.
        before: done first, where the session and who uses it are known; the file is not made where it raises.
    """
    context = get_script_run_ctx()

    def made() -> bytes:
        _in_session(context, before)
        content = make()
        if context is not None and runtime.exists():
            files = runtime.get_instance().media_file_mgr
            _in_session(context, lambda: files.add(content, MIME, f"made-{name}", name, True))
        return content

    return made


def _in_session(context: ScriptRunContext | None, work: Callable[[], object]) -> None:
    """Do something in a thread that knows the session; what it raises is raised here."""
    with ThreadPoolExecutor(1, initializer=add_script_run_ctx, initargs=(None, context)) as thread:
        thread.submit(work).result()
