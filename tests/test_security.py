"""What SECURITY.md promises of the code, without a server; `tests/faults/test_server.py` asks a real one."""

import ast
from pathlib import Path

import pytest

from app.errors import InputError
from app.exports import save
from app.exports.file_name import safe_name
from app.imaging import ScanFile, inspect

ROOT = Path(__file__).parent.parent
MODULES = [*sorted((ROOT / "app").rglob("*.py")), ROOT / "streamlit_app.py"]
FORBIDDEN_MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "marshal", "shelve", "joblib", "torch", "yaml", "pty"}
FORBIDDEN_NAMES = {"eval", "exec", "compile", "__import__", "input"}
FORBIDDEN_CALLS = {
    "os.system", "os.popen", "os.execv", "os.execvp", "os.spawnv", "os.spawnvp", "os.startfile", "yaml.load",
    "tempfile.mktemp", "subprocess.getoutput", "subprocess.getstatusoutput", "torch.load", "builtins.eval",
    "builtins.exec", "keras.config.enable_unsafe_deserialization", "keras.utils.get_custom_objects",
}  # fmt: skip
LOADERS = {"load_model", "load_weights", "model_from_json", "unpack_network", "enable_unsafe_deserialization"}
MAY_LOAD = {"app/model/checkpoint.py", "app/model/network_file.py"}
NAMES = [
    "../../etc/passwd",
    "/etc/passwd",
    "..\\..\\Windows\\System32\\x",
    "C:\\x",
    "C:x",
    "\\\\server\\share\\x",
    "file:///etc/passwd",
    "a\x00b",
    "a\nb\r\nc",
    "n" * 5000,
    "é" * 5000,
    "mask\u202egnp.exe",
    "\u200e\u200f\u2066x\u2069",
    ".",
    "..",
    "...",
    "",
    " ",
    "~root/x",
    "$(touch x)`touch y`;touch z|x",
    "-rf",
    "--out=/etc",
    "CON",
    "nul.nii.gz",
    "%2e%2e%2fx",
    "x/../../y",
    "\ud800",
    "<script>alert(1)</script>",
]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def dotted(node: ast.expr) -> str:
    """`os.system` of the expression that says so; else nothing."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def is_true(call: ast.Call, argument: str) -> bool:
    return any(
        keyword.arg == argument and not (isinstance(keyword.value, ast.Constant) and keyword.value.value is False)
        for keyword in call.keywords
    )


def faults_of(tree: ast.AST) -> list[tuple[int, str]]:
    """Line and name of whatever could run data as code."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(node.lineno, a.name) for a in node.names if a.name.split(".")[0] in FORBIDDEN_MODULES]
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            found += [(node.lineno, module)] if module.split(".")[0] in FORBIDDEN_MODULES else []
            found += [(node.lineno, a.name) for a in node.names if f"{module}.{a.name}" in FORBIDDEN_CALLS]
        elif isinstance(node, ast.Call):
            name = dotted(node.func)
            bad = name in FORBIDDEN_NAMES | FORBIDDEN_CALLS
            bad |= any(is_true(node, argument) for argument in ("shell", "allow_pickle"))
            bad |= name.endswith("load_model") and any(
                k.arg == "safe_mode" and not (isinstance(k.value, ast.Constant) and k.value.value is True)
                for k in node.keywords
            )
            found += [(node.lineno, name)] if bad else []
    return found


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from joblib import load",
        "import torch.nn",
        "eval(x)",
        "import os\nos.system(x)",
        "from os import system",
        "np.load(f, allow_pickle=True)",
        "np.load(f, allow_pickle=maybe)",
        "subprocess.run(x, shell=True)",
        "keras.saving.load_model(x, safe_mode=False)",
        "compile(x, '', 'exec')",
    ],
)
def test_the_search_finds(code):
    assert faults_of(ast.parse(code))


@pytest.mark.parametrize(
    "code", ["re.compile(x)", "model.compile(x)", "np.load(f)", "np.load(f, allow_pickle=False)", "subprocess.run([x])"]
)
def test_the_search_lets_pass(code):
    assert faults_of(ast.parse(code)) == []


def test_no_data_is_ever_run_as_code():
    found = []
    for path in MODULES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found += [f"{name_of(path)}:{line} {name}" for line, name in faults_of(tree)]
    assert found == []


def test_networks_are_loaded_in_one_place_alone():
    """Besides training, which loads what it wrote itself, and which no page imports."""
    found = set()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = isinstance(node, ast.Call) and dotted(node.func).split(".")[-1] in LOADERS
            if called and "training" not in path.parts:
                found.add(name_of(path))
    assert found == MAY_LOAD


@pytest.mark.parametrize("name", ["network.keras", "network.h5", "network.pb", "scan_flair.nii.gz", "scan_flair.png"])
@pytest.mark.parametrize(
    "content",
    [
        (ROOT / "checkpoints" / "gliolens.keras").read_bytes(),
        b"\x89HDF\r\n\x1a\n" + bytes(1000),
        b"\x08\x01\x12\xd4\x07\n\x0eserving_default" + bytes(1000),
    ],
    ids=["keras", "hdf5", "saved model"],
)
def test_a_network_is_never_taken_for_a_scan(name, content, monkeypatch):
    monkeypatch.setattr("app.model.checkpoint.unpack_network", lambda _: pytest.fail("it was loaded"))
    with pytest.raises(InputError) as refused:
        inspect([ScanFile(name, content)])
    assert name in str(refused.value) and len(str(refused.value)) < 400


@pytest.mark.parametrize("name", NAMES)
def test_no_name_leads_out_of_the_folder(name, tmp_path):
    """Whatever a study is called, its exports lie in the folder that was named, and every system takes their names."""
    out = tmp_path / "deep" / "er" / "out"
    out.mkdir(parents=True)
    made = f"{safe_name(name)}_mask.nii.gz"
    save(out, made, b"mask")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [out / made]
    assert made.isprintable() and len(made.encode()) <= 255 and not made.startswith((".", "-"))
    assert not set(made) & set('/\\:*?"<>|$`;~')
    assert made.split(".")[0].lower() not in ("con", "nul")  # devices on Windows, whatever the ending


@pytest.mark.parametrize("name", [name for name in NAMES if "\x00" not in name])
def test_a_name_is_never_opened(name, monkeypatch):
    """What is uploaded is read from memory: its name is for people."""
    monkeypatch.setattr("builtins.open", lambda *_, **__: pytest.fail("a file was opened"))
    monkeypatch.setattr(Path, "open", lambda *_, **__: pytest.fail("a file was opened"))
    with pytest.raises(InputError):
        inspect([ScanFile(name, b"these are not voxels")])
