"""Whether a port of a Service leads to plain HTTP, whatever it is declared as."""

from __future__ import annotations

import pytest

from tests.meshes import app, mesh
from troubleshooter.facts.pieces import service_case


@pytest.mark.parametrize(
    ("ports", "expected"),
    [
        ("{name: https, port: 443, targetPort: 8443}", "no"),
        ("{name: https, port: 443, targetPort: 8080}", "yes"),
        ("{name: https, port: 443, targetPort: http}", "yes"),
        ("{name: https, port: 443, targetPort: http-web}", "yes"),
        ("{name: https, port: 443, targetPort: https}", "no"),
        ("{name: https, port: 443, targetPort: 9000}, {name: http, port: 80, targetPort: 9000}", "yes"),
        ("{name: https, port: 443, targetPort: 9000}, {name: http, port: 80, targetPort: 9001}", "no"),
    ],
)
def test_where_a_port_leads(ports: str, expected: str) -> None:
    """By its targetPort, and by a port for HTTP that leads there too."""
    held = mesh(app("web", ports))
    service = held.registry.all[0]

    assert expected == service_case(held, service, service.ports[0]).facts["service.http_target"].word
