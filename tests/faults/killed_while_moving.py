"""Exports and imports records again and again, in a process that is killed some lines of code later than the last.

`python killed_while_moving.py FOLDER STEP`. Prints how often each was killed.
"""

import shutil
import sys
from pathlib import Path

from killed import was_killed

from app.durable import PARTIAL
from app.records.audit import verify
from app.records.database import Records, open_records
from app.records.moving_in import import_records
from app.records.moving_out import export_records
from tests.records.filled_records import files, rows, save_one
from tests.records_fixtures import ADMIN

MODULES = ("app/durable.py", "app/records/files.py", "app/records/moving_in.py", "app/records/moving_out.py")
EXPORT = compile("export_records(open_records(environ), ADMIN, target)", "<export>", "exec")
IMPORT = compile("import_records(open_records(environ), ADMIN, target)", "<import>", "exec")
NAMES = {
    "export_records": export_records,
    "import_records": import_records,
    "open_records": open_records,
    "ADMIN": ADMIN,
}


def main() -> None:
    folder, step = Path(sys.argv[1]), int(sys.argv[2])
    source, target = {"GLIOLENS_DATA": str(folder / "source")}, folder / "out" / "a.zip"
    target.parent.mkdir()
    records = open_records(source)
    save_one(records, 1)
    line = 0
    while was_killed(EXPORT, NAMES | {"environ": source, "target": target}, line, MODULES):
        check_export(target)
        line += step
    print(line // step)
    check_imports(folder, target, step)


def check_export(target: Path) -> None:
    """Nothing has the name, or a whole zip; what else is left does not stand in the way."""
    others = [path for path in target.parent.iterdir() if path != target]
    assert len(others) <= 1 and all(path.name.endswith(PARTIAL) for path in others), others
    for path in others:
        path.unlink()
    if target.exists():
        with_all(target.parent.parent / "checked", target)
        target.unlink()


def with_all(folder: Path, zipped: Path) -> None:
    """The zip can be imported, and all is there."""
    records = open_records({"GLIOLENS_DATA": str(folder)})
    import_records(records, ADMIN, zipped)
    check_whole(records)
    records.close()
    shutil.rmtree(folder)


def check_whole(records: Records) -> None:
    counts = {name: len(found) for name, found in rows(records).items()}
    assert (counts["patients"], counts["studies"], counts["segmentations"], len(files(records))) == (1, 1, 1, 4), counts
    with records.reading() as session:
        assert verify(session).sound


def check_imports(folder: Path, zipped: Path, step: int) -> None:
    open_records({"GLIOLENS_DATA": str(folder / "empty")}).close()
    line, killed = 0, True
    while killed:
        shutil.rmtree(folder / "new", ignore_errors=True)
        shutil.copytree(folder / "empty", folder / "new")
        environ = {"GLIOLENS_DATA": str(folder / "new")}
        killed = was_killed(IMPORT, NAMES | {"environ": environ, "target": zipped}, line, MODULES)
        records = open_records(environ)
        if any(rows(records).values()):
            check_whole(records)
        else:
            assert killed
            import_records(records, ADMIN, zipped)
            check_whole(records)
        records.close()
        line += step
    print(line // step - 1)


if __name__ == "__main__":
    main()
