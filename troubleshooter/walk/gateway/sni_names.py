"""Names that proxies put into the TLS hello for a service of the mesh, as the gateway between networks reads them.

Source: `BuildDNSSrvSubsetKey` in istio/istio pilot/pkg/model/service.go.
"""

from __future__ import annotations

import re
from typing import NamedTuple

FORM = re.compile(r"outbound_\.(\d{1,5})_\.([^_]*)_\.(.+)")


class MeshName(NamedTuple):
    """What such a name says."""

    port: int
    subset: str
    host: str


def mesh_name(sni: str) -> MeshName | None:
    """The port, subset and host of `outbound_.8080_.v1_.reviews.shop.svc.cluster.local`; None for any other name."""
    found = FORM.fullmatch(sni)
    return MeshName(int(found[1]), found[2], found[3]) if found else None
