"""The reviews of oneself as kubectl sends them: in Kubernetes' protobuf.

Decides how such a body is read; nothing else is ever written in protobuf to this server, and it answers in JSON.

Facts: `k8s.io/apimachinery/pkg/runtime/serializer/protobuf/protobuf.go` (the four bytes, then a `runtime.Unknown`);
numbers of fields from `k8s.io/api/authorization/v1/generated.proto`.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.kube_api.messages import Json

MAGIC = b"k8s\x00"

_ATTRIBUTES = {1: "namespace", 2: "verb", 3: "group", 4: "version", 5: "resource", 6: "subresource", 7: "name"}


def review(body: bytes) -> Json:
    """The review in a body. Raises ValueError for what is none."""
    outer = dict(_fields(body.removeprefix(MAGIC)))
    kind = dict(_fields(outer.get(1, b"")))
    spec = dict(_fields(dict(_fields(outer.get(2, b""))).get(2, b"")))
    made: Json = {"apiVersion": kind.get(1, b"").decode(), "kind": kind.get(2, b"").decode()}
    if made["kind"] == "SelfSubjectRulesReview":
        return {**made, "spec": {"namespace": spec.get(1, b"").decode()}}
    if made["kind"] == "SelfSubjectAccessReview":
        asked = {_ATTRIBUTES[n]: v.decode() for n, v in _fields(spec.get(1, b"")) if n in _ATTRIBUTES}
        return {**made, "spec": {"resourceAttributes": asked} if 1 in spec else {}}
    if made["kind"] == "SelfSubjectReview":
        return made
    raise ValueError(f"{made['kind']} is not read from protobuf here")


def _fields(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The fields of a message that hold bytes, with their numbers. Raises ValueError where it ends too early."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        if tag & 7 == 0:
            _, at = _varint(data, at)
        elif tag & 7 == 2:
            size, at = _varint(data, at)
            yield tag >> 3, data[at : at + size]
            at += size
        else:
            raise ValueError(f"field {tag >> 3} has the wire type {tag & 7}, which no review has")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data):
        value |= (data[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if not data[at - 1] & 0x80:
            return value, at
    raise ValueError("the message ends within a number")
