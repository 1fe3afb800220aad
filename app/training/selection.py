"""Which cases of a data set are meant, named in a file."""

import json
from pathlib import Path

from app.errors import InputError


def read_selection(file: Path, dataset: str) -> list[str]:
    """The names of the cases of one data set that a file lists, each once, in its order.

    Args:
        file: either one case a line, as `Brats18_2013_2_1` or `brats/Brats18_2013_2_1`; or a `.json` split, whose
            "validation" lists such keys.
        dataset: a key of `DATASETS`; keys of other data sets are passed over.

    Raises:
        InputError: the file cannot be read, or names no case of the data set.
    """
    try:
        text = file.read_text(encoding="utf-8")
        entries = json.loads(text)["validation"] if file.suffix == ".json" else text.split("\n")
        keys = [entry.strip() for entry in entries]
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}.") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(
            f"{file} is no list of cases; give one case a line, or a split in JSON with its cases under 'validation'."
        ) from error
    names = [key.removeprefix(f"{dataset}/") for key in keys if key and key.partition("/")[0] in (key, dataset)]
    if not names:
        raise InputError(f"{file} names no case of {dataset}; its keys begin with '{dataset}/', or with no data set.")
    return list(dict.fromkeys(names))
