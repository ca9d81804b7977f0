"""Mesh-wide settings: where they come from, and what holds without them."""

from __future__ import annotations

import pytest

from tests.meshes import SPACES, mesh, mesh_config, thing

OPERATOR = thing(
    "IstioOperator", "istio", "meshConfig: {rootNamespace: root, enableAutoMtls: false}", namespace="istio-system"
)


def test_defaults() -> None:
    """Without a mesh config Istio's defaults hold."""
    held = mesh(SPACES).settings

    assert ("istio-system", "cluster.local", ("cluster.local",)) == (
        held.root_namespace,
        held.trust_domain,
        held.trust_domains,
    )
    assert held.auto_mtls
    assert not held.registry_only
    assert [] == held.default_export("VirtualService")
    assert {} == held.locality_setting
    assert held.at("rootNamespace") is None
    assert held.provider("opa") is None


def test_config_map() -> None:
    """The text in ConfigMap istio is the mesh config."""
    held = mesh(
        mesh_config(
            """
            rootNamespace: root
            trustDomain: corp
            trustDomainAliases: [old]
            enableAutoMtls: false
            outboundTrafficPolicy: {mode: REGISTRY_ONLY}
            defaultVirtualServiceExportTo: [.]
            defaultDestinationRuleExportTo: [shop]
            defaultServiceExportTo: ["*"]
            localityLbSetting: {enabled: false}
            extensionProviders: [{name: opa, envoyExtAuthzGrpc: {port: 9000}}]
            """
        )
    ).settings

    assert ("root", ("corp", "old")) == (held.root_namespace, held.trust_domains)
    assert not held.auto_mtls
    assert held.registry_only
    assert [["."], [], []] == [held.default_export(k) for k in ("VirtualService", "DestinationRule", "ServiceEntry")]
    assert {"enabled": False} == held.locality_setting
    assert "opa" == (held.provider("opa") or {}).get("name")


def test_place_of_a_key() -> None:
    """A setting is pointed at as part of the ConfigMap's text."""
    place = mesh(mesh_config("rootNamespace: root")).settings.at("rootNamespace")

    assert ("ConfigMap", "data.mesh") == (getattr(place, "kind", ""), getattr(place, "field", ""))


def test_operator() -> None:
    """Without a ConfigMap the IstioOperator's word counts."""
    held = mesh(OPERATOR).settings

    assert "root" == held.root_namespace
    assert "spec.meshConfig.rootNamespace" == getattr(held.at("rootNamespace"), "field", "")


def test_config_map_outranks_operator() -> None:
    """The ConfigMap is what istiod reads."""
    assert "mesh" == mesh(OPERATOR, mesh_config("rootNamespace: mesh")).settings.root_namespace


def test_map_of_a_revision() -> None:
    """ConfigMap istio-<revision> counts where there is no ConfigMap istio."""
    of_revision = mesh_config("rootNamespace: root").replace("name: istio,", "name: istio-canary,")

    assert "root" == mesh(of_revision).settings.root_namespace
    assert "mesh" == mesh(of_revision, mesh_config("rootNamespace: mesh")).settings.root_namespace


@pytest.mark.parametrize(
    "text", ["a: [", "just a text", "[1, 2]", "a: !!timestamp x", "2024-99-99: x", "? {a: b}\n: c"]
)
def test_damaged_config(text: str) -> None:
    """A text that is no map leaves the defaults."""
    held = mesh(mesh_config(text))

    assert "istio-system" == held.settings.root_namespace


def test_empty_config_is_whole() -> None:
    """A mesh config that says nothing is no damage."""
    held = mesh(thing("ConfigMap", "istio", namespace="istio-system", rest='data: {mesh: ""}'))

    assert held.settings.readable
    assert [] == [n for n in held.assumptions() if "mesh config" in n.what]


def test_what_is_assumed() -> None:
    """A mesh without ConfigMap and without root namespace says so."""
    said = [n.what for n in mesh(SPACES).assumptions()]

    assert 2 == len(said)
    assert any("mesh config" in what for what in said)
    assert any("istio-system" in what for what in said)
    assert [] == list(mesh(mesh_config("{}")).assumptions())


@pytest.mark.parametrize(
    ("canary", "expected"),
    [
        (
            "outboundTrafficPolicy: {mode: REGISTRY_ONLY}",
            ["mesh config of another revision (ConfigMap istio-system/istio-canary)"],
        ),
        ("{}", []),
    ],
)
def test_mesh_config_of_another_revision(canary: str, expected: list[str]) -> None:
    """What it says differently holds for none of the proxies here, which is said."""
    other = mesh_config(canary).replace("name: istio,", "name: istio-canary,")

    assert expected == [n.what for n in mesh(mesh_config("{}"), other).assumptions()]


@pytest.mark.parametrize("text", ["extensionProviders: 7", "trustDomainAliases: x", "outboundTrafficPolicy: [1]"])
def test_wrong_shapes(text: str) -> None:
    """Settings of a wrong shape read as absent."""
    held = mesh(mesh_config(text)).settings

    assert (None, ("cluster.local",), False) == (held.provider("x"), held.trust_domains, held.registry_only)
