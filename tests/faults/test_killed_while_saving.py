"""A process that is killed while it writes leaves the old file or the new one, and nothing that does harm."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.durable import PARTIAL

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(os.name != "posix", reason="processes are not forked here")

SETUP = """
from pathlib import Path
from app.durable import write_whole
folder = Path({folder!r})
for path in folder.iterdir():
    path.unlink()
if {earlier}:
    (folder / "p_mask.nii.gz").write_bytes(b"old" * 1000)
"""
ACTION = """write_whole(folder / "p_mask.nii.gz", b"new!" * 2000)"""
CHECK = """
target = folder / "p_mask.nii.gz"
content = target.read_bytes() if target.exists() else b"old" * 1000 if not {earlier} else b""
assert content in (b"old" * 1000, b"new!" * 2000), content[:20]
assert killed or target.read_bytes() == b"new!" * 2000
left = [path for path in folder.iterdir() if path != target]
assert len(left) <= killed and all(path.name.endswith({partial!r}) for path in left), left
write_whole(target, b"next")  # what was left does not stand in the way
assert target.read_bytes() == b"next"
"""

CHECKPOINT_SETUP = """
import hashlib, json, shutil
from dataclasses import replace
from pathlib import Path
from app.model import checkpoint
from app.model.serving import Serving
folder = Path({folder!r})
for path in folder.iterdir():
    path.unlink()
checkpoint.pack_network = lambda network: network
VALUES = dict(
    threshold=0.5, threshold_reason="", calibrations={{}}, serving=Serving(), recipe={{}}, training=(), validation=(),
    curves=[]
)
checkpoint.save_checkpoint(folder, b"old network", VALUES)
"""
CHECKPOINT_ACTION = """checkpoint.save_checkpoint(folder, b"new network", VALUES | dict(threshold=0.25))"""
CHECKPOINT_CHECK = """
card = checkpoint.load_card(folder)
network = checkpoint.read_network(folder, card)
assert (network, card.threshold) in ((b"old network", 0.5), (b"new network", 0.25)), (network, card.threshold)
assert killed or network == b"new network"
assert checkpoint.save_checkpoint(folder, b"next network", VALUES).threshold == 0.5
assert (folder / checkpoint.NETWORK).read_bytes() == b"next network"
others = {{path.name for path in folder.iterdir()}} - {{checkpoint.NETWORK, checkpoint.CARD}}
assert all(name.endswith({partial!r}) for name in others), others
"""


def kills(steps: str, *pieces: str, **values: object) -> int:
    """How many moments the action was killed at, after each of which the check was satisfied."""
    filled = [piece.format(**values, partial=PARTIAL) for piece in pieces]
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("killed.py")), steps, *filled],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.mark.parametrize("earlier", [True, False])
def test_an_export_is_old_or_new_at_every_step(tmp_path, earlier):
    assert kills("app/durable.py", SETUP, ACTION, CHECK, folder=str(tmp_path), earlier=earlier) > 10


def test_a_checkpoint_is_old_or_new_at_every_step(tmp_path):
    pieces = CHECKPOINT_SETUP, CHECKPOINT_ACTION, CHECKPOINT_CHECK
    assert kills("app/durable.py,app/model/checkpoint.py", *pieces, folder=str(tmp_path)) > 60


def test_one_that_is_killed_in_the_middle_of_its_bytes(tmp_path):
    """By the kernel, when the file has reached 1,000 bytes."""
    (tmp_path / "a.bin").write_bytes(b"old")
    script = f"""
import resource, signal
from pathlib import Path
from app.durable import write_whole
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
write_whole(Path({str(tmp_path / "a.bin")!r}), b"new" * 1000)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, timeout=60)
    assert done.returncode < 0
    assert (tmp_path / "a.bin").read_bytes() == b"old"
    (left,) = (path for path in tmp_path.iterdir() if path.name != "a.bin")
    assert left.name.endswith(PARTIAL) and left.stat().st_size == 1000
