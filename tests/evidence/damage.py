"""Texts that are damaged: a part is cut off or there twice, and something stands in its place."""

from __future__ import annotations

from hypothesis import strategies as st

MOST_PUT_IN = 40


@st.composite
def damaged(draw: st.DrawFn, text: str) -> str:
    """The text up to some place, anything, and the text from some other place on."""
    until, since = draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))
    return text[:until] + draw(st.text(max_size=MOST_PUT_IN)) + text[since:]
