"""HTTP/1.0: which proxies look for it, and which take it.

Decides from istiod's PILOT_HTTP10 and a proxy's own ISTIO_META_HTTP10. Proxies that tell protocols apart look for
HTTP/1.0 only where istiod is told to (before the change for issue 36707, of January 2022, they always did, and refused
what they had found). The proxy's own variable lets it take HTTP/1.0 where nothing is to be told apart: at a gateway,
and at an inbound port that is declared HTTP. Must not know requests.
Sources: https://istio.io/latest/docs/reference/commands/pilot-discovery/#envvars; `plaintextHTTPALPNs` and
`enableHTTP10` in istio/istio pilot/pkg/networking/core/listener.go; https://github.com/istio/istio/issues/36707.
"""

from __future__ import annotations

from troubleshooter.mesh.basis.index import Index
from troubleshooter.mesh.control_plane import istiod
from troubleshooter.mesh.control_plane.settings import Settings
from troubleshooter.mesh.workload.one_pod import Pod
from troubleshooter.mesh.workload.proxy_variables import variable_of

OF_ISTIOD, OF_PROXY = "PILOT_HTTP10", "ISTIO_META_HTTP10"


def recognised(index: Index) -> bool:
    """Whether proxies that detect a protocol know HTTP/1.0 for HTTP."""
    return istiod.switched_on(index, OF_ISTIOD)


def accepted(index: Index, settings: Settings, pod: Pod) -> bool:
    """Whether a proxy takes HTTP/1.0 where it reads HTTP."""
    return recognised(index) or variable_of(index, settings, pod, OF_PROXY) == "1"
