"""What `istioctl proxy-status POD` prints: whether a proxy has what istiod has for it.

Decides: which parts match, and which named pieces istiod has that the proxy has not. Must not know which of them a
request needs, or why one is missing.
Sources: istioctl/pkg/writer/compare in istio/istio (`--- Istiod Clusters` and `+++ Envoy Clusters` above a unified
diff, or `Clusters Match`; the same for listeners and routes). Before 1.8 istiod was called Pilot; from some version on
`Don't Match` stands above a diff of listeners or routes; what is said after the routes is when they last came.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from troubleshooter.evidence.cleaning import MAX_FIELD, MAX_LINE, MAX_TEXT, printable
from troubleshooter.evidence.kinds import Kind
from troubleshooter.evidence.page import Page

MAX_NAMES = 5_000
"""So many names are kept of what is missing of one type."""

TYPES = {"Clusters": "CDS", "Listeners": "LDS", "Routes": "RDS"}

_PART = "|".join(TYPES)
_MATCH = re.compile(rf"(?P<part>{_PART}) (?P<word>Match|Don't Match)(?: \(.*)?")
_ISTIOD = re.compile(rf"--- (?:Istiod|Pilot) (?P<part>{_PART})\s*")
_NAME = re.compile(r'(?P<side>[-+ ])\s*"name": +"(?P<name>[^"\\]{1,900})",?\s*')


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A piece that istiod has and the proxy has not: its name, and where the diff shows it."""

    name: str
    line: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One type of configuration (`CDS LDS RDS`): whether both have the same, which named pieces the proxy lacks, and
    where the part begins."""

    type: str
    matches: bool
    missing: tuple[Missing, ...] = ()
    line: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The parts of a proxy's configuration that were compared, in their order."""

    parts: tuple[Part, ...]


def _read(page: Page) -> Comparison:
    lines = [(number, printable(line[:MAX_LINE])) for number, line in page.lines()]
    return Comparison(parts=tuple(_parts(lines)))


def _parts(lines: Sequence[tuple[int, str]]) -> Iterator[Part]:
    marks = [at for at, (_, line) in enumerate(lines) if _begins(line)]
    for at, end in zip(marks, [*marks[1:], len(lines)], strict=True):
        number, line = lines[at]
        match, begin = _MATCH.fullmatch(line.strip()), _ISTIOD.fullmatch(line)
        if match is not None and match["word"] == "Match":
            yield Part(type=TYPES[match["part"]], matches=True, line=number, text=line.strip()[:MAX_TEXT])
        elif begin is not None:
            missing = tuple(_missing(lines[at + 1 : end]))[:MAX_NAMES]
            yield Part(type=TYPES[begin["part"]], matches=False, missing=missing, line=number, text=line[:MAX_TEXT])


def _begins(line: str) -> bool:
    return _MATCH.fullmatch(line.strip()) is not None or _ISTIOD.fullmatch(line) is not None


def _missing(lines: Sequence[tuple[int, str]]) -> list[Missing]:
    """The names on lines of istiod's side that stand on no other line of the diff: one that does was only moved."""
    own: dict[str, Missing] = {}
    others: set[str] = set()
    for number, line in lines:
        name = _NAME.fullmatch(line)
        if name is not None and name["side"] == "-":
            own.setdefault(name["name"], Missing(name=name["name"], line=number, text=line[:MAX_FIELD]))
        elif name is not None:
            others.add(name["name"])
    return [one for one in own.values() if one.name not in others]


def _fits(page: Page) -> bool:
    return any(_begins(line) for line in page.head.splitlines())


KINDS = (
    Kind(words="a comparison of a proxy with istiod (istioctl proxy-status POD)", fits=_fits, read=_read),
)  # fmt: skip
