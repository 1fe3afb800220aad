"""Whether this installation can do its work: one file for each thing that it stands on."""

from app.checks.finding import Finding
from app.checks.run import run_checks

__all__ = ["Finding", "run_checks"]
