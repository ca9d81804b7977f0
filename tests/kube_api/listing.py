"""Reading: one object, or a list in pages, each as itself, as metadata alone, or as a table.

Decides what a page holds and where the next begins. A `continue` token names the last key, as the real one does.

Facts: https://kubernetes.io/docs/reference/using-api/api-concepts/ ("Retrieving large results sets in chunks",
"Receiving resources as Tables"), `k8s.io/apiserver/pkg/storage/continue.go`.
"""

from __future__ import annotations

import base64
import itertools
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.kube_api import selectors, tables
from tests.kube_api.kinds import Resource
from tests.kube_api.messages import JSON, Call, Json, Refused, Reply, Target, encoded, not_found
from tests.kube_api.store import Store, Stored

Item = Callable[[Stored], bytes]


def token(version: int, last: str) -> str:
    """Where the next page begins. -1: the list goes on with what is there now, though it began with an older state."""
    text = json.dumps({"v": "meta.k8s.io/v1", "rv": version, "start": last})
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def last_key(text: str) -> str:
    """The key that a token ends behind. Raises Refused (400) for what is no token."""
    try:
        start: str = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))["start"]
    except (ValueError, KeyError, TypeError) as wrong:
        raise Refused(400, f"continue key is not valid: {wrong}") from wrong
    return start


def expired(text: str) -> Refused:
    """What is answered when the state of the first page is gone: 410, and a token to go on inconsistently."""
    message = (
        "The provided continue parameter is too old to display a consistent list result. You can start a new list "
        "without the continue parameter, or use the continue token in this response to retrieve the remainder of the "
        "results. Continuing with the provided token results in an inconsistent list - objects that were created, "
        "modified, or deleted between the time the first chunk was returned and now may show up in the list."
    )
    return Refused(410, message, metadata={"continue": token(-1, last_key(text))} if text else {})


@dataclass(frozen=True, slots=True)
class Form:
    """How the answer is written: `kind` is "", PartialObjectMetadata or Table, in `version` of meta.k8s.io."""

    kind: str = ""
    version: str = "v1"

    @property
    def content_type(self) -> str:
        return f"{JSON};as={self.kind};v={self.version};g=meta.k8s.io" if self.kind else JSON


def form_of(accept: str) -> Form:
    """The first form of an Accept header that is spoken here. Raises Refused (406) where there is none."""
    for part in filter(None, (p.strip() for p in accept.split(","))):
        media, *rest = (p.strip() for p in part.split(";"))
        given = dict(p.split("=", 1) for p in rest if "=" in p)
        kind = given.get("as", "").removesuffix("List")
        if media in (JSON, "*/*", "application/*") and kind in ("", "PartialObjectMetadata", "Table"):
            return Form(kind, given.get("v", "v1"))
    if accept:
        raise Refused(406, f"only the following media types are accepted: {JSON}")
    return Form()


def one(store: Store, resource: Resource, call: Call, target: Target) -> Reply:
    """A single object."""
    stored = store.get(resource, target.namespace, target.name)
    if stored is None:
        raise not_found(target)
    form = form_of(call.accept)
    if form.kind == "Table":
        return Reply(body=_table(call, resource, [stored], stored.object["metadata"], form), kind=form.content_type)
    if form.kind:
        return Reply(body=encoded(_partial(stored.object, form)), kind=form.content_type)
    return Reply(body=stored.full(resource, target.version))


def many(store: Store, resource: Resource, call: Call, target: Target) -> Reply:
    """A page of a list."""
    limit, go_on = _paging(call)
    keeps = _kept(call, target)
    within = f"{target.namespace}/" if target.namespace else ""
    start = last_key(go_on) if go_on else ""
    rows: Iterator[tuple[str, Stored]] = store.shelf(resource).after(start, within)
    if keeps:
        rows = (row for row in rows if keeps(row[1].object))
    page = list(itertools.islice(rows, limit))
    metadata: Json = {"resourceVersion": str(store.version)}
    if limit and len(page) == limit:
        left = sum(1 for _ in rows)
        if left:
            # With a selector the real server does not know how many are left.
            metadata |= {"continue": token(store.version, page[-1][0])} | (
                {} if keeps else {"remainingItemCount": left}
            )
    return _page(call, resource, target, [stored for _, stored in page], metadata)


def _paging(call: Call) -> tuple[int | None, str]:
    """How many, and behind what. A list "at any version" comes from the watch cache, which knows no pages."""
    text = call.first("limit", "0")
    if not re.fullmatch(r"\d+", text):
        raise Refused(400, f"strconv.ParseInt: parsing {json.dumps(text)}: invalid syntax")
    go_on = call.first("continue")
    if call.first("resourceVersion") == "0" and not go_on:
        return None, ""
    return int(text) or None, go_on


def _kept(call: Call, target: Target) -> selectors.Keeps | None:
    by_label, by_field = call.first("labelSelector"), call.first("fieldSelector")
    if not by_label and not by_field:
        return None
    holds, fits = selectors.labels(by_label), selectors.fields(by_field, target.resource)
    return lambda each: holds(each) and fits(each)


def _page(call: Call, resource: Resource, target: Target, page: list[Stored], metadata: Json) -> Reply:
    form = form_of(call.accept)
    if form.kind == "Table":
        return Reply(body=_table(call, resource, page, metadata, form), kind=form.content_type)
    if form.kind:
        version, kind = f"meta.k8s.io/{form.version}", "PartialObjectMetadataList"
        items = b",".join(encoded(_partial(s.object, form)) for s in page)
    else:
        version = f"{target.group}/{target.version}" if target.group else target.version
        kind = f"{resource.kind}List"
        # As Go prints them: items of compiled kinds have no type of their own, those of custom resources do.
        items = b",".join([s.full(resource, target.version) if resource.custom else s.bare for s in page])
    head = encoded({"kind": kind, "apiVersion": version, "metadata": metadata})
    return Reply(body=head[:-1] + b',"items":[' + items + b"]}", kind=form.content_type)


def _partial(each: Json, form: Form) -> Json:
    return {
        "kind": "PartialObjectMetadata",
        "apiVersion": f"meta.k8s.io/{form.version}",
        "metadata": each["metadata"],
    }


def _table(call: Call, resource: Resource, page: list[Stored], metadata: Json, form: Form) -> bytes:
    shown = call.first("includeObject", "Metadata")
    made = tables.table(resource, [s.object for s in page])
    for row, stored in zip(made["rows"], page, strict=True):
        if shown != "None":
            row["object"] = stored.object if shown == "Object" else _partial(stored.object, form)
    head = {
        "kind": "Table",
        "apiVersion": f"meta.k8s.io/{form.version}",
        "metadata": {k: v for k, v in metadata.items() if k in ("resourceVersion", "continue", "remainingItemCount")},
    }
    return encoded({**head, **made})
