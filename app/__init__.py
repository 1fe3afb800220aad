"""Gliolens: a second reader for brain-tumour MRI. Research and demonstration only, never for clinical use."""

import os

NOTICE = "Research and demonstration only. Not for clinical use."
"""Stands on every page and under every result of the command line."""

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
