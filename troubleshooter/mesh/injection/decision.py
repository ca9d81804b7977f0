"""Sidecar injection: does anything ask for a proxy in this pod, and what says no?

Decides from labels, annotations and webhooks alone. Must not know whether the pod really has one (`workloads` does).
Sources: https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#controlling-the-injection-policy;
`injectRequired` in istio/istio pkg/kube/inject/inject.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from troubleshooter.mesh.basis.index import CORE, Index
from troubleshooter.mesh.injection.injector import injector, silent
from troubleshooter.mesh.injection.revisions import (
    DEFAULT,
    REVISION,
    Served,
    control_planes,
    same_control_plane,
    serving,
    webhooks,
)
from troubleshooter.model import Object, Resource

INJECT = "sidecar.istio.io/inject"
NAMESPACE_LABEL = "istio-injection"
YES = frozenset({"y", "yes", "true", "on"})
"""What the injector takes for a yes; anything else that is not empty is a no."""
MEANT_AS_YES = frozenset({"enabled", "enable", "true", "yes", "on", "1"})
"""What people put on a namespace to ask for proxies, in small letters. Only `enabled` is known."""
NEVER = frozenset({"kube-system", "kube-public", "kube-node-lease", "local-path-storage"})


class Wish(StrEnum):
    """What labels and webhooks come to for a pod that is created now."""

    ASKED = "asked"
    OPTED_OUT = "opted-out"
    NOT_ASKED = "not-asked"
    HOST_NETWORK = "host-network"
    REVISION_MISMATCH = "revision-mismatch"
    NAMESPACE_DISABLED = "namespace-disabled"
    OVERRULED = "overruled"
    """The pod asks and its namespace refuses; the namespace is right."""
    MISLABELLED = "mislabelled"
    """The namespace asks by a value of its label that no injector knows (`istio-injection: "true"`)."""
    LEFT_OUT = "left-out"
    """Its own configuration makes the injector leave the pod out: by a selector, or by its policy."""
    UNSERVED = "unserved"
    """Nobody answers for the injector, and its webhook lets pods start all the same."""
    NOT_KNOWN = "not-known"
    """The pod does not decide it, and its Namespace was not seen."""


class Conflict(StrEnum):
    """Which labels contradict each other, so that one of them has no effect."""

    NONE = "none"
    NAMESPACE = "namespace-labels"
    """The namespace has `istio-injection` and `istio.io/rev`; the first decides."""
    POD_REVISION = "pod-revision"
    """The pod names another revision than its namespace, whose labels decide."""
    POD_ASKS = "pod-asks"
    """The pod asks, and its namespace refuses; the namespace decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overruled:
    """A label without effect, the revision that it names ("" if none), and whether that is another control plane than
    the one that is asked for (None: not known)."""

    conflict: Conflict
    label: Resource
    revision: str = ""
    other: bool | None = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Injection:
    """`wish` and the place that decided it: a label or annotation, or the namespace that lacks one. `against_namespace`
    means that the namespace asks for injection and the pod refuses it; `revision` is the one asked for, "" if none;
    `overruled` is a label that contradicts the one that decided; `control_plane` says whether istiod of that revision
    was seen, None where that is not known or webhooks tell better; `blocked` is what keeps pods from being made at all:
    nobody answers for the injector, without which none may start."""

    wish: Wish
    decided_by: Resource | None
    against_namespace: bool = False
    revision: str = ""
    overruled: Overruled | None = None
    control_plane: bool | None = None
    blocked: Resource | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """What injection looks at: the object that carries the pod's metadata, and where in it that metadata stands."""

    owner: Object
    path: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    host_network: bool

    def at(self, field: str) -> Resource:
        return self.owner.at(f"{self.path}{field}")


def decide(index: Index, namespace: str, template: Template) -> Injection:
    """Whether a pod made from `template` in `namespace` gets a sidecar."""
    space = index.beside(template.owner, CORE, "Namespace", "", namespace)
    asked = _asked(index, space, namespace, template)
    if asked.wish is not Wish.ASKED:
        return asked
    if template.host_network:
        return Injection(wish=Wish.HOST_NETWORK, decided_by=template.at("spec.hostNetwork"))
    if namespace in NEVER:
        return Injection(wish=Wish.NOT_ASKED, decided_by=space.at() if space else None)
    told = injector(index, asked.revision)
    if told.source is not None and not _asks_itself(template) and told.leaves_out(template.labels):
        return Injection(wish=Wish.LEFT_OUT, decided_by=told.source.at("data.config"))
    served = serving(index, _labels_of(space, namespace), template.labels)
    return _answered(index, asked, served) if served is not None else asked


def _answered(index: Index, asked: Injection, served: Served) -> Injection:
    """The decision where somebody has to answer for the injector. By default no pod starts without its answer."""
    dead = silent(index, served.hook)
    if dead is None:
        return asked
    if served.hook.get("failurePolicy") == "Ignore":
        return Injection(wish=Wish.UNSERVED, decided_by=dead, revision=asked.revision)
    return replace(asked, blocked=dead)


def _asks_itself(template: Template) -> bool:
    """Whether the pod's own label, or the older annotation without it, asks for a proxy."""
    return template.labels.get(INJECT, template.annotations.get(INJECT, "")).lower() in YES


def _labels_of(space: Object | None, namespace: str) -> dict[str, str]:
    """The labels of a namespace, with the one that Kubernetes adds."""
    return {**(space.labels if space else {}), "kubernetes.io/metadata.name": namespace}


