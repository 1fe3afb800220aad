"""What every test shares."""

import os
import sys
from collections.abc import Iterator

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # read once, when TensorFlow is imported


@pytest.fixture(autouse=True)
def empty_caches() -> Iterator[None]:
    """Streamlit's caches belong to the process: without this, one AppTest would see what another one made."""
    yield
    if streamlit := sys.modules.get("streamlit"):
        streamlit.cache_data.clear()
        streamlit.cache_resource.clear()
