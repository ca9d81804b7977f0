"""Pods that controllers should make and cannot: what the API server answers them.

Decides from what controllers write of it: the condition ReplicaFailure of a Deployment or its ReplicaSet, and events.
Events are kept for an hour and conditions as long as they hold. Must not know which pods there are.
Sources: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#failed-deployment;
https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from troubleshooter.mesh.basis.index import APPS, CORE, Index
from troubleshooter.mesh.basis.pods import owner_of
from troubleshooter.mesh.workload.ownership import maker_of
from troubleshooter.model import Object, Resource, as_list, as_map

EVENTS = ((CORE, "involvedObject", "message"), ("events.k8s.io", "regarding", "note"))
"""The two groups of events, and what they call their object and their text."""
INJECTOR = "sidecar-injector.istio.io"
NEEDED = '"istio-init" must not include "NET_ADMIN"'
"""What the admission controller PodSecurity says of the container that redirects a pod's connections. Source:
check_capabilities_baseline.go in k8s.io/pod-security-admission."""


class Refusal(StrEnum):
    """Why a pod is not made."""

    NONE = "none"
    """All are there."""
    WEBHOOK_TIMEOUT = "webhook-timeout"
    """The API server does not reach Istio's injector, or gets no answer in time."""
    WEBHOOK_REFUSED = "webhook-refused"
    WEBHOOK_NO_ENDPOINTS = "webhook-no-endpoints"
    WEBHOOK_CERTIFICATE = "webhook-certificate"
    WEBHOOK_OTHER = "webhook-other"
    POD_SECURITY = "pod-security"
    """The namespace's Pod Security level forbids what istio-init needs."""
    QUOTA = "quota"
    OTHER = "other"


OF_THE_INJECTOR: tuple[tuple[str, Refusal], ...] = (
    (r"no endpoints available|service \S+ not found", Refusal.WEBHOOK_NO_ENDPOINTS),
    (r"x509:|tls: ", Refusal.WEBHOOK_CERTIFICATE),
    (r"connection refused", Refusal.WEBHOOK_REFUSED),
    (
        r"context deadline exceeded|i/o timeout|Client\.Timeout|waiting for connection|timed out",
        Refusal.WEBHOOK_TIMEOUT,
    ),
    (r"no route to host|Address is not allowed", Refusal.WEBHOOK_TIMEOUT),
)
"""What the API server says of a call to the injector, the most particular first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why the pods of a workload are not made, in our words and in those of the API server."""

    refusal: Refusal
    place: Resource
    text: str


class Creation:
    """Which controllers of an inventory make pods, and which cannot."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def stands_still(self, thing: Object) -> bool:
        """Whether a controller without pods has none for sure: all pods of its namespace were listed, pods made by
        controllers were seen there, or it says itself that it cannot make any."""
        told = self.failure(thing)
        if told is not None and told.place.kind != "Event":
            return True
        if self._index.listed(thing.cluster, CORE, "Pod", thing.namespace):
            return True
        if self._index.unseen((CORE, "Pod"), (thing.namespace,)):
            return False
        held = self._index.inside(CORE, "Pod", thing.namespace)
        return any(owner_of(p) or p.status for p in held if p.cluster == thing.cluster)

    def failure(self, thing: Object) -> Failure | None:
        """Why a controller cannot make pods, None if nothing says so."""
        return self.failures.get((thing.kind, thing.namespace, thing.name))

    @cached_property
    def failures(self) -> dict[tuple[str, str, str], Failure]:
        """By the kind, namespace and name of whoever should make the pods; conditions before events."""
        found: dict[tuple[str, str, str], Failure] = {}
        for kind in ("Deployment", "ReplicaSet"):
            for thing in self._index.all(APPS, kind):
                for failure in _conditions(thing):
                    found.setdefault(self._maker(kind, thing.namespace, thing.name), failure)
        for group, about, text in EVENTS:
            for event in self._index.all(group, "Event"):
                whom = as_map(event.raw.get(about))
                if event.raw.get("reason") == "FailedCreate":
                    key = self._maker(str(whom.get("kind")), event.namespace, str(whom.get("name")))
                    found.setdefault(key, _failure(event.at(text), str(event.raw.get(text) or "")))
        return found

    def _maker(self, kind: str, namespace: str, name: str) -> tuple[str, str, str]:
        """The workload for which something is made: a ReplicaSet's Deployment."""
        thing = self._index.get(APPS, kind, namespace, name) if kind == "ReplicaSet" else None
        above = maker_of(thing) if thing is not None else None
        if above is None and kind == "ReplicaSet" and thing is None:
            above = ("Deployment", name.rpartition("-")[0])
        return (above[0], namespace, above[1]) if above else (kind, namespace, name)


def _conditions(thing: Object) -> Iterator[Failure]:
    for n, raw in enumerate(as_list(thing.status.get("conditions"))):
        condition = as_map(raw)
        if condition.get("type") == "ReplicaFailure" and str(condition.get("status")).lower() == "true":
            yield _failure(thing.at(f"status.conditions[{n}]"), str(condition.get("message") or ""))


def _failure(place: Resource, text: str) -> Failure:
    return Failure(refusal=refusal_of(text), place=place, text=text)


def refusal_of(text: str) -> Refusal:
    """Why a pod is not made, by what the API server says."""
    if INJECTOR in text and "calling webhook" in text:
        words = (word for pattern, word in OF_THE_INJECTOR if re.search(pattern, text))
        return next(words, Refusal.WEBHOOK_OTHER)
    if "violates PodSecurity" in text and NEEDED in text:
        return Refusal.POD_SECURITY
    return Refusal.QUOTA if "exceeded quota" in text else Refusal.OTHER
