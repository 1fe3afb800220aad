"""Runs what it is told again and again, each time in a process that is killed one step later than the last.

`python killed.py STEP[,STEP…] SETUP ACTION CHECK`, three pieces of Python that share their names: after `SETUP`,
`ACTION` is run in a fork that kills itself at the n-th step, and `CHECK` then looks at what is left. A step is a line
of a file that is about to run, where its name is given (`app/durable.py`), or the beginning and the end of a call,
where the qualified name of a function is given (`fsync`, `Session.commit`). Ends when a fork was not killed any more,
and prints how many were.
"""

import os
import signal
import sys
import traceback
from types import CodeType, FrameType
from typing import Any

MOST = 500


def kill_at(step: int, names: tuple[str, ...]) -> None:
    """From now on, count the steps, and die at one of them."""
    left = step
    files = tuple(name for name in names if name.endswith(".py"))
    functions = set(names).difference(files)

    def count() -> None:
        nonlocal left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def traced(frame: FrameType, event: str, _: object) -> Any:
        if not frame.f_code.co_filename.endswith(files):
            return None
        if event == "line":
            count()
        return traced

    def profiled(frame: FrameType, event: str, called: Any) -> None:
        if (called.__qualname__ if event.startswith("c_") else frame.f_code.co_qualname) in functions:
            count()

    if files:
        sys.settrace(traced)
    if functions:
        sys.setprofile(profiled)


def was_killed(action: CodeType, names: dict[str, Any], step: int, steps: tuple[str, ...]) -> bool:
    """Run the action in a fork; whether it was killed before its end. Raises RuntimeError when it failed otherwise."""
    child = os.fork()
    if child == 0:
        kill_at(step, steps)
        try:
            exec(action, names)
            os._exit(0)
        finally:  # it raised
            sys.settrace(None)
            sys.setprofile(None)
            traceback.print_exc()
            os._exit(3)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status not in (0, -signal.SIGKILL):
        raise RuntimeError(f"The action ended with {status}")
    return status != 0


def main() -> None:
    steps, *pieces = sys.argv[1:]
    setup, action, check = (compile(piece, "<piece>", "exec") for piece in pieces)
    names: dict[str, Any] = {}
    for step in range(MOST):
        exec(setup, names)
        killed = was_killed(action, names, step, tuple(steps.split(",")))
        exec(check, names | {"killed": killed})
        if not killed:
            print(step)
            return
    raise RuntimeError("It never came to an end")


if __name__ == "__main__":
    main()
