"""Whether TLS that the client makes itself still lies around what a hop passes on.

Decides from the hops so far. Must not know what the sending end adds.
"""

from __future__ import annotations

from collections.abc import Sequence

from troubleshooter.mesh.policy.mtls import Sends
from troubleshooter.model import HopKind, Request
from troubleshooter.walk.basis.decisions import Hop

ENDING = frozenset({"SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL", "ISTIO_MUTUAL"})
"""Modes of a Gateway's server that end the TLS which comes in."""


def keeps_client_tls(request: Request, hops: Sequence[Hop]) -> bool:
    """Whether the last of `hops` has the client's own TLS in hand, which it cannot look into."""
    if request.scheme != "https" or hops[-1].family == "http":
        return False
    return not any(_ends_it(hop, before) for hop, before in zip(hops, (None, *hops), strict=False))


def _ends_it(hop: Hop, before: Hop | None) -> bool:
    """Whether a gateway ends the client's TLS: not where the proxy before put another one around it."""
    if hop.kind is not HopKind.GATEWAY or hop.server is None or hop.server.tls not in ENDING:
        return False
    return before is None or before.offer is None or before.offer.sends is Sends.PLAINTEXT
