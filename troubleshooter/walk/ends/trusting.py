"""Whether the two ends of a connection of mutual TLS trust each other, where they are in different Kubernetes clusters.

Decides from roots and trust domains. Must not know what else is agreed. A gateway between networks shows no certificate
of its own: what is said of its cluster holds for the pods behind it.
"""

from __future__ import annotations

from dataclasses import dataclass

from troubleshooter.mesh.mesh import Mesh
from troubleshooter.model import Resource
from troubleshooter.walk.basis.decisions import Hop


@dataclass(frozen=True, slots=True, kw_only=True)
class Distrust:
    """Why an end does not trust the other: the sentence, whether it is the client, the place that says so, and whether
    it is for the name of its trust domain."""

    said: str
    by_client: bool
    place: Resource | None
    by_name: bool = False


def trust(mesh: Mesh, hop: Hop) -> tuple[bool | None, bool | None]:
    """Whether the sending end trusts the certificate of the far end, and the far end that of the sender; None where it
    is not known. Proxies of one Kubernetes cluster do, or no object tells that they do not."""
    near, far = ends(hop)
    return (mesh.roots.trusts(near, far), mesh.roots.trusts(far, near)) if near and far else (None, None)


def ends(hop: Hop) -> tuple[str, str]:
    """The Kubernetes clusters of the sender and of the pod it sends to, "" for one that has no name."""
    return hop.party.cluster, hop.endpoint.cluster if hop.endpoint else ""


def distrust(mesh: Mesh, hop: Hop) -> Distrust | None:
    """What keeps one end from trusting the other, None where nothing is known to: the client looks first, at the root
    and at the name."""
    near, far = ends(hop)
    ours, theirs = trust(mesh, hop)
    bundle = mesh.roots.of(far)
    if ours is False and bundle is not None:
        said = f"proxies of cluster {near} do not trust the certificates of cluster {far}"
        return Distrust(said=said, by_client=True, place=bundle.place)
    if near == far or not near or not far:
        return None
    domains = mesh.trust_domains
    if domains.takes(near, far) is False:
        return _foreign(mesh, near, far, by_client=True)
    if theirs is False and bundle is not None:
        said = f"proxies of cluster {far} do not trust the certificates of cluster {near}"
        return Distrust(said=said, by_client=False, place=bundle.place)
    return _foreign(mesh, far, near, by_client=False) if domains.takes(far, near) is False else None


def _foreign(mesh: Mesh, one: str, other: str, *, by_client: bool) -> Distrust:
    domains = mesh.trust_domains
    known, met = ", ".join(domains.of(one)), domains.of(other)[0]
    said = f"proxies of cluster {one} take identities of {known} alone, and those of cluster {other} are in {met}"
    return Distrust(said=said, by_client=by_client, place=domains.place(one), by_name=True)
