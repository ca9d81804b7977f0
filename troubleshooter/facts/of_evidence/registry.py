"""Facts about what istiod itself knows, where a request fails that configuration lets pass: was it lost before istiod,
or behind it?

Decides: whether istiod's pages have the service, its endpoints, and the objects that the walk goes by. What counts is
said by no page that is not there. Must not know causes.
Source: `/debug/registryz`, `/debug/endpointShardz` and `/debug/configz` of istiod (pilot/pkg/xds/debug.go).
"""

from __future__ import annotations

from collections.abc import Iterable

from troubleshooter.evidence import Reading
from troubleshooter.evidence.istiod.values import EndpointShards, Registry, UsedConfig
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence.scene import Scene
from troubleshooter.mesh.service.endpoints import Absence
from troubleshooter.model import Object, Source
from troubleshooter.walk import Hop


def about_registry(case: CaseBuilder, scene: Scene) -> None:
    """What istiod knows of what the walk met, on the hop in focus."""
    hop = scene.hop
    if hop is None or scene.observation is None or scene.trail is None or scene.trail.failed:
        return
    _service(case, scene, hop)
    _endpoints(case, scene, hop)
    _objects(case, scene, hop)


def _service(case: CaseBuilder, scene: Scene, hop: Hop) -> None:
    """Whether istiod knows the service."""
    pages = scene.evidence.of(Registry)
    if hop.service is None or not pages:
        return
    host = hop.service.host
    knows = any(host in page.value.by_host for page in pages)
    case.seen("evidence.istiod_service", "known" if knows else "unknown", _not_in(pages, host, knows=knows))
    if not knows:
        case.detail("evidence.config_part", f"anything of {host}")


def _endpoints(case: CaseBuilder, scene: Scene, hop: Hop) -> None:
    """Whether istiod has the endpoints that Kubernetes has, of where the request is sent."""
    pages, chosen = scene.evidence.of(EndpointShards), hop.cluster
    if chosen is None or chosen.service is None or chosen.service_port is None or not pages:
        return
    host, found = chosen.service.host, scene.mesh.endpoints(chosen.service, chosen.service_port)
    wanted = {one.address for one in found.ready if one.address}
    if found.absence is Absence.NOT_SEEN or found.external or not wanted:
        return
    held = {one.address for page in pages for one in page.value.by_host.get(host, ()) if one.healthy}
    word = "same" if wanted <= held else "none" if not held else "other"
    case.seen("evidence.istiod_endpoints", word, _not_in(pages, host, knows=bool(held)), *found.looked_at[:1])
    if word != "same":
        case.detail("evidence.config_part", f"the endpoints of {host}")


def _objects(case: CaseBuilder, scene: Scene, hop: Hop) -> None:
    """Whether istiod uses the VirtualServices that the walk goes by."""
    pages = scene.evidence.of(UsedConfig)
    owners = [owner for owner in (hop.routing.owners if hop.routing else ()) if owner.kind == "VirtualService"]
    left = next((owner for owner in owners if pages and not _used(pages, owner)), None)
    if left is not None:
        text = f"{left.kind} {left.namespace}/{left.name} is not in it"
        case.seen("evidence.istiod_config", "left-out", Source(file=pages[0].name, text=text), left.at())
        case.detail("evidence.config_part", f"what {left} says")
    elif pages and owners:
        case.seen("evidence.istiod_config", "used", Source(file=pages[0].name, text=f"{owners[0]} is in it"))


def _used(pages: Iterable[Reading[UsedConfig]], thing: Object) -> bool:
    return any((thing.kind, thing.namespace, thing.name) in page.value.objects for page in pages)


def _not_in(
    pages: tuple[Reading[Registry], ...] | tuple[Reading[EndpointShards], ...], host: str, *, knows: bool
) -> Source:
    return Source(file=pages[0].name, text=f"{host} is in it" if knows else f"{host} is not in it")
