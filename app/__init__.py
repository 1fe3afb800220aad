"""Gliolens: a second reader for brain-tumour MRI. Research and demonstration only, never for clinical use."""

import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
