import pytest

from app.errors import InputError
from app.model import precision
from app.model.precision import PRECISION, Precision, chosen_precision, has_amx


@pytest.fixture
def processor(monkeypatch, tmp_path):
    """Writes what the system says of its processor."""
    path = tmp_path / "cpuinfo"
    monkeypatch.setattr(precision, "_PROCESSOR", path)
    monkeypatch.setattr("platform.system", lambda: "Linux")
    return path


@pytest.mark.parametrize(
    ("told", "amx"),
    [
        ("flags\t\t: fpu avx512_bf16 amx_bf16 amx_tile\n", True),
        ("flags\t\t: fpu avx512_bf16 amx_tile\n", False),
        ("model name\t: amx_bf16\nflags\t\t: fpu amx_bf16x\n", False),
        ("", False),
    ],
)
def test_bfloat16_where_the_processor_has_amx(processor, told, amx):
    processor.write_text(told)
    assert has_amx() is amx
    assert chosen_precision({}) == (Precision.BFLOAT16 if amx else Precision.FLOAT32)
    assert chosen_precision({PRECISION: " Auto "}) == chosen_precision({})
    assert chosen_precision({PRECISION: "float32"}) == Precision.FLOAT32
    assert chosen_precision({PRECISION: "BFLOAT16"}) == Precision.BFLOAT16


def test_a_system_that_says_nothing_of_its_processor(processor, monkeypatch):
    assert not has_amx()
    processor.write_text("flags : amx_bf16")
    assert has_amx()
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    assert not has_amx()


def test_another_precision_is_refused():
    with pytest.raises(InputError, match=r"GLIOLENS_PRECISION is 'float16'\. Set it to auto, float32 or bfloat16"):
        chosen_precision({PRECISION: "float16"})
