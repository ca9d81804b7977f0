"""Which versions of Istio run: what `istioctl version` prints, and the `versions` file of a bug report.

Must not know which versions go together.

Sources: istio.io/istio/pkg/version/cobra.go (`client version`, `control plane version`, or `NAME version` for each
where they differ, `data plane version: 1.20.1 (3 proxies), ...`; as JSON `clientVersion`, `meshVersion`,
`dataPlaneVersion`); tools/bug-report/pkg/bugreport/bugreport.go (revisions with their versions, and those of proxies).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from troubleshooter.evidence.cleaning import MAX_LINE, MAX_TEXT, printable
from troubleshooter.evidence.envoy.nodes import word
from troubleshooter.evidence.istiod.values import Versions
from troubleshooter.evidence.kinds import Kind, json_map
from troubleshooter.evidence.page import Page
from troubleshooter.model import as_list, as_map

VERSION = re.compile(r"\b([0-9]{1,3}\.[0-9]{1,4}(?:\.[0-9]{1,4})?(?:-[\w.-]{1,60})?)")
_LINE = re.compile(r"(?P<who>[\w .:/-]{1,100}?) version: (?P<rest>.*)")
_COUNTED = re.compile(r"([0-9]{1,3}\.[\w.-]{1,60}) \([0-9]+ prox")
_REVISION = re.compile(r"Revision (?P<name>[\w.-]{0,100}): ?(?P<rest>.*)")
_CONTROL_PLANES = "The following Istio control plane revisions/versions were found"
_PROXIES = "The following proxy revisions/versions were found"


def _short(page: Page) -> Versions:
    planes: list[tuple[str, str]] = []
    proxies: list[tuple[str, str]] = []
    lines: dict[str, tuple[int, str]] = {}
    for number, raw in page.lines():
        text = printable(raw[:MAX_LINE]).strip()
        match = _LINE.fullmatch(text)
        if match is None or match["who"] == "client":
            continue
        if match["who"] == "data plane":
            found = [("", version) for version in _COUNTED.findall(match["rest"])]
            proxies += found
        else:
            version = VERSION.match(match["rest"])
            found = [("" if match["who"] == "control plane" else match["who"], version[1])] if version else []
            planes += found
        lines.update({version: (number, text[:MAX_TEXT]) for _, version in found})
    return Versions(control_planes=tuple(planes), proxies=tuple(proxies), lines=lines)


def _reported(page: Page) -> Versions:
    planes: list[tuple[str, str]] = []
    proxies: list[tuple[str, str]] = []
    lines: dict[str, tuple[int, str]] = {}
    for number, text, part, name, rest in _revisions(page):
        held = planes if part == _CONTROL_PLANES else proxies
        found = VERSION.findall(rest)
        held += [(name, version) for version in (found[:1] if held is planes else found)]
        lines.update(dict.fromkeys(found, (number, text[:MAX_TEXT])))
    return Versions(control_planes=tuple(planes), proxies=tuple(proxies), lines=lines)


def _revisions(page: Page) -> Iterator[tuple[int, str, str, str, str]]:
    """Number, text, part of the page, revision, and what is said of it: on its line or on those below."""
    part = name = ""
    for number, raw in page.lines():
        text = printable(raw[:MAX_LINE]).strip()
        if text.startswith((_CONTROL_PLANES, _PROXIES)):
            part, name = next(p for p in (_CONTROL_PLANES, _PROXIES) if text.startswith(p)), ""
            continue
        match = _REVISION.match(text)
        if match:
            name = match["name"]
        rest = match["rest"] if match else text
        if part and (match or name) and VERSION.search(rest):
            yield number, text, part, name, rest
            name = "" if part == _CONTROL_PLANES else name


def _as_json(page: Page) -> Versions:
    raw = json_map(page)
    mesh = (as_map(one) for one in as_list(raw.get("meshVersion")))
    planes = [(word(one.get("Revision")) or word(one.get("Component")), _version(one.get("Info"))) for one in mesh]
    proxies = (as_map(one) for one in as_list(raw.get("dataPlaneVersion")))
    return Versions(
        control_planes=tuple((name if len(planes) > 1 else "", version) for name, version in planes if version),
        proxies=tuple(("", found) for one in proxies if (found := word(one.get("IstioVersion")))),
    )


def _version(info: Any) -> str:
    return word(as_map(info).get("version"))


WORDS = "the versions that run (istioctl version)"

KINDS = (
    Kind(
        words=WORDS,
        fits=lambda page: page.looks_like_json and ('"meshVersion"' in page.text or '"dataPlaneVersion"' in page.head),
        read=_as_json,
    ),
    Kind(words="the versions that run (bug-report)", fits=lambda page: _CONTROL_PLANES in page.head, read=_reported),
    Kind(
        words=WORDS,
        fits=lambda page: "client version:" in page.head and " version: " in page.head,
        read=_short,
    ),
)
