"""What annotations of a Service say that the load balancer in front of it does with TLS.

Decides: whether TLS ends there. Must not know gateways or requests. What a cloud's console says is in no object.
Source: https://kubernetes.io/docs/concepts/services-networking/service/ (TLS support on AWS).
"""

from __future__ import annotations

from troubleshooter.mesh.service.services import Port, Service
from troubleshooter.model import Resource

AWS = "service.beta.kubernetes.io/aws-load-balancer-"
CERTIFICATE, PORTS, BACKEND = f"{AWS}ssl-cert", f"{AWS}ssl-ports", f"{AWS}backend-protocol"
ENCRYPTED = frozenset({"https", "ssl", "tls"})


def ends_tls(service: Service, port: Port) -> Resource | None:
    """The annotation by which TLS ends at the load balancer, which sends plaintext on to this port; None without it."""
    held = service.object.annotations
    if not held.get(CERTIFICATE) or held.get(BACKEND, "").lower() in ENCRYPTED:
        return None
    ports = [p.strip() for p in held.get(PORTS, "*").split(",")]
    on_it = "*" in ports or str(port.number) in ports or port.name in ports
    return service.object.at(f'metadata.annotations["{CERTIFICATE}"]') if on_it else None
