"""Words to choose from while somebody types: names of the knowledge base, of contexts, of a mesh.

Decides: where they come from, and that nobody waits for them. Of the knowledge base only names of files are read. What
a cluster or a file must tell is asked in a thread of its own and dropped after a moment.
"""

from __future__ import annotations

import argparse
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from troubleshooter.cli.completing import Word
from troubleshooter.cli.parsing import parse
from troubleshooter.model import Object

PATIENCE = 1.8
"""Seconds that somebody waits for a list of names at most."""
KINDS = {"Deployment": "deployment", "StatefulSet": "statefulset", "DaemonSet": "daemonset"}
_SCENARIO = re.compile(r"^ *- id: ([\w-]+)", re.MULTILINE)


def candidates(sort: str, words: Sequence[str]) -> Iterable[Word]:
    """All words of a sort, for a command line so far."""
    return _SORTS[sort](words)


def _causes(_words: Sequence[str]) -> Iterator[Word]:
    for folder in sorted(_knowledge().glob("causes/*/*/cause.yaml")):
        yield Word(folder.parent.name, folder.parents[1].name)


def _symptoms(_words: Sequence[str]) -> Iterator[Word]:
    yield from (Word(file.stem, "symptom") for file in sorted(_knowledge().glob("symptoms/*.yaml")))


def _names(words: Sequence[str]) -> Iterator[Word]:
    yield from _causes(words)
    yield from _symptoms(words)
    yield from (Word(file.stem, "concept") for file in sorted(_knowledge().glob("concepts/*.md")))


def _scenarios(_words: Sequence[str]) -> Iterator[Word]:
    for file in sorted(_knowledge().glob("lessons/*.yaml")):
        yield from (Word(name, file.stem) for name in _SCENARIO.findall(file.read_text(encoding="utf-8")))


def _knowledge() -> Path:
    from troubleshooter.collect.knowledge_home import default_knowledge

    return default_knowledge()


def _contexts(words: Sequence[str]) -> Iterator[Word]:
    from troubleshooter.collect.cluster.contexts import context_names

    yield from map(Word, context_names(_args(words).kubeconfig))


def _namespaces(words: Sequence[str]) -> Iterator[Word]:
    yield from (Word(name) for name in _spaces(_objects(words)))


def _spaces(objects: Iterable[Object]) -> list[str]:
    found = (one.name if one.kind == "Namespace" else one.namespace for one in objects)
    return sorted({name for name in found if name})


def _callers(words: Sequence[str]) -> Iterator[Word]:
    yield Word("outside", "a client outside the mesh")
    yield from _workloads(words)


def _workloads(words: Sequence[str]) -> Iterator[Word]:
    """`web`'s own namespace first; those of others as soon as their namespace is typed."""
    inside, slash, _ = words[-1].partition("/")
    objects = _objects(words, inside if slash and inside not in KINDS.values() else "")
    home = getattr(_args(words), "namespace", "") or "default"
    for one in objects:
        kind = KINDS.get(one.kind)
        if kind and one.namespace == home:
            yield Word(f"{kind}/{one.name}")
        if kind and slash and one.namespace == inside:
            yield Word(f"{inside}/{kind}/{one.name}")
    if not slash:
        yield from (Word(f"{name}/", "namespace") for name in _spaces(objects))


def _objects(words: Sequence[str], namespace: str = "") -> list[Object]:
    """Namespaces and workloads of the files or the cluster that is meant; none if that takes too long."""
    args = _args(words)
    files = getattr(args, "filename", [])
    if files:
        return _in_time(lambda: _of_files(files))
    space = namespace or getattr(args, "namespace", "") or "default"
    return _in_time(lambda: _of_cluster(args, space))


def _of_files(files: Sequence[str]) -> list[Object]:
    from troubleshooter.collect import read_inventory

    if any(name.rpartition("=")[2] == "-" for name in files):  # standard input is the terminal now
        return []
    return list(read_inventory(files, stdin=bytes).objects)


def _of_cluster(args: argparse.Namespace, namespace: str) -> list[Object]:
    """Namespaces, and the workloads of one."""
    from troubleshooter.collect.cluster.connection import Limits
    from troubleshooter.collect.cluster.contexts import connections
    from troubleshooter.collect.cluster.kinds import KUBERNETES, NAMESPACES
    from troubleshooter.collect.cluster.listing import pages

    if getattr(args, "offline", False):
        return []
    limits = Limits(silence=PATIENCE, whole=PATIENCE)
    connection, *_ = connections(args.context[:1], args.kubeconfig, limits)
    found: list[Object] = []
    for kind in (NAMESPACES, *(kind for kind in KUBERNETES if kind.kind in KINDS)):
        with suppress(Exception):  # what is not allowed is not offered
            page = next(pages(connection, kind, namespace if kind.namespaced else ""))
            found += [Object(raw=raw) for raw in page.objects]
    return found


def _in_time(read: Callable[[], list[Object]]) -> list[Object]:
    """What is read within the time that somebody waits; a thread that takes longer ends with the program."""
    found: list[Object] = []

    def work() -> None:
        with suppress(Exception):
            found.extend(read())

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    worker.join(PATIENCE)
    return list(found)


def _args(words: Sequence[str]) -> argparse.Namespace:
    """The flags that are typed so far, as far as they make sense."""
    from troubleshooter.cli.commands import COMMANDS

    name = words[0] if words and words[0] in COMMANDS else ""
    typed = list(words[1 if name else 0 : -1])
    for end in (len(typed), len(typed) - 1):  # the last one may be the flag whose value is typed now
        with suppress(Exception):
            return parse(name, typed[: max(end, 0)])
    return argparse.Namespace(filename=[], context=[], kubeconfig="", namespace="")


_SORTS: dict[str, Callable[[Sequence[str]], Iterable[Word]]] = {
    "callers": _callers,
    "causes": _causes,
    "contexts": _contexts,
    "names": _names,
    "namespaces": _namespaces,
    "scenarios": _scenarios,
    "symptoms": _symptoms,
    "workloads": _workloads,
}
