"""The house rules that no other tool checks."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

from app import VERSION

ROOT = Path(__file__).parent.parent
APP = ROOT / "app"
MODULES = sorted(APP.rglob("*.py"))
MEBIBYTE = 2**20


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def project_files() -> list[Path]:
    """Every file of the repository, committed or about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def requirements(name: str) -> dict[str, str]:
    """Package to pinned version, of one requirements file and those that it includes."""
    pins: dict[str, str] = {}
    for line in (ROOT / name).read_text().splitlines():
        text = line.split("#")[0].strip()
        if included := re.fullmatch(r"-r (\S+)", text):
            pins |= requirements(included[1])
        elif text:
            pinned = re.fullmatch(r"([a-z0-9-]+)(?:\[[a-z]+\])?==([0-9.]+)", text)
            assert pinned, f"{name}: {text!r} is not pinned as package==version"
            pins[pinned[1]] = pinned[2]
    return pins


def third_party_imports(path: Path) -> set[str]:
    """The packages that a module names in its imports, wherever in the file they stand."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return {name.split(".")[0] for name in names} - sys.stdlib_module_names - {"app"}


def has_logic(path: Path) -> bool:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) for node in ast.walk(tree))


def test_rooms_are_those_of_the_architecture() -> None:
    agreed = {
        "checks",
        "cli",
        "cohort",
        "decision",
        "evaluation",
        "exports",
        "imaging",
        "model",
        "pages",
        "records",
        "simulate",
        "training",
        "viewer",
    }
    rooms = {path.name for path in APP.iterdir() if path.is_dir() and any(path.glob("*.py"))}
    floor = {path.name for path in APP.glob("*.py")}

    assert rooms - agreed == set()
    assert floor == {"__init__.py", "__main__.py", "durable.py", "errors.py", "log.py", "log_line.py", "study.py"}
    assert [path.name for path in ROOT.glob("*.py")] == ["streamlit_app.py"]


def test_every_requirement_is_pinned() -> None:
    serving, development = requirements("requirements.txt"), requirements("requirements-dev.txt")

    assert serving.items() <= development.items()
    needed = {"keras", "nibabel", "numpy", "pillow", "plotly", "scikit-image", "scipy", "streamlit", "tensorflow"}
    needed |= {
        "alembic",
        "authlib",
        "dicom-anonymizer",
        "httpx2",
        "psycopg",
        "psycopg-binary",
        "pyarrow",
        "simpleitk",
        "sqlalchemy",
        "starlette",
        "zlib-ng",
    }
    needed |= {
        "highdicom",
        "platformdirs",
        "psutil",
        "pydicom",
        "pyjpegls",
        "pylibjpeg",
        "pylibjpeg-openjpeg",
        "pynrrd",
        "python-gdcm",
        "reportlab",
    }
    assert needed == set(serving)


def test_version_is_that_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == VERSION


def test_every_import_is_required() -> None:
    """Serving gets by with requirements.txt; simulation and training have those of requirements-train.txt too, and what
    goes to a Ray cluster those of requirements-ray.txt, whose packages may come with Ray."""
    distributions = packages_distributions()
    serving, training = requirements("requirements.txt"), requirements("requirements-train.txt")
    on_ray = requirements("requirements-ray.txt") | {"grpcio": "which Ray requires"}
    missing = []
    for path in [*MODULES, ROOT / "streamlit_app.py"]:
        required = on_ray if path.name.startswith("ray_") else serving
        if path.name == "openvino_engine.py":
            required = requirements("requirements-openvino.txt")
        if path.is_relative_to(APP / "simulate") or path.is_relative_to(APP / "training"):
            required = training
        for name in sorted(third_party_imports(path)):
            packages = {package.lower().replace("_", "-") for package in distributions.get(name, [name])}
            if not packages & required.keys():
                missing.append(f"{name_of(path)} imports {name}")
    assert missing == []


def test_files_stay_short() -> None:
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name: lines for name, lines in lengths.items() if lines > 250} == {}


def test_every_module_with_logic_is_tested() -> None:
    """By a test file of the folder that mirrors its room, which names it in its own name or in an import.

    Pages are tested through the page that they draw, in tests/ui.
    """
    untested = []
    for path in MODULES:
        room = path.relative_to(APP).parts[0]
        if room == "pages" or path.stem.startswith("__") or not has_logic(path):
            continue
        mirror = ROOT / "tests" / (room if path.parent != APP else "")
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        tests = list(mirror.glob("test_*.py"))
        if not any(path.stem in test.stem or re.search(rf"\b{module}\b", test.read_text()) for test in tests):
            untested.append(module)
    assert untested == []


def test_repository_stays_small() -> None:
    sizes = {name_of(path): path.stat().st_size for path in project_files()}
    samples = sum(size for name, size in sizes.items() if name.startswith("sample_scans/"))

    assert [name for name, size in sizes.items() if size >= 16 * MEBIBYTE] == []
    assert samples < 10 * MEBIBYTE


def test_no_path_of_a_machine_is_left_behind() -> None:
    home = re.compile(r"(?<![\w./~-])/(?:home|mnt|root|tmp|Users|work)/\w|\b[A-Z]:\\\\?Users\\")
    left = []
    for path in project_files():
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        left += [f"{name_of(path)}:{number}" for number, line in enumerate(lines, 1) if home.search(line)]
    assert left == []


def test_page_opens_without_a_neural_network_library() -> None:
    """What pages import at the top must not import one either: that would hold the first picture up for seconds."""
    script = """
import pkgutil, sys
from importlib import import_module
import app.decision, app.evaluation, app.exports, app.imaging, app.model.checkpoint, app.viewer
for room in app.decision, app.evaluation, app.exports, app.imaging, app.viewer:
    for module in pkgutil.iter_modules(room.__path__, room.__name__ + "."):
        import_module(module.name)
print(*sorted({"jax", "keras", "tensorflow", "torch"} & sys.modules.keys()))
"""
    imported = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert imported.returncode == 0, imported.stderr
    assert imported.stdout.split() == []
