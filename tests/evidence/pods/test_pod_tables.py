"""The table of pods, and what no text may do."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evidence.damage import damaged
from tests.evidence.pods.pod_texts import DATA, read, text_of
from troubleshooter.evidence import take
from troubleshooter.evidence.pods.pod_tables import PodRow, PodTable
from troubleshooter.model import Exhibit

SAMPLES = sorted(DATA.iterdir())


def test_the_rows() -> None:
    """Counts, status, restarts, address and node come out; what was not assigned is empty."""
    first, second = read(text_of("pods.txt"), PodTable).pods

    assert first == PodRow(
        namespace="shop",
        name="payments-6d5c9f7b8d-k2x9p",
        ready=1,
        containers=2,
        status="CrashLoopBackOff",
        restarts=4,
        address="10.244.0.17",
        node="node-1",
        line=2,
    )
    assert (second.ready, second.status, second.address) == (0, "Init:CrashLoopBackOff", "")


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
@given(data=st.data())
def test_no_damage_raises(sample: Path, data: st.DataObject) -> None:
    """A sample that is cut off, or has anything in its middle, is read or named, and no control character is kept."""
    found = take([Exhibit(name="text", text=data.draw(damaged(sample.read_text(encoding="utf-8"))))])

    assert found.readings or found.not_checked
    assert "\\x1b" not in repr(found.readings)


@given(st.text())
def test_no_text_raises(text: str) -> None:
    """Whatever is written is read or named."""
    found = take([Exhibit(name="text", text=text)])

    assert found.readings or found.not_checked
