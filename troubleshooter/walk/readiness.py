"""Callers whose own proxy is not ready: their connections are taken to a proxy that does not listen yet.

Decides from pods that were seen. Must not know why a proxy is not ready.
Source: https://istio.io/latest/docs/ops/common-problems/injection/ (pod or containers start with network issues);
`handleReadyProbe` in istio/istio pilot/cmd/pilot-agent/status/server.go.
"""

from __future__ import annotations

from troubleshooter.mesh.trouble import proxies_wait
from troubleshooter.model import Connection, Stage
from troubleshooter.walk.decisions import Trail, dropped


def unready(trail: Trail) -> Trail | None:
    """The trail at a caller of which no pod's proxy is ready; None at any other."""
    party = trail.hop.party
    pods = party.workload.staying if party.workload is not None else ()
    if not proxies_wait(pods):
        return None
    said = f"the proxy of {party.workload} is not ready: it has no configuration, and does not listen yet"
    return trail.fails(Stage.LISTENER, said, dropped(Connection.REFUSED), resource=pods[0].owner.at("status"))
