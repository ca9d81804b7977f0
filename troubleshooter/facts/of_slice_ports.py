"""Facts about EndpointSlices (or Endpoints) that somebody wrote by hand, and whose ports have other names than those of
the Service.

Must not know what follows from it.
Source: https://kubernetes.io/docs/concepts/services-networking/service/#services-without-selectors.
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.service.services import Port, Service
from troubleshooter.mesh.service.slices import has_address, slices_of, unknown_ports


def about_slice_ports(case: CaseBuilder, mesh: Mesh, service: Service, port: Port) -> None:
    """The port of the slices that could be meant: the only one there is, or the only one of the wanted number."""
    held = [(s, *p) for s in slices_of(mesh.index, service.object) if has_address(s) for p in unknown_ports(s, service)]
    same = [one for one in held if one[3] == port.target]
    meant = held if len(held) == 1 else same
    first = (meant or held)[0]
    case.role("endpoint", first[0].at())
    case.fact("endpoint.port_guess", "one" if len(meant) == 1 else "none", first[0].at(f"{first[1]}.name"))
    case.detail("endpoint.port_field", f"{first[1]}.name")
    case.detail("endpoint.port_names", ", ".join(dict.fromkeys(name or "(no name)" for _, _, name, _ in held)))
