"""What every test shares."""

import os
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # read once, when TensorFlow is imported
_data = tempfile.TemporaryDirectory(prefix="gliolens-tests-")  # never the records of whoever runs the tests
os.environ["GLIOLENS_DATA"] = _data.name
os.environ.pop("GLIOLENS_DATABASE_URL", None)

pytest_plugins = ["tests.records_fixtures"]  # `records` and what it is made of
