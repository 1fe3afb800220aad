"""The commands of `python -m app`, one file each.

A command is a module with `add_parser(subparsers)`, which names its arguments and sets `run` as their default, and
`run(args)`, which returns the exit status. What takes long to import is imported when the command runs, so that
`--help` answers at once.
"""
