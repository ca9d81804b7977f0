"""What a Kubernetes object is to us, and how a place in one is named.

Decides: the identity of an object, and how a field of it is pointed at. Must not know: where objects come from
(`collect` hands them in) or what Istio makes of them (`mesh` does).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

Key: TypeAlias = tuple[str, str, str, str, str]
"""(cluster, group, kind, namespace, name): the same object in every served version has the same key."""

Raw: TypeAlias = Mapping[str, Any]
"""A parsed object as it stood in its file or answer: JSON types only."""

LineOf: TypeAlias = Callable[[str], int | None]
"""Field path (`spec.http[0].match`) to its line in the file, counted from 1; of its nearest parent if it is absent."""


def no_lines(_path: str) -> int | None:
    """Answer for objects that stand in no file."""
    return None


class Resource(NamedTuple):
    """A reference to an object, or to one field of it: what the contract calls a resource.

    `group` is "" for core kinds, `namespace` "" for cluster-scoped ones. `position` is the line of `field` in `file`
    (as it was given), or what finds it: finding a line means reading the object's text again, so only what is shown
    pays for it. It plays no part in equality."""

    kind: str
    name: str
    namespace: str = ""
    group: str = ""
    cluster: str = ""
    field: str = ""
    file: str = ""
    position: int | LineOf | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Resource) and self[:-1] == other[:-1]

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self[:-1])

    @property
    def line(self) -> int | None:
        """The line of `field`, or of its nearest parent, counted from 1; None for a live object."""
        return self.position(self.field) if callable(self.position) else self.position

    @property
    def key(self) -> Key:
        return (self.cluster, self.group, self.kind, self.namespace, self.name)

    def __str__(self) -> str:
        """The object in people's words: `VirtualService shop/payments`."""
        place = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.kind} {place}" + (f" of {self.cluster}" if self.cluster else "")


@dataclass(frozen=True, kw_only=True, eq=False)
class Object:
    """One Kubernetes object with its place. `raw` is never changed: an edit makes a new Object.

    Wrong shapes are not this class's business: a `metadata` or `spec` that is no map reads as an empty one, so that
    everything after it may trust the types.
    """

    raw: Raw
    file: str = ""
    cluster: str = ""
    line_of: LineOf = dataclass_field(default=no_lines, repr=False)

    @cached_property
    def group(self) -> str:
        version = str(self.raw.get("apiVersion") or "")
        return version.rsplit("/", 1)[0] if "/" in version else ""

    @cached_property
    def kind(self) -> str:
        return str(self.raw.get("kind") or "")

    @cached_property
    def metadata(self) -> Raw:
        return as_map(self.raw.get("metadata"))

    @cached_property
    def spec(self) -> Raw:
        return as_map(self.raw.get("spec"))

    @cached_property
    def status(self) -> Raw:
        return as_map(self.raw.get("status"))

    @cached_property
    def name(self) -> str:
        return str(self.metadata.get("name") or "")

    @cached_property
    def namespace(self) -> str:
        return str(self.metadata.get("namespace") or "")

    @cached_property
    def labels(self) -> dict[str, str]:
        return as_words(self.metadata.get("labels"))

    @cached_property
    def annotations(self) -> dict[str, str]:
        return as_words(self.metadata.get("annotations"))

    @cached_property
    def key(self) -> Key:
        return (self.cluster, self.group, self.kind, self.namespace, self.name)

    def at(self, path: str = "") -> Resource:
        """A reference to this object, or to the field at `path` (`spec.http[0].match`), with its line."""
        found = self._places.get(path)
        if found is None:
            lines = self.line_of if self.file else None
            found = self._places[path] = Resource(
                self.kind, self.name, self.namespace, self.group, self.cluster, path, self.file, lines
            )
        return found

    @cached_property
    def _places(self) -> dict[str, Resource]:
        """References that were asked for: facts point at the same few fields again and again."""
        return {}

    def with_raw(self, raw: Raw) -> Object:
        """The same object in the same place with other content (after an edit)."""
        return Object(raw=raw, file=self.file, cluster=self.cluster, line_of=self.line_of)

    def __str__(self) -> str:
        return str(self.at())


def as_map(value: Any) -> Raw:
    """`value` if it is a map, else an empty one."""
    if isinstance(value, dict):
        return value
    return value if value is not None and isinstance(value, Mapping) else {}


def as_list(value: Any) -> list[Any]:
    """`value` if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def as_words(value: Any) -> dict[str, str]:
    """A map of strings to strings, as labels and selectors are; other values are written out as YAML reads them."""
    return {str(k): _word(v) for k, v in as_map(value).items() if v is not None}


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
