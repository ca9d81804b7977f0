"""Sidecar injection: does anything ask for a proxy in this pod, and what says no?

Decides from labels, annotations and webhooks alone. Must not know whether the pod really has one (`workloads` does).
Sources: https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#controlling-the-injection-policy;
`injectRequired` in istio/istio pkg/kube/inject/inject.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from troubleshooter.mesh.index import ADMISSION, CORE, Index, selects_expressions
from troubleshooter.model import Object, Raw, Resource, as_list, as_map

INJECT = "sidecar.istio.io/inject"
REVISION = "istio.io/rev"
NAMESPACE_LABEL = "istio-injection"
YES = frozenset({"y", "yes", "true", "on"})
"""What the injector takes for a yes; anything else that is not empty is a no."""
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
    NOT_KNOWN = "not-known"
    """The pod does not decide it, and its Namespace was not seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Injection:
    """`wish` and the place that decided it: a label or annotation, or the namespace that lacks one. `against_namespace`
    means that the namespace asks for injection and the pod refuses it; `revision` is the one asked for, "" if none."""

    wish: Wish
    decided_by: Resource | None
    against_namespace: bool = False
    revision: str = ""


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
    space = index.get(CORE, "Namespace", "", namespace)
    asked = _asked(index, space, namespace, template)
    if asked.wish is not Wish.ASKED:
        return asked
    if template.host_network:
        return Injection(wish=Wish.HOST_NETWORK, decided_by=template.at("spec.hostNetwork"))
    if namespace in NEVER:
        return Injection(wish=Wish.NOT_ASKED, decided_by=space.at() if space else None)
    return asked


def _asked(index: Index, space: Object | None, namespace: str, template: Template) -> Injection:
    """The decision of labels, before what can never be injected is taken out."""
    labels = space.labels if space else {}
    by_namespace = labels.get(NAMESPACE_LABEL) == "enabled" or (
        REVISION in labels and labels.get(NAMESPACE_LABEL) is None
    )
    refusal = _refusal(template)
    if refusal is not None:
        return Injection(wish=Wish.OPTED_OUT, decided_by=refusal, against_namespace=by_namespace)
    by_pod = template.labels.get(INJECT) == "true" or REVISION in template.labels
    if labels.get(NAMESPACE_LABEL) == "disabled" and space is not None:
        wish = Wish.OVERRULED if by_pod else Wish.NAMESPACE_DISABLED
        return Injection(wish=wish, decided_by=_label(space, NAMESPACE_LABEL))
    seen = {**labels, "kubernetes.io/metadata.name": namespace}
    served = _served(index, seen, template.labels)
    if not by_namespace and not by_pod:
        if served is not None:  # a webhook that takes namespaces without any label (enableNamespacesByDefault)
            return Injection(wish=Wish.ASKED, decided_by=served)
        if space is None:
            return Injection(wish=Wish.NOT_KNOWN, decided_by=None)
        return Injection(wish=Wish.NOT_ASKED, decided_by=space.at("metadata.labels"))
    revision = template.labels.get(REVISION) or ("" if NAMESPACE_LABEL in labels else labels.get(REVISION, ""))
    decider = (
        template.at(f'metadata.labels["{INJECT if INJECT in template.labels else REVISION}"]')
        if by_pod
        else _label(space, NAMESPACE_LABEL if NAMESPACE_LABEL in labels else REVISION)
    )
    wish = Wish.ASKED if served is not None or not webhooks(index) else Wish.REVISION_MISMATCH
    return Injection(wish=wish, decided_by=decider, revision=revision)


def _refusal(template: Template) -> Resource | None:
    """The pod's own no: the label, or the older annotation where the label is absent."""
    held, where = template.labels, "labels"
    if INJECT not in held:
        held, where = template.annotations, "annotations"
    refused = held.get(INJECT, "").lower() not in {*YES, ""}
    return template.at(f'metadata.{where}["{INJECT}"]') if refused else None


def _label(space: Object | None, name: str) -> Resource | None:
    key = name if "." not in name and "/" not in name else f'["{name}"]'
    return space.at(f"metadata.labels{key if key.startswith('[') else '.' + key}") if space else None


def webhooks(index: Index) -> list[tuple[Object, int, Raw]]:
    """Istio's injector webhooks: (configuration, position, webhook)."""
    return [
        (conf, n, as_map(hook))
        for conf in index.all(ADMISSION, "MutatingWebhookConfiguration")
        for n, hook in enumerate(as_list(conf.raw.get("webhooks")))
        if str(as_map(hook).get("name") or "").endswith("sidecar-injector.istio.io")
    ]


def _served(index: Index, namespace_labels: Mapping[str, str], pod_labels: Mapping[str, str]) -> Resource | None:
    """The injector webhook that takes this pod, None if none of those in sight does."""
    return next(
        (
            conf.at(f"webhooks[{n}]")
            for conf, n, hook in webhooks(index)
            if selects_expressions(hook.get("namespaceSelector"), namespace_labels)
            and selects_expressions(hook.get("objectSelector"), pod_labels)
        ),
        None,
    )


def revisions(index: Index) -> tuple[str, ...]:
    """The revisions and tags that some injector webhook serves, as its labels say."""
    found = {
        conf.labels.get("istio.io/tag") or conf.labels.get(REVISION) or "default" for conf, _, _ in webhooks(index)
    }
    return tuple(sorted(found))
