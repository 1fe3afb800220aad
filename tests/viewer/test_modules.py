"""Modules of a few lines are joined; then the viewer's own, which must be a module that a browser takes."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.viewer.modules import join_modules

VIEWER = Path(__file__).parents[2] / "app" / "viewer" / "js"
NODE = Path(sys.executable).with_name("node")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, one="export const ONE = 1;\nlet hidden = 5;\nexport let seen = hidden;\n")
    write(tmp_path, two='import { ONE } from "./one.js";\n\nexport function two() {\n  return ONE + 1;\n}\n')
    write(
        tmp_path,
        entry='import {\n  ONE,\n  seen,\n} from "./one.js";\nimport { two } from "./two.js";\n'
        "export class Five {}\nexport async function wait() {}\n"
        "export default function sum() {\n  return ONE + two() + seen;\n}\n",
    )
    return tmp_path


def write(folder: Path, **modules: str) -> None:
    for name, text in modules.items():
        (folder / f"{name}.js").write_text(text, "utf-8")


def run_node(text: str, *arguments: str) -> str:
    command = [NODE, "--input-type=module", *arguments, "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, encoding="utf-8", timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_each_module_comes_once_and_after_those_that_it_imports(folder: Path) -> None:
    assert join_modules(folder, "entry.js") == (
        "const ONE = 1;\nlet hidden = 5;\nlet seen = hidden;\n"
        "\n\nfunction two() {\n  return ONE + 1;\n}\n"
        "\nclass Five {}\nasync function wait() {}\n"
        "export default function sum() {\n  return ONE + two() + seen;\n}\n"
    )


def test_the_joined_text_computes_what_the_modules_did(folder: Path) -> None:
    assert run_node(join_modules(folder, "entry.js") + "console.log(sum());") == "8\n"


def test_a_module_that_is_not_there_is_named_with_its_importer(folder: Path) -> None:
    write(folder, two='import { four } from "./four.js";\nexport const two = 2;\n')
    with pytest.raises(ValueError, match=r"two\.js names four\.js"):
        join_modules(folder, "entry.js")


def test_an_entry_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"entry\.js, which is not there"):
        join_modules(tmp_path, "entry.js")


def test_a_circle_is_shown_in_full(folder: Path) -> None:
    write(folder, one='import { two } from "./two.js";\nexport const ONE = 1;\nexport const seen = 1;\n')
    with pytest.raises(ValueError, match=r"entry\.js → one\.js → two\.js → one\.js"):
        join_modules(folder, "entry.js")


@pytest.mark.parametrize("wanted", ["hidden", "three", "ONE as first"])
def test_an_import_that_is_not_exported_by_that_name_is_refused(folder: Path, wanted: str) -> None:
    write(folder, two=f'import {{ ONE, {wanted} }} from "./one.js";\nexport function two() {{}}\n')
    with pytest.raises(ValueError, match=rf"two\.js imports `{wanted}`, which one\.js does not export"):
        join_modules(folder, "entry.js")


@pytest.mark.parametrize(
    "line",
    [
        'import * as one from "./one.js";',
        'import one from "./one.js";',
        'import "./one.js";',
        "import { ONE } from './one.js';",
        'import { ONE } from "elsewhere";',
        "export { ONE };",
        'export * from "./one.js";',
        "export default 2;",
        "export const { a, b } = {};",
        "const [a] = [];",
    ],
)
def test_another_form_of_import_export_or_declaration_is_refused(folder: Path, line: str) -> None:
    write(folder, two=f"{line}\nexport function two() {{}}\n")
    with pytest.raises(ValueError, match=r"two\.js cannot be joined"):
        join_modules(folder, "entry.js")


@pytest.mark.parametrize(
    "line", ["let hidden;", "const seen = 2;", "async function ONE() {}", "export class hidden {}"]
)
def test_a_name_that_two_modules_declare_is_refused(folder: Path, line: str) -> None:
    write(folder, two=f"{line}\nexport function two() {{}}\n")
    with pytest.raises(ValueError, match=r"two\.js and one\.js both declare `(hidden|seen|ONE)`"):
        join_modules(folder, "entry.js")


def test_names_inside_functions_are_each_modules_own(folder: Path) -> None:
    write(folder, two="export function two() {\n  const hidden = 2;\n  return hidden;\n}\n")
    assert "  const hidden = 2;" in join_modules(folder, "entry.js")


def test_the_viewer_is_one_module_with_one_export() -> None:
    text = join_modules(VIEWER, "viewer.js")
    assert text.count("\nexport ") == 1
    assert text.count("\nexport default function ") == 1
    assert "\nimport " not in text
    run_node(text, "--check")


def test_every_module_begins_with_a_comment_and_is_part_of_the_viewer() -> None:
    text = join_modules(VIEWER, "viewer.js")
    firsts = {path.name: path.read_text("utf-8").splitlines()[0] for path in VIEWER.glob("*.js")}
    assert [name for name, line in firsts.items() if not line.startswith("// ") or line not in text] == []
