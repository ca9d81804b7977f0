"""Which connections that come in at a pod its proxy takes, and which go past it.

Decides from the annotations that traffic redirection looks at. Must not know who connects.
Sources: https://istio.io/latest/docs/reference/config/annotations/ (traffic.sidecar.istio.io);
`excludeInboundPort` in istio/istio pkg/kube/inject/template.go; `handleInboundPortsInclude` in
tools/istio-iptables/pkg/capture/run.go there.
"""

from __future__ import annotations

from troubleshooter.mesh.injection.injector import STATUS_PORT, TRAFFIC
from troubleshooter.mesh.workload.redirection import told, untaken
from troubleshooter.mesh.workload.workloads import Pod

EXCLUDE_INBOUND = f"{TRAFFIC}excludeInboundPorts"
INCLUDE_INBOUND = f"{TRAFFIC}includeInboundPorts"

OF_PROXY = frozenset({15021, 15090})
"""The proxy's ports for its health and its metrics, which are left out of what it takes."""


def ports_in(text: str) -> list[str]:
    """The ports (or ranges) of an annotation, as written."""
    return [part.strip() for part in text.split(",") if part.strip()]


def of_agent(pod: Pod) -> str:
    """The port of the agent beside the proxy, which is left out as well."""
    return told(pod, STATUS_PORT, "15020").strip()


def lets_in(pod: Pod, port: int) -> bool:
    """Whether connections to this port of the pod go past its proxy, straight to the application (or the agent). Ports
    are left out of all (`*`) only: a list of those to take is taken as it stands."""
    if port in OF_PROXY or str(port) == of_agent(pod) or untaken(pod) is not None:
        return True
    included = told(pod, INCLUDE_INBOUND, "*").strip()
    if included != "*":
        return str(port) not in ports_in(included)
    return str(port) in ports_in(told(pod, EXCLUDE_INBOUND))
