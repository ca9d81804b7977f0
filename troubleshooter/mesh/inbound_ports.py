"""Which connections that come in at a pod its proxy takes, and which go past it.

Decides from the annotations that traffic redirection looks at. Must not know who connects.
Sources: https://istio.io/latest/docs/reference/config/annotations/ (traffic.sidecar.istio.io);
`handleInboundPortsInclude` in istio/istio tools/istio-iptables/pkg/capture/run.go.
"""

from __future__ import annotations

from troubleshooter.mesh.injector import TRAFFIC
from troubleshooter.mesh.redirection import told, untaken
from troubleshooter.mesh.workloads import Pod

EXCLUDE_INBOUND = f"{TRAFFIC}excludeInboundPorts"
INCLUDE_INBOUND = f"{TRAFFIC}includeInboundPorts"

OF_ISTIO = frozenset({15020, 15021, 15090})
"""Ports of the proxy and its agent, which never go through the proxy's own listener."""


def ports_in(text: str) -> list[str]:
    """The ports (or ranges) of an annotation, as written."""
    return [part.strip() for part in text.split(",") if part.strip()]


def lets_in(pod: Pod, port: int) -> bool:
    """Whether connections to this port of the pod go past its proxy, straight to the application (or the agent). Ports
    are left out of all (`*`) only: a list of those to take is taken as it stands."""
    if port in OF_ISTIO or untaken(pod) is not None:
        return True
    included = told(pod, INCLUDE_INBOUND, "*").strip()
    if included != "*":
        return str(port) not in ports_in(included)
    return str(port) in ports_in(told(pod, EXCLUDE_INBOUND))
