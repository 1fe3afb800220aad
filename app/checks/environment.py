"""Python, its packages, the server's settings, the decoders of DICOM, and memory."""

import ipaddress
import os
import platform
import sys
import tomllib
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from app.checks.finding import Finding

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ROOT / "requirements.txt"
SETTINGS = ROOT / ".streamlit" / "config.toml"
OLDEST, TOO_NEW = (3, 11), (3, 14)
LEAST_MEMORY = 3 * 2**30
"""Bytes: the network and TensorFlow take one, a study of the largest size and its result the rest."""
SYNTAXES = (
    "JPEGBaseline8Bit", "JPEGExtended12Bit", "JPEGLossless", "JPEGLosslessSV1", "JPEGLSLossless", "JPEGLSNearLossless",
    "JPEG2000Lossless", "JPEG2000", "HTJ2KLossless", "HTJ2KLosslessRPCL", "HTJ2K", "RLELossless",
)  # fmt: skip
"""Compressed transfer syntaxes of DICOM, as pydicom calls them."""
SAFE: Mapping[str, object] = {"enableCORS": True, "enableXsrfProtection": True, "enableAgentApi": False}
"""What must stand under [server]."""


def python(running: tuple[int, int] = sys.version_info[:2]) -> Finding:
    """Whether this Python is one that Gliolens is made for."""
    said = f"Python {platform.python_version()} on {platform.system()}"
    if OLDEST <= running < TOO_NEW:
        return Finding(True, said)
    return Finding(False, said, "Make the environment with Python 3.11, 3.12 or 3.13.")


def packages(requirements: Path = REQUIREMENTS) -> Finding:
    """Whether every package is there in the version that is pinned."""
    pins = [line.split("#")[0].strip() for line in requirements.read_text(encoding="utf-8").splitlines()]
    pinned = dict(pin.split("==") for pin in pins if "==" in pin)
    wrong = [
        f"{name} is {found or 'missing'}, not {wanted}"
        for name, wanted in pinned.items()
        if (found := _version(name.split("[")[0])) != wanted  # psycopg[binary]
    ]
    if wrong:
        return Finding(False, "; ".join(wrong), f"Run pip install -r {requirements.name}.")
    return Finding(True, f"{len(pinned)} packages as {requirements.name} pins them")


def settings(config: Path = SETTINGS, environ: Mapping[str, str] = os.environ) -> Finding:
    """Whether the server listens on this machine alone and refuses what other sites send."""
    server: dict[str, Any] = tomllib.loads(config.read_text(encoding="utf-8")).get("server", {})
    values = {name: environ.get(_variable(name), server.get(name)) for name in (*SAFE, "address", "allowedHosts")}
    wrong = [name for name, wanted in SAFE.items() if str(values[name]).lower() != str(wanted).lower()]
    if not is_loopback(str(values["address"])):
        wrong.append("address")
    if not values["allowedHosts"] or "*" in values["allowedHosts"]:
        wrong.append("allowedHosts")
    if wrong:
        told = ", ".join(f"server.{name} is {values[name]}" for name in wrong)
        return Finding(False, told, "Set them back, or put a proxy with sign-in and TLS in front: see SECURITY.md.")
    return Finding(True, f"the server listens on {values['address']} alone, with XSRF and CORS protection")


def decoders(syntaxes: tuple[str, ...] = SYNTAXES) -> Finding:
    """Whether DICOM can be decoded whatever it was compressed with."""
    from pydicom import uid
    from pydicom.pixels.decoders.base import get_decoder

    missing = [name for name in syntaxes if not get_decoder(getattr(uid, name)).is_available]
    if missing:
        return Finding(False, f"no decoder for {', '.join(missing)}", f"Run pip install -r {REQUIREMENTS.name}.")
    return Finding(True, f"{len(syntaxes)} compressed transfer syntaxes of DICOM")


def memory(least: int = LEAST_MEMORY) -> Finding:
    """Whether there is memory for the network and a study."""
    import psutil

    free = psutil.virtual_memory().available
    said = f"{free / 2**30:.1f} GiB of memory are free"
    return (
        Finding(True, said) if free >= least else Finding(False, said, f"End programs until {least / 2**30:.0f} are.")
    )


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _variable(name: str) -> str:
    """Streamlit's environment variable for a setting of the server: STREAMLIT_SERVER_ENABLE_CORS."""
    words = "".join(f"_{c}" if c.isupper() and not name[i - 1].isupper() else c for i, c in enumerate(name))
    return f"STREAMLIT_SERVER_{words.upper()}"


def is_loopback(address: str) -> bool:
    """Whether only this machine reaches a server there; a name other than localhost may lead elsewhere."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"
