"""Which revisions of the control plane there are, by which names they can be asked for, and who serves which.

Decides from the injectors' webhooks, and from the Deployments of istiod where no webhooks were seen: a tag is a webhook
configuration, so without these it is not known which tags there are. Must not know workloads.
Sources: https://istio.io/latest/docs/setup/upgrade/canary/#stable-revision-labels; mutatingwebhook.yaml,
revision-tags.yaml and deployment.yaml in manifests/charts/istio-control/istio-discovery/templates of istio/istio.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from troubleshooter.mesh.basis.index import ADMISSION, APPS, Index, selects_expressions
from troubleshooter.model import Object, Raw, Resource, as_list, as_map

REVISION = "istio.io/rev"
TAG = "istio.io/tag"
DEACTIVATED = "istio.io/deactivated"
DEFAULT = "default"
"""The name of the revision without a name."""


def webhooks(index: Index) -> list[tuple[Object, int, Raw]]:
    """Istio's injector webhooks: (configuration, position, webhook)."""
    return index.kept("webhooks", _webhooks)


def _webhooks(index: Index) -> list[tuple[Object, int, Raw]]:
    return [
        (conf, n, as_map(hook))
        for conf in index.all(ADMISSION, "MutatingWebhookConfiguration")
        for n, hook in enumerate(as_list(conf.raw.get("webhooks")))
        if str(as_map(hook).get("name") or "").endswith("sidecar-injector.istio.io")
    ]


class Served(NamedTuple):
    """An injector webhook that takes a pod: where it stands, and what it says."""

    place: Resource
    hook: Raw


def serving(index: Index, namespace_labels: Mapping[str, str], pod_labels: Mapping[str, str]) -> Served | None:
    """The injector webhook that takes a pod with these labels, None if none of those in sight does."""
    return next(
        (
            Served(conf.at(f"webhooks[{n}]"), hook)
            for conf, n, hook in webhooks(index)
            if selects_expressions(hook.get("namespaceSelector"), namespace_labels)
            and selects_expressions(hook.get("objectSelector"), pod_labels)
        ),
        None,
    )


def control_planes(index: Index) -> list[Object]:
    """The Deployments of istiod that say which revision they are."""
    return index.kept("control planes", _control_planes)


def _control_planes(index: Index) -> list[Object]:
    return [d for d in index.all(APPS, "Deployment") if d.labels.get("app") == "istiod" and d.labels.get(REVISION)]


def revisions(index: Index) -> tuple[str, ...]:
    """The names that can be asked for: of the revisions and tags that some injector serves, as the labels of its
    webhooks say, else of the control planes."""
    confs = _live(index) or control_planes(index)
    return tuple(sorted({conf.labels.get(TAG) or _revision(conf) for conf in confs}))


def only_revision(index: Index) -> str:
    """How to ask for the only control plane: by its own name if an injector goes by it, else by its only tag; "" where
    there are several."""
    confs = _live(index) or control_planes(index)
    names = {_revision(conf) for conf in confs if TAG not in conf.labels}
    behind = {_revision(conf) for conf in confs}
    asked = names or {conf.labels[TAG] for conf in confs if TAG in conf.labels}
    return asked.pop() if len(behind) == len(asked) == 1 else ""


def same_control_plane(index: Index, one: str, other: str) -> bool | None:
    """Whether two names lead to the same control plane; None where no webhooks were seen, for one may be a tag of the
    other."""
    if one == other:
        return True
    if not webhooks(index):
        return None
    behind = {conf.labels.get(TAG) or _revision(conf): _revision(conf) for conf in _live(index)}
    return one in behind and behind[one] == behind.get(other)


def _live(index: Index) -> list[Object]:
    """The webhook configurations that take pods at all: those of the default revision are switched off, by a selector
    that nothing matches, where a tag `default` leads elsewhere."""
    return [conf for conf, _, hook in webhooks(index) if not _switched_off(hook)]


def _switched_off(hook: Raw) -> bool:
    wanted = as_map(as_map(hook.get("objectSelector")).get("matchLabels"))
    return DEACTIVATED in wanted or DEACTIVATED in as_map(as_map(hook.get("namespaceSelector")).get("matchLabels"))


def _revision(thing: Object) -> str:
    return thing.labels.get(REVISION) or DEFAULT
