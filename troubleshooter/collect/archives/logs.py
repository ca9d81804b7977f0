"""Logs of several containers in one text, as `kubectl cluster-info dump` prints them, and logs that are too long.

Decides: where a container's log begins and ends. Must not know what a line says.

Source: `printContainer` in kubernetes/kubectl pkg/cmd/clusterinfo/clusterinfo_dump.go. A log that does not end with a
line break has the closing mark on its last line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from troubleshooter.collect.archives.layouts import MESH_CONTAINERS
from troubleshooter.collect.errors import note
from troubleshooter.collect.text import SourceText, shown
from troubleshooter.model import Exhibit, NotChecked, Object

MARK = "==== START logs for container "
LONGEST = 8 * 2**20
"""So many characters of the end of a log are kept, and its beginning, by which its kind is known."""

_BEGINNING = 2**14
_START = re.compile(r"^==== START logs for container (\S+) of pod ([^\s/]+)/(\S+) ====\r?\n", re.MULTILINE)


def sections(text: str) -> Iterator[tuple[int, int, str, str]]:
    """From where to where each log stands in a text, marks included, its container, and its pod as NAMESPACE/NAME."""
    at = 0
    while found := _START.search(text, at):
        container, pod = found[1], f"{found[2]}/{found[3]}"
        closing = f"==== END logs for container {container} of pod {pod} ===="
        end = text.find(closing, found.end())
        following = _START.search(text, found.end()) if end < 0 else None
        at = end + len(closing) if end >= 0 else following.start() if following else len(text)
        yield found.start(), at, container, pod


def without_logs(source: SourceText) -> SourceText:
    """A text without the logs in it; what is left stands on the lines where it stood."""
    text = source.text
    if MARK not in text:
        return source
    kept: list[str] = []
    at = 0
    for start, end, _, _ in sections(text):
        kept += [text[at:start], "\n" * text.count("\n", start, end)]
        at = end
    return SourceText(source.name, "".join([*kept, text[at:]]))


def exhibits(name: str, text: str) -> Iterator[Exhibit]:
    """The logs of the mesh's own containers, each as if it were a member called NAMESPACE/POD/CONTAINER.log."""
    for start, end, container, pod in sections(text):
        if container in MESH_CONTAINERS:
            body = text[text.index("\n", start) + 1 : end].rpartition("==== END logs")[0] or text[start:end]
            yield Exhibit(name=f"{name}!{pod}/{container}.log", text=shortened(body), origin=f"{name}!{pod}", pod=pod)


def shortened(text: str) -> str:
    """A log without its middle, if it is too long; what is left stands on the lines where it stood."""
    if len(text) <= LONGEST + 2 * _BEGINNING:
        return text
    begin = text.rfind("\n", 0, _BEGINNING) + 1
    end = text.find("\n", len(text) - LONGEST) + 1 or len(text)
    return text[:begin] + "\n" * text.count("\n", begin, end) + text[end:]


def no_configuration(name: str, objects: Iterable[Object]) -> Iterator[NotChecked]:
    """What is to be said of a dump that holds no object of Istio: `kubectl cluster-info dump` never asks for any, and a
    support bundle only where it may."""
    if not any(thing.group.endswith("istio.io") for thing in objects):
        why = "there is no object of Istio in it (VirtualService and so on), so what they say is not known"
        yield note(shown(name), why, "Add them: `kubectl get istio-io -A -o yaml`")
