"""What `explain` knows, as Markdown pages to read and to link to: a page a cause, one for all flags and details.

Decides layout. What is said is handed in as the values that `explain -o json` prints; what only a mesh can tell stands
there as `<name>`, which Markdown must not take for HTML.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

Explanation: TypeAlias = Mapping[str, Any]

WRITTEN = "<!-- Written from knowledge/ by `make golden`; change it there. -->"
MARKUP = str.maketrans({c: "\\" + c for c in "\\`*_[]|"} | {"<": "&lt;", "&": "&amp;"})

SECTIONS = (
    ("when", "It holds when all of this is known"),
    ("unless", "One of these rules it out"),
    ("supports", "One of these confirms it"),
)


def cause_page(cause: Explanation) -> str:
    """The page of one cause."""
    return _page(_cause(cause))


def flags_page(flags: Iterable[Explanation], details: Iterable[Explanation]) -> str:
    """The page of all response flags and details of an access log."""
    return _page(_log_words(flags, details))


def causes_index(areas: Mapping[str, Iterable[Explanation]]) -> str:
    """The list of all causes, by area."""
    return _page(_index(areas))


def trees_index(symptoms: Mapping[str, str]) -> str:
    """The list of all trees: symptom to its title."""
    return _page(_trees(symptoms))


def _page(lines: Iterable[str]) -> str:
    return "\n".join((WRITTEN, "", *lines)).rstrip() + "\n"


def _said(text: str) -> str:
    """A text of ours that Markdown leaves as it is."""
    return text.translate(MARKUP)


def _cause(cause: Explanation) -> Iterator[str]:
    yield from (f"# {cause['name']}", "", f"**{_said(cause['title'])}.**", "")
    yield from ("| area | stage | severity | how often | known as |", "|---|---|---|---|---|")
    known = ", ".join(cause.get("known_as", ())) or "-"
    yield f"| {cause['area']} | {', '.join(cause['stages'])} | {cause['severity']} | {cause['prevalence']} | {known} |"
    seen = ", ".join(_symptom(one) for one in cause.get("symptoms", ()))
    yield from ("", f"Seen as: {seen}.", "") if seen else ("",)
    yield from _titled("Why", ["\n\n".join(map(_said, cause["why"]))])
    for key, title in SECTIONS:
        yield from _titled(title, (line for one in cause.get(key, ()) for line in _condition(one)))
    yield from _titled("It may follow from", (_origin(one) for one in cause.get("because_of", ())))
    yield from _titled("Fixes, the best first", (_fix(one) for one in cause["fixes"]))
    yield from _titled("When not to believe it", (f"- {_said(text)}" for text in cause.get("do_not_believe_it", ())))
    yield from _titled("See it", [f"```console\n{cause['example']}\n```"] if cause.get("example") else [])
    yield from _titled("Sources", (f"- <{link}>" for link in cause["references"]))


def _titled(title: str, lines: Iterable[str]) -> Iterator[str]:
    """A section; none where it is about nothing."""
    held = list(lines)
    if held:
        yield from (f"## {title}", "", *held, "")


def _symptom(symptom: Explanation) -> str:
    return f"[{_said(symptom['title'])}](../trees/{symptom['name']}.svg)"


def _condition(one: Explanation, indent: str = "") -> Iterator[str]:
    if "any" not in one:
        meaning = f": {_said(one['meaning'])}" if one["meaning"] else ""
        yield f"{indent}- `{one['fact']}` is {' or '.join(one['words'])}{meaning}"
        return
    yield f"{indent}- one of these:"
    for alternative in one["any"]:
        yield f"{indent}  - " + " and ".join(f"`{c['fact']}` is {' or '.join(c['words'])}" for c in alternative)


def _origin(link: Explanation) -> str:
    return f"- [{link['cause']}]({link['cause']}.md), where its {link['its']} is the {link['our']} here"


def _fix(fix: Explanation) -> str:
    return f"- **{_said(fix['do'])}** ({fix['applicability']}). Risk: {_said(fix['risk'])}"


def _index(areas: Mapping[str, Iterable[Explanation]]) -> Iterator[str]:
    yield from ("# Causes", "", "What can be wrong, by area. Each is a folder in `knowledge/causes/`.", "")
    for area, causes in areas.items():
        yield from _titled(
            area.capitalize(), (f"- [{cause['name']}]({cause['name']}.md): {_said(cause['title'])}" for cause in causes)
        )


def _log_words(flags: Iterable[Explanation], details: Iterable[Explanation]) -> Iterator[str]:
    yield "# What an access log says"
    yield ""
    yield "Envoy's response flags and response code details: what they mean, and what they do and do not prove."
    yield ""
    for title, said in (("Response flags", flags), ("Response code details", details)):
        yield from _titled(title, (line for one in said for line in _log_word(one)))


def _log_word(word: Explanation) -> Iterator[str]:
    meaning = word.get("meaning", "")
    yield from (
        f"### {_said(word['name'])}",
        "",
        f"{_said(word['title'])}{'. ' if meaning else ''}{_said(meaning)}",
        "",
    )
    yield f"- Stage: {word['stage']}"
    yield f"- It proves: {_said(word['proves'])}"
    yield f"- It does not prove: {_said(word['does_not_prove'])}"
    causes = ", ".join(f"[{one['name']}](causes/{one['name']}.md)" for one in word.get("causes", ()))
    yield from [f"- Causes: {causes}"] if causes else []
    yield from (f"- Source: <{link}>" for link in word["references"])
    yield ""


def _trees(symptoms: Mapping[str, str]) -> Iterator[str]:
    yield from ("# Decision trees", "", "The questions of each symptom, as `troubleshoot tree SYMPTOM` draws them.", "")
    yield from (f"- [{_said(title)}]({name}.svg) (`{name}`)" for name, title in symptoms.items())
