"""Facts about endpoints that get requests only when nearer ones fail, and the settings behind that."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.inventories import inventory
from troubleshooter.facts import walk_cases
from troubleshooter.mesh import Mesh
from troubleshooter.model import Case
from troubleshooter.walk import parse_request, walk

FOLDER = Path(__file__).parents[2] / "knowledge/causes/resilience/locality-lb-unexpected"


def case_of(name: str, note: str = "") -> Case:
    """The case of a request by web-0 in one of the meshes of the cause; `note` is an annotation of the Service."""
    held = list(yaml.safe_load_all((FOLDER / f"{name}.yaml").read_text(encoding="utf-8")))
    for thing in held:
        if thing["kind"] == "Service" and note:
            thing["metadata"]["annotations"] = {"networking.istio.io/traffic-distribution": note}
    mesh = Mesh(inventory(yaml.safe_dump_all(held)))
    return walk_cases(mesh, walk(mesh, parse_request("http://payments.shop:8080/pay", source="shop/pod/web-0")))[0]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("bad", "some"), ("bad-subset", "some"), ("near-no-outlier-detection", "none"), ("near-equally-far", "none")],
)
def test_endpoints_farther_away(name: str, expected: str) -> None:
    """Outlier detection puts those in other zones behind; not where all are in other zones."""
    assert expected == case_of(name).facts["endpoint.farther"].word


@pytest.mark.parametrize(
    ("name", "note", "expected"),
    [("bad", "", "none"), ("bad", "preferclose", "set"), ("near-traffic-distribution", "", "set")],
)
def test_service_that_asks_for_close_endpoints(name: str, note: str, expected: str) -> None:
    """By its field, or by the annotation."""
    assert expected == case_of(name, note).facts["service.traffic_distribution"].word


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("bad", "spec.trafficPolicy.loadBalancer.localityLbSetting"),
        ("bad-subset", "spec.trafficPolicy.loadBalancer.localityLbSetting"),
    ],
)
def test_where_localities_could_be_switched_off(name: str, expected: str) -> None:
    """In the load balancer that is in force, else beside the outlier detection."""
    assert expected == case_of(name).details["destination_rule.locality_field"]
