"""All objects of a kind, page by page.

Decides: how a list goes on that has changed meanwhile, and that pods are cut while they are read. Must not know what is
done with the objects.

Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from troubleshooter.collect.cluster.connection import Connection
from troubleshooter.collect.cluster.failures import ClusterError, Why
from troubleshooter.collect.cluster.kinds import ReadKind
from troubleshooter.model import as_list, as_map


class Page(NamedTuple):
    """Objects as they came, each with its kind; when the server sent them; `torn` if the list has changed since its
    first page, so that something may be missing."""

    objects: list[dict[str, Any]]
    date: int | None
    torn: bool = False


def pages(connection: Connection, kind: ReadKind, namespace: str = "") -> Iterator[Page]:
    """The objects of a kind in a namespace, or in all.

    Raises:
        ClusterError: a page could not be read; those before it were given.
    """
    from troubleshooter.collect.trimming import Trimming

    query = {"limit": str(kind.page)} | ({"fieldSelector": kind.only} if kind.only else {})
    go_on, torn, again = "", False, True
    item = Trimming().read if kind.kind == "Pod" else None
    while True:
        try:
            answer = connection.get(kind.path(namespace), {**query, **({"continue": go_on} if go_on else {})})
        except ClusterError as error:
            if error.why is not Why.EXPIRED or not again:
                raise
            go_on, torn, again = error.go_on, True, False  # without a token the list begins anew
            continue
        told = _told(answer.body, item)
        found = [_with_kind(one, kind) for one in as_list(told.get("items")) if isinstance(one, dict)]
        yield Page(found, answer.date, torn)
        go_on = str(as_map(told.get("metadata")).get("continue") or "")
        if not go_on:
            return


def _told(body: bytes, item: Callable[[Any], Any] | None) -> Any:
    """A page, its items read by `item` if that is given."""
    from troubleshooter.collect import typed_json

    try:
        told = typed_json.read_list(body, item) if item else typed_json.read(body)
    except (ValueError, RecursionError):
        raise ClusterError(Why.DAMAGED) from None
    if not isinstance(told, dict) or "items" not in told:
        raise ClusterError(Why.DAMAGED, "it is no list")
    return told


def _with_kind(raw: dict[str, Any], kind: ReadKind) -> dict[str, Any]:
    """Items of a list carry neither kind nor version: the list says both."""
    raw.setdefault("apiVersion", kind.api_version)
    raw.setdefault("kind", kind.kind)
    return raw
