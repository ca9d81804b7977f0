"""Texts are known by what stands in them."""

from __future__ import annotations

from dataclasses import dataclass

from troubleshooter.evidence import Kind, Page, Unreadable, take
from troubleshooter.model import Exhibit


@dataclass(frozen=True)
class Colours:
    names: tuple[str, ...]


def _colours(page: Page) -> Colours:
    if page.json is None:
        raise Unreadable("it is cut off")
    return Colours(tuple(page.json["colours"]))


COLOURS = Kind(words="a list of colours", fits=lambda page: '"colours"' in page.head, read=_colours)


def _given(*texts: str) -> list[Exhibit]:
    return [Exhibit(name=f"{n}.json", text=text, origin="here") for n, text in enumerate(texts)]


def test_a_text_is_read_as_what_it_is() -> None:
    """The value of a text is found by its type, with the name and origin of the text."""
    (reading,) = take(_given('{"colours": ["red"]}'), [COLOURS]).of(Colours)

    assert (reading.value, reading.name, reading.origin) == (Colours(("red",)), "0.json", "here")


def test_what_nobody_knows_is_named() -> None:
    """A text of no kind is named, and what to do; the others are used."""
    evidence = take(_given("once upon a time", '{"colours": []}'), [COLOURS])

    assert [one.what for one in evidence.not_checked] == ["0.json"]
    assert len(evidence.of(Colours)) == 1


def test_what_is_damaged_is_said() -> None:
    """A text of a known kind that cannot be read is named with what it looks like and why."""
    evidence = take(_given('{"colours": ["re'), [COLOURS])

    assert not evidence
    assert evidence.not_checked[0].why == "it looks like a list of colours, but it is cut off"


def test_errors_before_json_are_passed_over() -> None:
    """What a command wrote to standard error before the JSON does not hide it."""
    page = Page(Exhibit(name="dump", text='warning: 2 of 3\n{"colours": []}\n'))

    assert page.json == {"colours": []}


def test_deep_nesting_is_no_json() -> None:
    """A text that nests without end is no JSON, and nothing is raised."""
    assert Page(Exhibit(name="deep", text="[" * 200_000)).json is None


def test_the_error_of_a_command_is_quoted() -> None:
    """What it printed in place of a page says best why there is none."""
    (missing,) = take(_given('Error from server (Forbidden): pods "x" is forbidden.\n'), [COLOURS]).not_checked

    assert 'it holds the error of a command, and no page: Error from server (Forbidden): pods "x" is forbidden' == (
        missing.why
    )
