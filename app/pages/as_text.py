"""Text that somebody else wrote, such as the name of a file, for the places where Streamlit reads Markdown.

There a name could draw a picture that the browser fetches from another server, which would then know that the scan was
opened; a link, a formula, or colour that makes a warning look like something else.
"""

import re

_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Controls, marks that turn the direction of writing, and halves of characters, which cannot be sent."""
_MARKUP = re.compile(r"[\\`*\[\]<$~#]|(?<![^\W_])_|_(?![^\W_])|&(?=[#\w])|^[-+>=]")
_JOINED = re.compile(r"^(?=\d+[.)])|(?<=:)(?=[\w+])|(?=://)|(?=@)|(?<=www)(?=\.)|(?<=[-<>~=])(?=[-=>])", re.IGNORECASE)
"""Numbered lists, emoji, links and arrows, which are known by letters: a character without width tells these apart."""
_JOINER = "\u2060"


def as_text(text: str) -> str:
    """Markdown that shows `text` as it is, in one line; what cannot be seen in it becomes a replacement character."""
    line = _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", " ".join(text.split()))
    return _MARKUP.sub(r"\\\g<0>", _JOINED.sub(_JOINER, line))
