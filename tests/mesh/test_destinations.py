"""DestinationRules: which one decides for a host, and what it says."""

from __future__ import annotations

import pytest

from tests.meshes import app, mesh, mesh_config, service, thing
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.routing.destinations import DestinationRule
from troubleshooter.mesh.service.services import Service

HOST = "web.shop.svc.cluster.local"
V1 = "subsets: [{name: v1, labels: {version: v1}}]"


def rule(name: str, more: str = "", *, host: str = HOST, namespace: str = "shop", age: int = 0) -> str:
    """A DestinationRule; `age` orders rules, the least being the oldest."""
    meta = f'creationTimestamp: "20{age:02}-01-01"'
    return thing("DestinationRule", name, f'host: "{host}"\n{more}', namespace=namespace, meta=meta)


def of(held: Mesh, host: str = HOST) -> Service:
    """The service of that host."""
    found = held.registry.get(host)
    assert found is not None
    return found


def decider(*texts: str, viewer: str = "client", labels: dict[str, str] | None = None) -> DestinationRule | None:
    """The rule that a proxy in namespace `viewer` applies to the Service web."""
    held = mesh(service("web"), *texts)
    return held.destination_rules.in_force(of(held), viewer, labels or {})


def name(found: DestinationRule | None) -> str:
    """The name of a rule's oldest object, "" without one."""
    return found.object.name if found else ""


OF_CLIENT, OF_SERVICE, OF_ROOT = (
    rule(n, namespace=n if n != "of-service" else "shop") for n in ("client", "of-service", "istio-system")
)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ((OF_CLIENT, OF_SERVICE, OF_ROOT), "client"),
        ((OF_SERVICE, OF_ROOT), "of-service"),
        ((OF_ROOT,), "istio-system"),
        ((rule("elsewhere", namespace="other"),), ""),
        ((), ""),
    ],
)
def test_where_rules_are_looked_up(texts: tuple[str, ...], expected: str) -> None:
    """The client's namespace, then the service's, then the root namespace."""
    assert expected == name(decider(*texts))


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("", "r"),
        ("exportTo: ['*']", "r"),
        ("exportTo: [client]", "r"),
        ("exportTo: [.]", ""),
        ("exportTo: [other]", ""),
    ],
)
def test_export(more: str, expected: str) -> None:
    """A rule of the service's namespace counts for whom it is exported to."""
    assert expected == name(decider(rule("r", more)))


def test_private_rule_hides_nothing() -> None:
    """A rule that the service's namespace keeps to itself gives way to the root namespace's."""
    assert "istio-system" == name(decider(rule("r", "exportTo: [.]"), OF_ROOT))


def test_rule_that_is_exported_elsewhere_hides() -> None:
    """The most specific rule is picked before it is looked whether the client may see it."""
    texts = (rule("narrow", "exportTo: [other]"), rule("wide", host="*.shop.svc.cluster.local"))

    assert "" == name(decider(*texts))


def test_default_export() -> None:
    """The mesh's default makes rules without exportTo private."""
    assert "" == name(decider(OF_SERVICE, mesh_config("defaultDestinationRuleExportTo: [.]")))
    assert "of-service" == name(decider(OF_SERVICE, mesh_config("defaultDestinationRuleExportTo: [.]"), viewer="shop"))


def test_rules_of_the_root_namespace_hide_none_of_a_service() -> None:
    """A client in the root namespace sees first only what is private to it."""
    private = rule("private", "exportTo: [.]", namespace="istio-system")

    assert "of-service" == name(decider(OF_SERVICE, OF_ROOT, viewer="istio-system"))
    assert "private" == name(decider(OF_SERVICE, private, viewer="istio-system"))


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        (("*", "*.cluster.local", HOST), HOST),
        (("*", "*.cluster.local"), "*.cluster.local"),
        (("*", "*.other.local"), "*"),
        (("WEB.shop.svc.cluster.local",), HOST),
        (("web",), HOST),
    ],
)
def test_most_specific_host(hosts: tuple[str, ...], expected: str) -> None:
    """The exact host, else the longest wildcard; a short name is of the rule's namespace."""
    found = decider(*(rule(f"r{n}", host=h) for n, h in enumerate(hosts)))

    assert expected == (found.host if found else "")


def test_merging() -> None:
    """Of rules for one host all subsets count, and the trafficPolicy of the oldest that has one."""
    found = decider(
        rule("c", "trafficPolicy: {tls: {mode: DISABLE}}\nsubsets: [{name: v2, labels: {version: v2}}]", age=3),
        rule("b", "trafficPolicy: {tls: {mode: SIMPLE}}\nsubsets: [{name: v1, labels: {version: other}}]", age=2),
        rule("a", V1, age=1),
    )
    assert found is not None

    assert (["a", "b", "c"], ["v1", "v2"]) == ([o.name for o in found.objects], list(found.subsets))
    assert {"version": "v1"} == dict(found.subsets["v1"].labels)
    assert "SIMPLE" == (found.section("tls", 80) or ({}, None))[0].get("mode")


