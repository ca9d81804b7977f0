"""What people paste (pasted_texts.yaml), what it is taken for, and what is read off it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from troubleshooter.cli.knowledge import read_rulebook
from troubleshooter.consult.pasted import Pasted, read_pasted
from troubleshooter.evidence import take
from troubleshooter.rulebook import Rulebook

TEXTS: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "pasted_texts.yaml").read_text(encoding="utf-8"))


@cache
def book() -> Rulebook:
    """The knowledge base that comes along: the symptoms of these texts stand there."""
    return read_rulebook(())


def read(text: str) -> Pasted:
    """Everything in a text."""
    return read_pasted(book(), text)


@pytest.mark.parametrize("row", TEXTS, ids=[row["name"] for row in TEXTS])
def test_what_it_is_taken_for(row: dict[str, Any]) -> None:
    """Each piece is called what it is, in a sentence; what nobody knows is left out and named."""
    found = read(row["text"])

    assert len(row["taken"]) == len(found.taken), found.taken
    assert [] == [said for said, words in zip(found.taken, row["taken"], strict=True) if words not in said]
    assert row.get("left_out", 0) == len(found.unknown)


@pytest.mark.parametrize("row", TEXTS, ids=[row["name"] for row in TEXTS])
def test_what_is_read_off_it(row: dict[str, Any]) -> None:
    """The symptom that it betrays, the request and who sent it."""
    found = read(row["text"])
    symptoms = row.get("symptoms", [row["symptom"]] if "symptom" in row else [])

    assert symptoms == [s.id for s in found.symptoms]
    assert (row.get("to", ""), row.get("method", "GET")) == (found.to, found.method)
    assert row.get("from", "") == found.source


@pytest.mark.parametrize("row", TEXTS, ids=[row["name"] for row in TEXTS])
def test_what_is_there_to_look_at(row: dict[str, Any]) -> None:
    """Objects, pages of a proxy and failed lines of a log."""
    found = read(row["text"])
    evidence = take(found.exhibits)

    assert row.get("objects", 0) == len(found.objects)
    assert row.get("pages", []) == [value.__name__ for value in evidence.readings]
    assert row.get("damaged", 0) == len(evidence.not_checked)
    assert row.get("failed") == (found.log.failed if found.log else None)


SESSION = next(row["text"] for row in TEXTS if row["name"] == "a shell session of several commands")


def test_log_lines_keep_their_numbers() -> None:
    """A line of a log in a longer text is found again by its number."""
    log = read(SESSION).log

    assert log is not None
    assert [SESSION.splitlines().index(line) + 1 for line in SESSION.splitlines() if "503 UH" in line] == [
        group.example.line for group in log.groups
    ]


@given(st.text() | st.lists(st.sampled_from(SESSION.splitlines())).map("\n".join))
@settings(max_examples=150, deadline=None)
def test_any_text(text: str) -> None:
    """Whatever is pasted, it is read or left out, and never an error."""
    found = read(text)

    assert found.useful or not found.taken


@given(st.integers(0, len(SESSION)), st.integers(0, len(SESSION)))
@settings(max_examples=60, deadline=None)
def test_any_cut(begin: int, end: int) -> None:
    """A session that was copied in part is read in part."""
    found = read(SESSION[begin:end])

    assert found.useful or not found.taken
