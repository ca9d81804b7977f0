"""What `istioctl analyze` prints is read as messages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evidence.damage import damaged
from tests.evidence.istioctl.analyses import JSON, NONE, OLD, SAMPLES, TEXT, YAML
from troubleshooter.evidence import take
from troubleshooter.evidence.istioctl.analysis import Analysis, Message
from troubleshooter.model import Exhibit


def _read(text: str) -> Analysis:
    (reading,) = take([Exhibit(name="page", text=text)]).of(Analysis)
    return reading.value


def test_a_message_in_text() -> None:
    """Level, code, object, words and line come out; the file that istioctl read is no part of the object."""
    assert _read(TEXT).messages[0] == Message(
        code="IST0101",
        level="Error",
        kind="VirtualService",
        name="shop/payments",
        text='Referenced host not found: "payments.shp"',
        line=1,
    )


def test_the_cluster_is_passed_over() -> None:
    """With several clusters the name of one stands before the object."""
    assert (_read(TEXT).messages[1].kind, _read(TEXT).messages[1].name) == ("Pod", "shop/web-1")


def test_what_follows_the_messages_is_none() -> None:
    """The sentence of its exit status is no message."""
    assert [one.code for one in _read(TEXT).messages] == ["IST0101", "IST0103", "IST0102"]


def test_old_words() -> None:
    """Older versions shortened the level, and wrote the namespace behind the name."""
    (message,) = _read(OLD).messages

    assert (message.level, message.name) == ("Warning", "shop.shop")


@pytest.mark.parametrize("text", [JSON, YAML], ids=["json", "yaml"])
def test_the_other_formats_say_the_same(text: str) -> None:
    """JSON and YAML have the same messages."""
    found = [(one.code, one.level, one.kind, one.name, one.text) for one in _read(text).messages]

    assert [
        ("IST0101", "Error", "VirtualService", "shop/payments", 'Referenced host not found: "payments.shp"'),
        ("IST0102", "Info", "Namespace", "dev", "The namespace is not enabled for Istio injection."),
    ] == found


@pytest.mark.parametrize(("text", "lines"), [(JSON, [3, 10]), (YAML, [1, 6])], ids=["json", "yaml"])
def test_where_a_message_stands(text: str, lines: list[int]) -> None:
    """A message is on the line of its code."""
    assert lines == [one.line for one in _read(text).messages]


def test_colours_are_passed_over() -> None:
    """On a terminal the level is coloured."""
    assert _read("\x1b[1;31mError\x1b[0m" + TEXT.removeprefix("Error")).messages[0].level == "Error"


def test_nothing_found() -> None:
    """That nothing was found is an analysis without messages."""
    assert Analysis() == _read(NONE)


def test_cut_off_json_is_named() -> None:
    """What is cut off is no analysis, and is named."""
    evidence = take([Exhibit(name="page", text=JSON[:300])])

    assert "it looks like what istioctl analyze found" in evidence.not_checked[0].why


@pytest.mark.parametrize("name", SAMPLES)
@given(data=st.data())
def test_no_damage_raises(name: str, data: st.DataObject) -> None:
    """Whatever is cut off or put in, nothing is raised, the text is read or named, and no escape is kept."""
    evidence = take([Exhibit(name="page", text=data.draw(damaged(SAMPLES[name])))])

    assert evidence or evidence.not_checked
    assert "\\x1b" not in repr(evidence.readings)
