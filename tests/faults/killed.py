"""Runs what it is told again and again, each time in a process that is killed one line of code later than the last.

`python killed.py FILE[,FILE…] SETUP ACTION CHECK`, three pieces of Python that share their names: after `SETUP`,
`ACTION` is run in a fork that kills itself when the n-th line of one of the files is about to run, and `CHECK` then
looks at what is left. Ends when a fork was not killed any more, and prints how many were.
"""

import os
import signal
import sys
import traceback
from types import CodeType, FrameType
from typing import Any

MOST = 500


def kill_at(line: int, files: tuple[str, ...]) -> None:
    """From now on, count the lines of these files, and die at one of them."""
    left = line

    def traced(frame: FrameType, event: str, _: object) -> Any:
        nonlocal left
        if not frame.f_code.co_filename.endswith(files):
            return None
        if event == "line":
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return traced

    sys.settrace(traced)


def was_killed(action: CodeType, names: dict[str, Any], line: int, files: tuple[str, ...]) -> bool:
    """Run the action in a fork; whether it was killed before its end. Raises RuntimeError when it failed otherwise."""
    child = os.fork()
    if child == 0:
        kill_at(line, files)
        try:
            exec(action, names)
            os._exit(0)
        finally:  # it raised
            sys.settrace(None)
            traceback.print_exc()
            os._exit(3)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status not in (0, -signal.SIGKILL):
        raise RuntimeError(f"The action ended with {status}")
    return status != 0


def main() -> None:
    files, *pieces = sys.argv[1:]
    setup, action, check = (compile(piece, "<piece>", "exec") for piece in pieces)
    names: dict[str, Any] = {}
    for line in range(MOST):
        exec(setup, names)
        killed = was_killed(action, names, line, tuple(files.split(",")))
        exec(check, names | {"killed": killed})
        if not killed:
            print(line)
            return
    raise RuntimeError("It never came to an end")


if __name__ == "__main__":
    main()
