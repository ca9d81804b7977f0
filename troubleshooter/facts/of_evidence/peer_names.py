"""The names in a certificate that a caller's proxy did not take, as its log line lists them.

Decides whether they are of another trust domain than the caller's own, which its certificate tells, or its mesh. Must
not know why. Source: `certificate SANs are [...]`, source/common/tls/cert_validator/default_validator.cc in Envoy.
Older releases do not list them (measured: 1.37 does not, 1.38 does).
"""

from __future__ import annotations

import re

from troubleshooter.evidence.envoy.status import Certificates
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence.ends import ends_of
from troubleshooter.facts.of_evidence.scene import Scene

LISTED = re.compile(r"certificate[ _]SANs[ _]are[ _]\[([^]]*)\]")
DOMAIN = re.compile(r"spiffe://([^/]+)/")


def about_peer_name(case: CaseBuilder, scene: Scene) -> None:
    """Whose the certificate was that was not accepted for its name."""
    if scene.observation is None:
        return
    entry = scene.observation.entry
    found = LISTED.search(entry.transport_failure) or LISTED.search(entry.details)
    if found is None:
        return
    case.detail("failure.peer_names", found[1].replace(",_", ", ") or "none")
    theirs, ours = set(DOMAIN.findall(found[1])), _own(scene)
    if theirs and ours:
        case.seen(
            "failure.peer_name", "other-identity" if theirs & ours else "other-trust-domain", scene.observation.source
        )


def _own(scene: Scene) -> set[str]:
    """The trust domains of the caller: that of its certificate, else those of its mesh."""
    proxy = ends_of(scene).sender
    pages = proxy.of(Certificates) if proxy else ()
    shown = {d for page in pages for one in page.value.chain for name in one.names for d in DOMAIN.findall(name)}
    if shown or scene.hop is None:
        return shown
    cluster = scene.hop.party.cluster
    return set(scene.mesh.trust_domains.of(cluster)) if cluster is not None else set()
