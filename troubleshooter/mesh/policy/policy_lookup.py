"""Policies of one kind by where they stand, and which of them are for a pod.

Decides: a policy of the root namespace is for every namespace, any other for its own; a selector narrows it to pods
with these labels, `targetRefs` to what it names. Must not know what a policy says. PeerAuthentication has an order of
its own for these (`mtls`).
Sources: https://istio.io/latest/docs/reference/config/security/authorization-policy/;
https://istio.io/latest/docs/reference/config/security/request_authentication/; `GetJwtPoliciesForWorkload` and
`ListAuthorizationPolicies` in istio/istio pilot/pkg/model.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from troubleshooter.mesh.basis.attachment import attached, target_refs
from troubleshooter.mesh.basis.index import SECURITY, Index, oldest_first, selects
from troubleshooter.mesh.control_plane.settings import Settings
from troubleshooter.mesh.workload.workloads import Pod
from troubleshooter.model import Object, as_map, as_words


class PolicyLookup:
    """Every policy of one kind of `security.istio.io`, the oldest first."""

    def __init__(self, index: Index, settings: Settings, kind: str) -> None:
        self.root_namespace = settings.root_namespace
        self.all = oldest_first(index.all(SECURITY, kind))
        self._spaces: dict[str, list[Object]] = defaultdict(list)
        for policy in self.all:
            self._spaces[policy.namespace].append(policy)

    def inside(self, namespace: str) -> Sequence[Object]:
        """Those that stand in a namespace."""
        return self._spaces.get(namespace, ())

    def around(self, namespace: str) -> list[Object]:
        """Those that may be for pods of a namespace: the root namespace's, then its own."""
        spaces = dict.fromkeys((self.root_namespace, namespace))
        return [policy for space in spaces for policy in self.inside(space)]

    def selecting(self, pod: Pod) -> list[Object]:
        """Those that are for a pod by its labels: without a selector, or with one that matches."""
        return [p for p in self.around(pod.namespace) if not target_refs(p) and selects(selector_of(p), pod.labels)]

    def naming(self, pod: Pod) -> Object | None:
        """The first that names what the pod's proxy serves (`targetRefs`); what it decides there is not modelled."""
        return next((p for p in self.around(pod.namespace) if attached(p, pod.namespace, pod.labels)), None)


def selector_of(policy: Object) -> dict[str, str]:
    """The labels by which a policy selects pods; empty where it is for all of them."""
    return as_words(as_map(policy.spec.get("selector")).get("matchLabels"))
