"""Sound files changed as no accident would: slices replaced, put in, taken out, repeated, and exchanged."""

import functools

from hypothesis import strategies as st
from sound_files import SOUND, sound

from app.imaging import ScanFile

_INTERESTING = (
    b"\0",
    b"\xff",
    b"\x7f\xff",
    b"\x80\0\0\0",
    b"\xff\xff\xff\xff",
    b"\0" * 8,
    b"\xff" * 16,
    b"-1",
    b"nan",
    b"\n",
)


@functools.cache
def sound_bytes(form: str) -> bytes:
    """The content of the sound file of a format."""
    return sound(form).data


@st.composite
def mutated(draw: st.DrawFn, form: str) -> ScanFile:
    """The sound file of a format after one to four changes."""
    data = bytearray(sound_bytes(form))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        end = min(at + draw(st.integers(0, 64)), len(data))
        match draw(st.sampled_from(("replace", "put in", "take out", "repeat", "exchange"))):
            case "replace":
                new = draw(st.sampled_from(_INTERESTING) | st.binary(min_size=1, max_size=16))
                data[at : at + len(new)] = new
            case "put in":
                data[at:at] = draw(st.sampled_from(_INTERESTING) | st.binary(min_size=1, max_size=64))
            case "take out":
                del data[at:end]
            case "repeat":
                data[at:at] = data[at:end] * draw(st.integers(1, 50))
            case "exchange":
                other = sound_bytes(draw(st.sampled_from(sorted(SOUND))))
                data[at:] = other[draw(st.integers(0, len(other))) :]
    return ScanFile(SOUND[form][0], bytes(data))