def test_rules_of_different_export_are_not_merged() -> None:
    """The last that is exported otherwise stands alone."""
    found = decider(rule("a", V1, age=1), rule("b", "exportTo: [client]", age=2))

    assert ["b"] == [o.name for o in (found.objects if found else ())]


def test_wrong_shapes() -> None:
    """What is no list or map reads as nothing."""
    found = decider(rule("a", "subsets: {v1: x}\ntrafficPolicy: [1]"), rule("b", "subsets: [7, null, {labels: x}]"))
    assert found is not None

    assert [""] == list(found.subsets)
    assert found.section("tls", 80) is None


SELECTED = rule(
    "own", "workloadSelector: {matchLabels: {app: api}}\ntrafficPolicy: {tls: {mode: DISABLE}}", namespace="client"
)


@pytest.mark.parametrize(
    ("labels", "viewer", "expected"),
    [
        ({"app": "api"}, "client", "own"),
        ({"app": "web"}, "client", ""),
        ({"app": "api"}, "third", "of-service"),
    ],
)
def test_rule_for_chosen_workloads(labels: dict[str, str], viewer: str, expected: str) -> None:
    """A rule with a workloadSelector counts for these pods of its namespace, and nobody else."""
    assert expected == name(decider(SELECTED, OF_SERVICE, viewer=viewer, labels=labels))


def test_rule_for_chosen_workloads_beside_one_for_all() -> None:
    """It replaces the one for everybody, for those whom it selects."""
    texts = (SELECTED, OF_CLIENT)

    assert ["own", "client"] == [name(decider(*texts, labels={"app": a})) for a in ("api", "web")]


def test_rule_for_chosen_workloads_is_never_exported() -> None:
    """A rule of the service's namespace with a workloadSelector is private."""
    chosen = rule("chosen", "workloadSelector: {matchLabels: {app: api}}")

    assert "" == name(decider(chosen, labels={"app": "api"}))


LEVELS = """
trafficPolicy:
  tls: {mode: SIMPLE}
  loadBalancer: {simple: RANDOM}
  portLevelSettings:
  - {port: {number: 8080}, tls: {mode: DISABLE}}
  - {port: {number: 9090}}
subsets:
- {name: v1, labels: {version: v1}, trafficPolicy: {tls: {mode: MUTUAL}}}
- {name: v2, labels: {version: v2}, trafficPolicy: {connectionPool: {}}}
- name: v3
  labels: {version: v3}
  trafficPolicy: {portLevelSettings: [{port: {number: 8080}, tls: {mode: ISTIO_MUTUAL}}]}
"""


@pytest.mark.parametrize(
    ("section", "port", "subset", "expected"),
    [
        ("tls", 80, "", "SIMPLE spec.trafficPolicy.tls"),
        ("tls", 8080, "", "DISABLE spec.trafficPolicy.portLevelSettings[0].tls"),
        ("tls", 9090, "", ""),
        ("loadBalancer", 8080, "", ""),
        ("tls", 8080, "v1", "MUTUAL spec.subsets[0].trafficPolicy.tls"),
        ("tls", 8080, "v2", "DISABLE spec.trafficPolicy.portLevelSettings[0].tls"),
        ("tls", 80, "v2", "SIMPLE spec.trafficPolicy.tls"),
        ("tls", 8080, "v3", "ISTIO_MUTUAL spec.subsets[2].trafficPolicy.portLevelSettings[0].tls"),
        ("tls", 80, "none", "SIMPLE spec.trafficPolicy.tls"),
        ("outlierDetection", 80, "", ""),
    ],
)
def test_sections(section: str, port: int, subset: str, expected: str) -> None:
    """Port-level settings replace all others of their level; the subset's own policy outranks the rule's."""
    rule_ = decider(rule("r", LEVELS))
    found = rule_.section(section, port, subset) if rule_ else None

    assert expected == (f"{found[0].get('mode', '')} {found[1].field}" if found else "")


def test_subset() -> None:
    """A subset that is not defined is none."""
    found = decider(rule("r", V1))
    assert found is not None

    assert (found.subsets["v1"], None) == (found.subset("v1"), found.subset("v2"))
    assert "spec.subsets[0]" == found.subsets["v1"].place.field


def test_rivals() -> None:
    """Rules that cover the host too and do not decide."""
    held = mesh(app("web"), OF_CLIENT, OF_SERVICE, rule("wide", host="*.cluster.local", namespace="istio-system"))
    found = held.destination_rules.in_force(of(held), "client", {})
    assert found is not None
    rivals = held.destination_rules.rivals(of(held), "client", found)

    assert ["of-service", "wide"] == [r.object.name for r in rivals]


def test_covering() -> None:
    """Every rule that covers a host, whoever may see it."""
    held = mesh(
        rule("exact", "exportTo: [.]", namespace="other", age=2),
        rule("wide", host="*.cluster.local", age=1),
        rule("no", host="*.org"),
    ).destination_rules

    assert ["wide", "exact"] == [r.name for r in held.covering(HOST)]
    assert ["wide"] == [r.name for r in held.wildcards(HOST)]
