"""Documents to objects.

Decides: what is a Kubernetes object, what of a List's head its items get, and what is taken out on the way in: the
values of Secrets, and two fields in which values are repeated (`managedFields`, the last applied configuration). Must
not know files beyond their names, nor what any kind means to Istio.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from troubleshooter.collect.errors import note
from troubleshooter.collect.parsed import Document
from troubleshooter.collect.scope import needs_namespace
from troubleshooter.collect.text import SourceText
from troubleshooter.collect.yaml_documents import is_list
from troubleshooter.model import LineOf, NotChecked, Object
from troubleshooter.model.paths import Parts, get, parse_path

CLUSTER = "troubleshoot/cluster"
"""The annotation by which an object says of which Kubernetes cluster it is, where several are in one file."""
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"

_MAPS = ("metadata", "metadata.labels", "metadata.annotations", "spec", "status")
_WORDS = ("metadata.name", "metadata.namespace")

NO_OBJECT = "this is no Kubernetes object, which has an apiVersion and a kind"

HIDDEN = "***HIDDEN***"
"""What the redactors of troubleshoot.sh put in the place of what they take out (`MASK_TEXT` in its pkg/redact)."""

_NAMELESS = ("install.istio.io/", "troubleshoot.sh/")
"""The groups of IstioOperator and SupportBundle: files of settings that a tool reads, and no API server sees. They may
lack a name."""


def flatten(document: Document, bare: tuple[str, str] = ("", "")) -> Iterator[Document]:
    """The objects of a document: itself, or the items of a List, also of Lists in it. Nothing for an empty List. `bare`
    are the apiVersion and kind of what does not say its own, where the file's place tells them."""
    raw, path = document.raw, document.at
    outer = bare[0], f"{bare[1]}List"
    if isinstance(raw, dict) and isinstance(raw.get("items", 0), list | None) and is_list(raw):
        if raw.get("kind") not in {None, "", "List"}:
            outer = str(raw.get("apiVersion") or ""), str(raw["kind"])
        raw, path = raw["items"] or [], (*path, "items")
    if not isinstance(raw, list):
        yield replace(document, outer=outer) if bare[1] and document.outer is None else document
        return
    for number, item in enumerate(raw):
        yield from flatten(Document(raw=item, find=document.find, at=(*path, number), outer=outer), bare)


def read_object(document: Document, source: SourceText, cluster: str) -> Object | NotChecked:
    """The object that a document holds, or why it holds none. It may say itself of which Kubernetes cluster it is."""
    raw = _with_kind(document)
    wrong = _wrong(raw)
    if wrong:
        why, unlock = wrong
        return note(source.place(document.find(document.at)), why, unlock)
    named = Object(raw=raw).annotations.get(CLUSTER, "")
    _take_out(raw)
    line_of = _line_of(source, document.find, document.at)
    return Object(raw=raw, file=source.name, cluster=cluster or named, line_of=line_of)


def object_of(raw: dict[str, Any], cluster: str) -> Object:
    """An object as an API server gave it, which stands in no file. `raw` is ours from now on."""
    metadata = raw.get("metadata")
    if not isinstance(metadata, dict):
        raw["metadata"] = {}
    elif not isinstance(metadata.get("annotations"), dict | None):
        metadata["annotations"] = {}
    _take_out(raw)
    return Object(raw=raw, cluster=cluster)


def put_into(thing: Object, namespace: str) -> Object | None:
    """The object in that namespace, if it names none and must be in one; else None."""
    if thing.namespace or not needs_namespace(thing.group, thing.kind):
        return None
    return thing.with_raw({**thing.raw, "metadata": {**thing.metadata, "namespace": namespace}})


def _with_kind(document: Document) -> Any:
    """The items of a `PodList` carry neither kind nor version, as the API sends them: the list's own say both."""
    raw, outer = document.raw, document.outer
    if not isinstance(raw, dict) or outer is None or "kind" in raw or outer[1] in {"", "List"}:
        return raw
    return {"apiVersion": outer[0], "kind": outer[1].removesuffix("List"), **raw}


NAME_OBJECTS = "Name files that kubectl could apply; what a proxy or a command printed goes to --paste"


def _wrong(raw: Any) -> tuple[str, str] | None:
    """Why this is no object that could be used, and what to do."""
    head = [raw.get("apiVersion"), raw.get("kind")] if isinstance(raw, dict) else []
    if not head or not all(isinstance(word, str) and word for word in head):
        return NO_OBJECT, NAME_OBJECTS
    for path in _MAPS:
        if not isinstance(get(raw, path), dict | None):
            return f"the `{path}` of this {raw['kind']} is no map, so the object was left out", f"Make `{path}` a map"
    for path in _WORDS:
        if not isinstance(get(raw, path), str | None):
            return f"the `{path}` of this {raw['kind']} is no text, so the object was left out", "Put it in quotes"
    if not get(raw, "metadata.name") and not raw["apiVersion"].startswith(_NAMELESS):
        return f"this {raw['kind']} has no name, so the object was left out", "Give it a `metadata.name`"
    return None


def _take_out(raw: dict[str, Any]) -> None:
    """Take the secrets out. In place: the document is ours, and nobody has seen it yet."""
    metadata = raw.get("metadata") or {}
    annotations = metadata.get("annotations") or {}
    metadata.pop("managedFields", None)
    annotations.pop(LAST_APPLIED, None)
    if raw["kind"] == "Secret":
        for field in ("data", "stringData"):
            if field in raw:
                raw[field] = dict.fromkeys(raw[field] if isinstance(raw[field], dict) else (), "")
        # OpenShift keeps a token in an annotation of its Secrets; Istio's own annotations say which cluster one is for.
        annotations.update({key: "" for key in annotations if "istio.io/" not in key})


def without_hidden(raw: Any) -> Any:
    """A value without what a redactor took out of it: that is not known, and no value. Lists keep their length."""
    if isinstance(raw, dict):
        return {key: without_hidden(each) for key, each in raw.items() if not _hidden(each)}
    if isinstance(raw, list):
        return ["" if _hidden(each) else without_hidden(each) for each in raw]
    return raw


def _hidden(value: Any) -> bool:
    return isinstance(value, str) and HIDDEN in value


def _line_of(source: SourceText, find: Callable[[Parts], int], at: Parts) -> LineOf:
    """Holds no document: what was taken out of an object must not live on beside it."""

    def line_of(path: str) -> int:
        try:
            parts = parse_path(path)
        except ValueError:  # a key of somebody's object, put into a path as it is: the object itself is its parent
            parts = ()
        return source.line(find((*at, *parts)))

    return line_of
