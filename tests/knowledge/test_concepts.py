"""Every stage and every kind of object has its page, of a size that is read, and what stands in it can be checked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tests.knowledge.knowledge_base import KNOWLEDGE, parsed
from troubleshooter.learn.concept_pages import LINK
from troubleshooter.model import Stage

PAGES = sorted((KNOWLEDGE / "concepts").glob("*.md"))
SECTIONS = ("## An example", "## What goes wrong", "## How to look at it", "## Sources")
SHORTEST, LONGEST = 38, 72
WIDEST = 80

KINDS = {
    "Gateway": "gateway",
    "VirtualService": "virtual-service",
    "DestinationRule": "destination-rule",
    "ServiceEntry": "service-entry",
    "Sidecar": "sidecar",
    "WorkloadEntry": "workload-entry",
    "WorkloadGroup": "workload-group",
    "EnvoyFilter": "envoy-filter",
    "PeerAuthentication": "peer-authentication",
    "RequestAuthentication": "request-authentication",
    "AuthorizationPolicy": "authorization-policy",
    "ProxyConfig": "proxy-config",
    "Telemetry": "telemetry",
    "WasmPlugin": "wasm-plugin",
    "IstioOperator": "mesh-config",
}
"""The kinds of Istio, each with its page."""

OTHERS = ("mesh-config", "service", "endpoint-slice", "network-policy", "gateway-api", "response-flags", "mutual-tls")

every_page = pytest.mark.parametrize("page", [pytest.param(page, id=page.stem) for page in PAGES])


@pytest.mark.parametrize("name", [*Stage, *KINDS.values(), *OTHERS])
def test_stages_and_objects_have_pages(name: str) -> None:
    """Whoever meets a stage or an object in a result can read what it is."""
    assert name in parsed()[0].concepts


def test_every_istio_kind_of_a_fixture_has_its_page() -> None:
    """A kind that a cause is about is one that people will ask about."""
    found = set()
    for mesh in KNOWLEDGE.glob("causes/*/*/bad*.yaml"):
        text = mesh.read_text(encoding="utf-8")
        found |= set(re.findall(r"^apiVersion: [a-z]+\.istio\.io/\w+\nkind: (\w+)$", text, re.MULTILINE))

    assert set() == found - KINDS.keys()


@every_page
def test_a_page_has_a_readable_size(page: Path) -> None:
    """Between a screen and two; lines of 80 columns at most, links not counted."""
    lines = page.read_text(encoding="utf-8").splitlines()
    coded = [n for n, line in enumerate(lines) if line.startswith("```")]
    inside = {n for begin, end in zip(coded[::2], coded[1::2], strict=True) for n in range(begin, end)}
    wide = [line for n, line in enumerate(lines) if n not in inside and "https://" not in line]

    assert SHORTEST <= len(lines) <= LONGEST
    assert [] == [line for line in wide if len(LINK.sub(r"\1", line)) > WIDEST]


@every_page
def test_a_page_has_all_its_parts(page: Path) -> None:
    """What it decides, an example, what goes wrong, how to look at it, and sources, in this order."""
    text = page.read_text(encoding="utf-8")
    places = [text.find(f"\n{heading}\n") for heading in SECTIONS]

    assert -1 not in places
    assert sorted(places) == places


@every_page
def test_a_page_names_its_sources(page: Path) -> None:
    """Two pages with https at least, and nothing else in the list."""
    listed = page.read_text(encoding="utf-8").partition("## Sources\n")[2].split()
    sources = [word for word in listed if word != "-"]

    assert len(sources) >= 2
    assert sources == [word for word in sources if word.startswith("https://")]


@every_page
def test_examples_are_yaml(page: Path) -> None:
    """What stands between the fences of an example can be parsed."""
    blocks = re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)

    assert all(isinstance(yaml.safe_load(block), dict) for block in blocks)


@every_page
def test_a_page_leads_to_causes(page: Path) -> None:
    """What goes wrong is told with causes that are there, wherever the knowledge base has any."""
    without = {"envoy-filter", "wasm-plugin", "telemetry", "proxy-config", "dns"}

    assert page.stem in without or "/cause.yaml)" in page.read_text(encoding="utf-8")