def _asked(index: Index, space: Object | None, namespace: str, template: Template) -> Injection:
    """The decision of labels, before what can never be injected is taken out."""
    labels = space.labels if space else {}
    by_namespace = asks(labels)
    refusal = _refusal(template)
    if refusal is not None:
        return Injection(wish=Wish.OPTED_OUT, decided_by=refusal, against_namespace=by_namespace)
    by_pod = template.labels.get(INJECT) == "true" or REVISION in template.labels
    overruled = (overruled_in_namespace(index, space) or _overruled_in_pod(index, space, template)) if space else None
    if labels.get(NAMESPACE_LABEL) == "disabled" and space is not None:
        wish = Wish.OVERRULED if by_pod else Wish.NAMESPACE_DISABLED
        return Injection(wish=wish, decided_by=_label(space, NAMESPACE_LABEL), overruled=overruled)
    served = serving(index, _labels_of(space, namespace), template.labels)
    if served is None and space is not None and _mislabelled(labels):
        return Injection(wish=Wish.MISLABELLED, decided_by=_label(space, NAMESPACE_LABEL))
    if not by_namespace and not by_pod:
        if served is not None:  # a webhook that takes namespaces without any label (enableNamespacesByDefault)
            return Injection(wish=Wish.ASKED, decided_by=served.place)
        if space is None:
            return Injection(wish=Wish.NOT_KNOWN, decided_by=None)
        everywhere = injector(index)
        unlabelled = not {NAMESPACE_LABEL, REVISION} & set(labels) and not {INJECT, REVISION} & set(template.labels)
        if everywhere.source is not None and everywhere.takes_all and unlabelled and not webhooks(index):
            return Injection(wish=Wish.ASKED, decided_by=everywhere.source.at("data.values"))
        return Injection(wish=Wish.NOT_ASKED, decided_by=space.at("metadata.labels"))
    revision = _revision_asked(labels, template)
    return Injection(
        wish=Wish.ASKED if served is not None or not webhooks(index) else Wish.REVISION_MISMATCH,
        decided_by=_decider(space, template, by_namespace=by_namespace),
        revision=revision,
        overruled=overruled,
        control_plane=_has_control_plane(index, revision),
    )


def _mislabelled(labels: Mapping[str, str]) -> bool:
    """Whether a namespace asks in words that no injector knows."""
    said = labels.get(NAMESPACE_LABEL, "")
    return said != "enabled" and said.lower() in MEANT_AS_YES


def asks(labels: Mapping[str, str]) -> bool:
    """Whether the labels of a namespace ask for proxies."""
    return labels.get(NAMESPACE_LABEL) == "enabled" or (REVISION in labels and NAMESPACE_LABEL not in labels)


def _revision_asked(labels: Mapping[str, str], template: Template) -> str:
    """The revision that is asked for, "" for the default one: the namespace goes before the pod, and in it the label
    that names no revision goes first."""
    if NAMESPACE_LABEL in labels:
        return ""
    return labels.get(REVISION) or template.labels.get(REVISION, "")


def _decider(space: Object | None, template: Template, *, by_namespace: bool) -> Resource | None:
    if by_namespace and space is not None:
        return _label(space, NAMESPACE_LABEL if NAMESPACE_LABEL in space.labels else REVISION)
    return template.at(f'metadata.labels["{REVISION if REVISION in template.labels else INJECT}"]')


def _has_control_plane(index: Index, revision: str) -> bool | None:
    """Whether a Deployment of istiod is of this revision; None where there is none in sight, or where webhooks are."""
    planes = control_planes(index)
    if not planes or webhooks(index):
        return None
    return any(plane.labels[REVISION] == (revision or DEFAULT) for plane in planes)


def overruled_in_namespace(index: Index, space: Object) -> Overruled | None:
    """The revision that a namespace names beside `istio-injection`, which goes before it; None if it does
    not name one."""
    named = space.labels.get(REVISION)
    said = space.labels.get(NAMESPACE_LABEL)
    if named is None or (said, named) == ("enabled", DEFAULT) or said not in {"enabled", "disabled"}:
        return None
    label = _label(space, REVISION)
    if said == "disabled":
        return Overruled(conflict=Conflict.NAMESPACE, label=label, revision=named)
    return _named_twice(index, Conflict.NAMESPACE, label, named, DEFAULT)


def _overruled_in_pod(index: Index, space: Object, template: Template) -> Overruled | None:
    """What a pod asks for against its namespace."""
    named = template.labels.get(REVISION)
    if space.labels.get(NAMESPACE_LABEL) == "disabled":
        wanted = INJECT if template.labels.get(INJECT) == "true" else REVISION
        label = template.at(f'metadata.labels["{wanted}"]')
        return Overruled(conflict=Conflict.POD_ASKS, label=label) if wanted in template.labels else None
    if named is None or not asks(space.labels):
        return None
    decides = DEFAULT if NAMESPACE_LABEL in space.labels else space.labels[REVISION]
    if named == decides:
        return None
    return _named_twice(index, Conflict.POD_REVISION, template.at(f'metadata.labels["{REVISION}"]'), named, decides)


def _named_twice(index: Index, conflict: Conflict, label: Resource, named: str, decides: str) -> Overruled:
    """A label that names a revision where another one decides which it is."""
    same = same_control_plane(index, named, decides)
    return Overruled(conflict=conflict, label=label, revision=named, other=None if same is None else not same)


def _refusal(template: Template) -> Resource | None:
    """The pod's own no: the label, or the older annotation where the label is absent."""
    held, where = template.labels, "labels"
    if INJECT not in held:
        held, where = template.annotations, "annotations"
    refused = held.get(INJECT, "").lower() not in {*YES, ""}
    return template.at(f'metadata.{where}["{INJECT}"]') if refused else None


def _label(space: Object, name: str) -> Resource:
    return space.at(f"metadata.labels.{name}" if "/" not in name else f'metadata.labels["{name}"]')
