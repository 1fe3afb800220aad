"""A sound file of each format, cut off at every hundredth: it is refused by name, or nothing of the scan was lost."""

import numpy as np
import pytest
from case import ADVICE, outcome
from sound_files import SOUND, sound

from app.errors import InputError
from app.imaging import ScanFile
from app.study import Study


@pytest.mark.parametrize("form", SOUND)
def test_a_file_that_was_cut_off_is_refused_or_whole(form: str) -> None:
    file = sound(form)
    whole = outcome([file])
    assert isinstance(whole, Study), whole
    refused = 0
    for percent in range(100):
        cut = outcome([ScanFile(file.name, file.data[: len(file.data) * percent // 100])])
        if isinstance(cut, InputError):
            refused += 1
            assert file.name in str(cut) and str(cut).isprintable(), (percent, cut)
            assert any(verb in str(cut).lower() for verb in ADVICE), (percent, cut)
        else:
            for sequence, volume in whole.images.items():
                np.testing.assert_array_equal(cut.images[sequence], volume, f"{form} cut at {percent} %")
    assert refused >= 60
