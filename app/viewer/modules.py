"""The viewer's JavaScript modules joined into one text: Streamlit takes a component's script as one.

The modules stay apart on disk, where Node imports them in tests and a linter reads them. A joined text has one scope,
so every top-level name belongs to one module alone. Top-level statements start in the first column.
"""

import re
from pathlib import Path

_IMPORT = re.compile(r'^import\s*\{([^}]*)\}\s*from\s*"\./([\w-]+\.js)";[ \t]*\n?', re.MULTILINE)
_DECLARATION = re.compile(
    r"^(export (?:default )?)?(?:async )?(?:function\*? ?|(?:const|let|var|class) )([\w$]+)", re.MULTILINE
)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|let|class)\b)", re.MULTILINE)
_DEFAULT = "export default "
_LEFT_OVER = re.compile(r"^(?:import\b(?!\.).*|export\b.*|(?:const|let|var) *[\[{].*)", re.MULTILINE)


def join_modules(folder: Path, entry: str) -> str:
    """The text of the entry and of everything that it imports, each module once, after those that it imports.

    Imports of the form `import { a, b } from "./file.js";` are followed and left out, the word `export` is dropped;
    the entry keeps its `export default`.

    Raises:
        ValueError: a module cannot be joined: it is not there, imports go round in a circle, an import or export has
            another form, a name is imported that the module does not export, or two modules declare the same name.
    """
    texts: dict[str, str] = {}
    exported: dict[str, set[str]] = {}
    owners: dict[str, str] = {}

    def add(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            raise ValueError(f"Modules import each other in a circle: {' → '.join((*path, name))}")
        if name in texts:
            return
        text = _read(folder, name, path)
        for names, file in _IMPORT.findall(text):
            add(file, (*path, name))
            _check_names(names, file, exported[file], name)
        exported[name] = _claim(text, name, owners)
        texts[name] = _strip(text, name, is_entry=not path)

    add(entry, ())
    return "\n".join(texts.values())


def _read(folder: Path, name: str, path: tuple[str, ...]) -> str:
    try:
        return (folder / name).read_text("utf-8")
    except FileNotFoundError as error:
        raise ValueError(f"{path[-1] if path else folder} names {name}, which is not there.") from error


def _check_names(names: str, file: str, exported: set[str], importer: str) -> None:
    for wanted in filter(None, (part.strip() for part in names.split(","))):
        if wanted not in exported:
            raise ValueError(f"{importer} imports `{wanted}`, which {file} does not export by that name.")


def _claim(text: str, name: str, owners: dict[str, str]) -> set[str]:
    """Note what a module declares at top level; gives what it exports by name."""
    exported = set()
    for export, declared in _DECLARATION.findall(text):
        if declared in owners:
            raise ValueError(f"{name} and {owners[declared]} both declare `{declared}` at top level.")
        owners[declared] = name
        if export == "export ":
            exported.add(declared)
    return exported


def _strip(text: str, name: str, *, is_entry: bool) -> str:
    bare = _EXPORT.sub("", _IMPORT.sub("", text))
    for line in _LEFT_OVER.findall(bare):
        if not (is_entry and line.startswith(_DEFAULT)):
            raise ValueError(f"{name} cannot be joined with others, because of this line: {line}")
    return bare
