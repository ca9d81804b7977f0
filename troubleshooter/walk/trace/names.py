"""Which Services and ServiceEntries a name could have meant, and why each does or does not stand behind it."""

from __future__ import annotations

from collections.abc import Iterator

from troubleshooter.mesh.service.services import Service
from troubleshooter.mesh.sidecar.sidecars import export_field
from troubleshooter.model import Considered
from troubleshooter.walk.caller.sender import meant
from troubleshooter.walk.trace.moment import Moment, chosen, lost


def meanings(moment: Moment) -> Iterator[Considered]:
    """The services of the name's full form, and those whose name begins alike in other namespaces."""
    host = moment.request.host
    full, _ = meant(moment.mesh, host, moment.viewer)
    taken = moment.hop.service
    short = host.partition(".")[0]
    for service in moment.mesh.registry.all:
        if service is taken:
            yield chosen(service.object.at(), f"{host} stands for {service.host}")
        elif service.host == full:
            yield _same_host(moment, service)
        elif service.object.name == short and not service.entry:
            yield lost(service.object.at(), f"it is {service.host}, and {host} means {full} here")


def _same_host(moment: Moment, service: Service) -> Considered:
    if not service.visible_to(moment.viewer):
        place = service.object.at(export_field(service))
        return lost(place, f"it is not exported to namespace {moment.viewer}, where the caller is")
    return lost(service.object.at(), f"{moment.hop.service.object if moment.hop.service else 'another'} has the name")
