"""Root certificates: whom the proxies of a Kubernetes cluster trust, as its objects tell it.

Decides: whether proxies of two clusters of one mesh trust each other. Certificates are compared letter by letter, never
read. Must not know connections.

istiod writes the roots of its own certificate authority into ConfigMap `istio-ca-root-cert` of every namespace; the
mesh config may list further ones. Whether two clusters are one mesh is told by their remote secrets, or by a mesh id
that both have.
Sources: https://istio.io/latest/docs/setup/install/multicluster/before-you-begin/#configure-trust;
https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig (caCertificates, defaultConfig.meshId).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from troubleshooter.mesh.basis.index import CORE, Index
from troubleshooter.mesh.control_plane.settings import values_of
from troubleshooter.mesh.multicluster.clusters import named_in, remote_secrets
from troubleshooter.model import Object, Resource, as_list, as_map

NAME, KEY = "istio-ca-root-cert", "root-cert.pem"
PEM = re.compile(r"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """What proxies of one cluster trust: the roots of their own authority, and all of them. `place` says the former;
    `open` is True where more are trusted than can be told."""

    own: frozenset[str]
    all: frozenset[str]
    place: Resource
    open: bool = False


class Roots:
    """The roots of every cluster that was read, and which clusters are one mesh."""

    def __init__(self, index: Index) -> None:
        self._configs = configs_of(index)
        self._bundles = _bundles(index, self._configs)
        self._joined = {frozenset(pair) for s in remote_secrets(index) for pair in _pairs(s)}

    def of(self, cluster: str) -> Bundle | None:
        """What the proxies of a cluster trust; None where its roots were not seen."""
        return self._bundles.get(cluster)

    def joined(self, one: str, other: str) -> bool:
        """Whether two clusters are known to be one mesh."""
        ids = {_mesh_id(self._configs.get(name)) for name in (one, other)}
        return frozenset((one, other)) in self._joined or (len(ids) == 1 and "" not in ids)

    def trusts(self, one: str, other: str) -> bool | None:
        """Whether proxies of one cluster trust the certificates of those of another; None where that is not known."""
        mine, theirs = self._bundles.get(one), self._bundles.get(other)
        if one == other or mine is None or theirs is None or mine.open or not self.joined(one, other):
            return None
        return bool(mine.all & theirs.own)


def certificates(text: object) -> frozenset[str]:
    """The certificates in a PEM text, each as its letters alone."""
    return frozenset("".join(body.split()) for body in PEM.findall(str(text or "")))


def configs_of(index: Index) -> dict[str, Object]:
    """The mesh config of each cluster: that of no revision first."""
    held = [m for m in index.all(CORE, "ConfigMap") if "mesh" in as_map(m.raw.get("data"))]
    found: dict[str, Object] = {}
    for thing in sorted(held, key=lambda m: m.name != "istio"):
        found.setdefault(thing.cluster, thing)
    return found


def _bundles(index: Index, configs: Mapping[str, Object]) -> dict[str, Bundle]:
    held: dict[str, list[Object]] = defaultdict(list)
    for thing in index.all(CORE, "ConfigMap"):
        if thing.name == NAME:
            held[thing.cluster].append(thing)
    return {cluster: _bundle(things, configs.get(cluster)) for cluster, things in held.items()}


def _bundle(things: list[Object], config: Object | None) -> Bundle:
    own = frozenset().union(*(certificates(as_map(t.raw.get("data")).get(KEY)) for t in things))
    values = values_of(config) if config is not None else {}
    listed = [as_map(c) for c in as_list(as_map(values).get("caCertificates"))]
    more = frozenset().union(*(certificates(c.get("pem")) for c in listed))
    vague = values is None or not own or any(c.get("spiffeBundleUrl") for c in listed)
    return Bundle(own=own, all=own | more, place=things[0].at(f'data["{KEY}"]'), open=vague)


def _mesh_id(config: Object | None) -> str:
    values = as_map(values_of(config)) if config is not None else {}
    return str(as_map(values.get("defaultConfig")).get("meshId") or "")


def _pairs(secret: Object) -> list[tuple[str, str]]:
    return [(secret.cluster, name) for name in named_in(secret) if name != secret.cluster]
