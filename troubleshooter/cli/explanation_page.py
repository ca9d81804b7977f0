"""The page for people about one explained thing, and the list of all things of a kind.

Decides: layout, and the words for keys. Must not know what is explained: a page is made of the values alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from troubleshooter.report.page import BLANK, Command, Paragraph, Part, Screen, Span, Tone, render
from troubleshooter.report.sections import INDENT, NESTED, heading, line, row, rows

ROWS = (
    "area",
    "stage",
    "stages",
    "hops",
    "severity",
    "prevalence",
    "status",
    "flags",
    "statuses",
    "derived_by",
    "known_as",
)
"""What is said in one line beside its label."""

TITLES = {
    "derived_by": "Told by",
    "known_as": "Known as",
    "prevalence": "How often",
    "when": "It holds when all of this is known",
    "unless": "One of these rules it out",
    "supports": "One of these confirms it",
    "because_of": "It may follow from",
    "do_not_believe_it": "When not to believe it",
    "does_not_prove": "It does not prove",
    "proves": "It proves",
    "follows_by": "It may follow by the derivations",
    "how": "How to find out",
    "example": "See it",
    "texts": "Texts that betray it",
    "causes": "Causes",
}
"""What a key is called; others are called what they are."""

VERBATIM = ("how", "example", "references")
"""What is typed or followed: never wrapped."""


def page_of(explanation: Mapping[str, Any], screen: Screen) -> str:
    """The page, without a newline at its end."""
    return render(_parts(explanation), screen)


def list_of(names: Mapping[str, str], screen: Screen) -> str:
    """One name a line with what it is, without a newline at its end."""
    column = min(max(map(len, names), default=0) + 2, screen.width // 2)
    return render(
        (
            Paragraph(spans=(Span(title),), lead=(Span(name, Tone.STRONG),), column=column)
            for name, title in names.items()
        ),
        screen,
    )


def _parts(explanation: Mapping[str, Any]) -> Iterator[Part]:
    name, title = explanation["name"], explanation["title"]
    yield line(Span(name, Tone.STRONG), Span(f" is a {explanation['kind']}", Tone.FAINT), indent=0)
    yield line(Span(title[:1].upper() + title[1:]))
    yield BLANK
    for key in ROWS:
        if isinstance(explanation.get(key), str):
            yield row(_title(key), Span(explanation[key]))
        elif explanation.get(key) and all(isinstance(one, str) for one in explanation[key]):
            yield from rows(_title(key), [", ".join(explanation[key])])
    for key, value in explanation.items():
        plainly = key in ROWS and not _is_titled(value)
        if value and not plainly and key not in ("kind", "name", "title"):
            yield from heading(_title(key))
            yield from _section(key, value)


def _title(key: str) -> str:
    return TITLES.get(key, key.replace("_", " ").capitalize())


def _is_titled(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(one, Mapping) for one in value)


def _section(key: str, value: Any) -> Iterator[Part]:
    if key in VERBATIM:
        yield from (Command(text=one, indent=INDENT) for one in ([value] if isinstance(value, str) else value))
    elif isinstance(value, str):
        yield line(Span(value))
    elif key == "why":
        for number, text in enumerate(value):
            yield from [BLANK] if number else []
            yield line(Span(text))
    else:
        for one in value:
            yield from _item(one)


def _item(one: Any) -> Iterator[Part]:
    """One of a list: a word, something with a title, a condition, a fix, a consequence."""
    bullet = Span("•", Tone.FAINT)
    match one:
        case {"any": alternatives}:
            yield line(Span("one of these:"), lead=bullet)
            for conjunction in alternatives:
                yield line(Span(" and ".join(map(_condition, conjunction))), indent=NESTED, lead=bullet)
        case {"fact": _, "meaning": meaning}:
            yield line(
                Span(_condition(one)), Span(f" ({meaning.rstrip('.')})" if meaning else "", Tone.FAINT), lead=bullet
            )
        case {"do": do, "risk": risk, "applicability": applicability}:
            yield line(Span(do), Span(f" ({applicability})", Tone.FAINT), lead=bullet)
            yield line(Span(f"risk: {risk}", Tone.FAINT), indent=NESTED)
        case {"cause": cause, "its": its, "our": our}:
            yield line(Span(cause), Span(f" (where its {its} is the {our} here)", Tone.FAINT), lead=bullet)
        case {"name": name, "title": title}:
            yield line(Span(name), Span(f": {title}" if title else "", Tone.FAINT), lead=bullet)
        case _:
            yield line(Span(str(one)), lead=bullet)


def _condition(one: Mapping[str, Any]) -> str:
    return f"{one['fact']} is {' or '.join(one['words'])}"
