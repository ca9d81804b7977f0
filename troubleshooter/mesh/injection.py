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
NEVER = frozenset({"kube-system", "kube-public", "kube-node-lease", "local-path-storage"})


class Wish(StrEnum):
    """What labels and webhooks come to for a pod that is created now."""

    ASKED = "asked"
    OPTED_OUT = "opted-out"
    NOT_ASKED = "not-asked"
    HOST_NETWORK = "host-network"
    REVISION_MISMATCH = "revision-mismatch"
    NAMESPACE_DISABLED = "namespace-disabled"


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
    if labels.get(NAMESPACE_LABEL) == "disabled" and space is not None:
        return Injection(wish=Wish.NAMESPACE_DISABLED, decided_by=_label(space, NAMESPACE_LABEL))
    by_pod = template.labels.get(INJECT) == "true" or REVISION in template.labels
    if not by_namespace and not by_pod:
        return Injection(wish=Wish.NOT_ASKED, decided_by=space.at("metadata.labels") if space else None)
    revision = template.labels.get(REVISION) or ("" if NAMESPACE_LABEL in labels else labels.get(REVISION, ""))
    decider = (
        template.at(f'metadata.labels["{INJECT if INJECT in template.labels else REVISION}"]')
        if by_pod
        else _label(space, NAMESPACE_LABEL if NAMESPACE_LABEL in labels else REVISION)
    )
    served = _served(index, {**labels, "kubernetes.io/metadata.name": namespace}, template.labels)
    wish = Wish.ASKED if served else Wish.REVISION_MISMATCH
    return Injection(wish=wish, decided_by=decider, revision=revision)


def _refusal(template: Template) -> Resource | None:
    """The pod's own no: the label, or the older annotation where the label is absent."""
    label = template.labels.get(INJECT)
    if label is not None:
        return template.at(f'metadata.labels["{INJECT}"]') if label == "false" else None
    if template.annotations.get(INJECT) == "false":
        return template.at(f'metadata.annotations["{INJECT}"]')
    return None


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


def _served(index: Index, namespace_labels: Mapping[str, str], pod_labels: Mapping[str, str]) -> bool:
    """Whether some injector webhook takes this pod. Without any webhook in sight the labels are believed."""
    hooks = webhooks(index)
    return not hooks or any(
        selects_expressions(hook.get("namespaceSelector"), namespace_labels)
        and selects_expressions(hook.get("objectSelector"), pod_labels)
        for _, _, hook in hooks
    )


def revisions(index: Index) -> tuple[str, ...]:
    """The revisions and tags that some injector webhook serves, as its labels say."""
    found = {
        conf.labels.get("istio.io/tag") or conf.labels.get(REVISION) or "default" for conf, _, _ in webhooks(index)
    }
    return tuple(sorted(found))
