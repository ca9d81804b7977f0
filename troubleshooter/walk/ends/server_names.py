"""Names in TLS: which one the sending end asks for (SNI), and whether the far end's certificate holds a name that it
must.

Must not know what else either end speaks.
Sources: `setAutoSniAndAutoSanValidation` and `buildUpstreamClusterTLSContext` in istio/istio
pilot/pkg/networking/core/cluster_tls.go; https://github.com/envoyproxy/envoy/pull/35566 (the SNI is the host as the
route sends it on; before Istio 1.24 it was the host as the client sent it);
https://istio.io/latest/docs/reference/config/networking/destination-rule/#ClientTLSSettings.
"""

from __future__ import annotations

from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.mesh import Mesh
from troubleshooter.mesh.policy.mtls import Offer, Sends
from troubleshooter.mesh.routing.matching import authority
from troubleshooter.mesh.workload.workloads import Pod
from troubleshooter.model import Request
from troubleshooter.walk.basis.client_tls import keeps_client_tls
from troubleshooter.walk.basis.decisions import Trail


def sni_of(request: Request, trail: Trail, sent: Offer) -> str:
    """The SNI on the wire: what the sending proxy asks for, or the client's own where no proxy makes TLS.

    Where a rule names none, a proxy that makes TLS of its own for HTTP asks for the host of the request; for TCP it
    asks for nothing.
    """
    if sent.sni:
        return sent.sni
    if sent.sends is Sends.PLAINTEXT:
        named = request.sni or ("" if hosts.is_address(request.host) else request.host)
        return named if keeps_client_tls(request, trail.hops) else ""
    if trail.hop.family != "http":
        return ""
    asked = _without_port(authority(trail.hop.sends or request))
    return "" if hosts.is_address(asked) else asked


def misses_name(mesh: Mesh, trail: Trail, sent: Offer) -> bool:
    """Whether mutual TLS of the mesh wants names of the far end that the certificate of its pod does not hold."""
    pod = trail.hop.endpoint.pod if trail.hop.endpoint else None
    if sent.sends is not Sends.MTLS or not sent.names or pod is None or not pod.proxy:
        return False
    return identity(mesh, pod) not in sent.names


def identity(mesh: Mesh, pod: Pod) -> str:
    """The name in the certificate that the mesh gives to a pod's proxy."""
    return f"spiffe://{mesh.settings.trust_domain}/ns/{pod.namespace}/sa/{pod.service_account}"


def _without_port(named: str) -> str:
    host, colon, port = named.rpartition(":")
    return (host if colon and port.isdecimal() else named).strip("[]")
