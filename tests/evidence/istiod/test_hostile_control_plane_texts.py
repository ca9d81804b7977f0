"""Whatever a text of the control plane looks like, it is read or named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evidence.damage import damaged
from tests.evidence.istiod.control_plane_texts import SAMPLES
from troubleshooter.evidence import take
from troubleshooter.evidence.istiod import KINDS
from troubleshooter.model import Exhibit


@pytest.mark.parametrize("name", SAMPLES)
@given(data=st.data())
def test_no_damage_raises(name: str, data: st.DataObject) -> None:
    """Whatever is cut off or put in, nothing is raised, and the text is read or named."""
    evidence = take([Exhibit(name="page", text=data.draw(damaged(SAMPLES[name])))])

    assert evidence or evidence.not_checked


@given(st.text())
def test_any_text(text: str) -> None:
    """No text is taken for one of the control plane and then raises."""
    evidence = take([Exhibit(name="page", text=text)], KINDS)

    assert evidence or evidence.not_checked


@pytest.mark.parametrize("name", SAMPLES)
def test_no_escape_survives(name: str) -> None:
    """An escape sequence in any text reaches no value."""
    evidence = take([Exhibit(name="page", text=SAMPLES[name].replace("web-1", "web-1\x1b]0;x\x07"))])

    assert "\\x1b" not in repr(evidence)
