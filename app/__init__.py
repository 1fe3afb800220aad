"""Gliolens: a second reader for brain-tumour MRI. Research and demonstration only, never for clinical use."""

import os

VERSION = "0.1.0"
"""As in pyproject.toml; a test compares."""

NOTICE = "Research and demonstration only. Not for clinical use."
"""Stands on every page and under every result of the command line."""

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
