"""Every flag does what the help says."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.conftest import FAILING, MISSING, RunCommand
from tests.inventories import EXACT, SHOP
from troubleshooter.cli.commands import COMMANDS, WIZARD

TO = "http://payments.shop:8080/api/x"


def _json(run: RunCommand, *words: str) -> Any:
    return json.loads(run(*words, "-o", "json").out)


def test_request_is_read_off_the_flags(run: RunCommand) -> None:
    """--from, --to, -X, -H and --expect are in the result as they were given."""
    words = (*FAILING, "-X", "post", "-H", "X-Tenant: blue", "--expect", "payments.shop")
    request = _json(run, "diagnose", "-f", "good.yaml", *words)["request"]

    assert request == {
        "from": "shop/deployment/web",
        "to": TO,
        "method": "POST",
        "headers": {"x-tenant": "blue"},
        "expect": "payments.shop",
        "assumed": [],
        "http10": False,
    }


def test_findings_as_policy_reports(run: RunCommand) -> None:
    """-o policyreport prints objects for `kubectl apply`, which point at objects in the version that was read."""
    answer = run("diagnose", "-f", "bad.yaml", *FAILING, "-o", "policyreport")
    results = [result for report in yaml.safe_load(answer.out)["items"] for result in report["results"]]

    assert 1 == answer.status
    assert ["networking.istio.io/v1"] == [
        result["resources"][0]["apiVersion"] for result in results if result["properties"].get("root")
    ]


def test_old_version_is_read_off_its_flag(run: RunCommand) -> None:
    """--http1.0 is in the result."""
    assert _json(run, "walk", "-f", "good.yaml", *FAILING, "--http1.0")["request"]["http10"]


def test_expectation_that_is_not_met(run: RunCommand, here: Path) -> None:
    """--expect another service makes the verdict misrouted."""
    service = "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {ports: [{port: 80}]}}"
    (here / "web.yaml").write_text(service, encoding="utf-8")
    files = ("-f", "good.yaml", "-f", "web.yaml")

    assert "misrouted" == _json(run, "diagnose", *files, *FAILING, "--expect", "web.shop")["verdict"]


def test_expectation_that_nothing_can_meet(run: RunCommand) -> None:
    """--expect a service that is not there is wrong usage."""
    assert 2 == run("diagnose", "-f", "good.yaml", *FAILING, "--expect", "paymints.shop").status


def test_plaintext(run: RunCommand, here: Path) -> None:
    """--plaintext makes the caller's proxy originate no TLS, which a STRICT target refuses."""
    strict = """
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: shop}
spec: {mtls: {mode: STRICT}}
"""
    (here / "strict.yaml").write_text(SHOP + strict, encoding="utf-8")
    words = ("walk", "-f", "strict.yaml", *FAILING)

    assert ["reachable", "unreachable"] == [_json(run, *words)["verdict"], _json(run, *words, "--plaintext")["verdict"]]


def test_sni_chooses_the_server(run: RunCommand, here: Path) -> None:
    """--sni is what the gateway sees: no server has another name."""
    gateway = """
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec:
  selector: {istio: edge}
  servers:
  - port: {number: 443, name: https, protocol: HTTPS}
    tls: {mode: SIMPLE, credentialName: cert}
    hosts: [shop.example.com]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: edge, namespace: shop}
spec:
  selector: {matchLabels: {istio: edge}}
  template:
    metadata:
      labels: {istio: edge, sidecar.istio.io/inject: "true"}
      annotations: {inject.istio.io/templates: gateway}
    spec: {containers: [{name: istio-proxy, image: auto}]}
"""
    (here / "edge.yaml").write_text(SHOP + gateway, encoding="utf-8")
    words = ("walk", "-f", "edge.yaml", "--from", "gateway:shop/edge", "--to", "https://shop.example.com/")
    both = [_json(run, *words), _json(run, *words, "--sni", "other.example.com")]
    listeners = [next(s for s in walked["path"] if s["stage"] == "listener") for walked in both]

    assert ["fail" == one["verdict"] for one in listeners] == [False, True]


def test_with_lays_manifests_over(run: RunCommand, here: Path) -> None:
    """--with answers what would happen if: the mended route takes the request."""
    (here / "fix.yaml").write_text(EXACT.replace("exact", "prefix"), encoding="utf-8")
    words = ("diagnose", "-f", "bad.yaml", *FAILING)

    assert [1, 0] == [run(*words).status, run(*words, "--with", "fix.yaml").status]


@pytest.mark.parametrize("command", ["walk", "diagnose"])
def test_with_keeps_what_was_before(run: RunCommand, here: Path, command: str) -> None:
    """The result holds the walk without the manifests too; without --with there is none."""
    (here / "fix.yaml").write_text(EXACT.replace("exact", "prefix"), encoding="utf-8")
    words = (command, "-f", "bad.yaml", *FAILING)
    found = _json(run, *words, "--with", "fix.yaml")

    assert ["reachable", "unreachable"] == [found["verdict"], found["before"]["verdict"]]
    assert "dies at route" in run(*words, "--with", "fix.yaml").out
    assert _json(run, *words)["before"] is None


@pytest.mark.parametrize("command", ["walk", "diagnose"])
def test_without_takes_a_workload_away(run: RunCommand, command: str) -> None:
    """--without answers who takes over; the request says what was taken away, and the way before is kept."""
    found = _json(run, command, "-f", "good.yaml", *FAILING, "--without", "shop/deployment/payments")

    assert ("unreachable", "reachable") == (found["verdict"], found["before"]["verdict"])
    assert ["without shop/deployment/payments: its pods are taken for not ready"] == found["request"]["assumed"]


def test_with_brings_the_caller_along(run: RunCommand, here: Path) -> None:
    """Where the request makes no sense without the manifests, there is nothing before."""
    caller = SHOP.rpartition("---")[2].replace("web", "shop-front")
    (here / "caller.yaml").write_text(caller, encoding="utf-8")
    words = ("walk", "-f", "good.yaml", "--with", "caller.yaml", "--from", "shop/deployment/shop-front", "--to", TO)

    assert [None, "reachable"] == [_json(run, *words)["before"], _json(run, *words)["verdict"]]


@pytest.mark.parametrize("command", ["walk", "diagnose"])
def test_trace_names_what_was_considered(run: RunCommand, command: str) -> None:
    """--trace says at each stage what was looked at; without it nothing is."""
    words = (command, "-f", "bad.yaml", *FAILING)
    route = [
        next(s for s in found["path"] if s["stage"] == "route")["considered"]
        for found in (_json(run, *words), _json(run, *words, "--trace"))
    ]

    assert route[0] == []
    assert [(c["resource"]["field"], c["chosen"]) for c in route[1]] == [
        ("spec.hosts", True),
        ("spec.http[0].match[0].uri.exact", False),
    ]
    assert "it wants uri.exact" in " ".join(run(*words, "--trace").out.split())


def test_standard_input_as_mesh(run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    """-f - reads standard input, and calls it `-` in the result."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(f"{SHOP}---{EXACT}".encode())))
    found = _json(run, "diagnose", "-f", "-", *FAILING)

    assert ["-"] == list({f["resource"]["file"] for f in found["findings"]})


def test_several_files_are_one_mesh(run: RunCommand, here: Path) -> None:
    """-f may be repeated."""
    (here / "route.yaml").write_text(EXACT, encoding="utf-8")

    assert 1 == run("diagnose", "-f", "good.yaml", "-f", "route.yaml", *FAILING).status


def test_named_kubernetes_cluster(run: RunCommand) -> None:
    """-f NAME=PATH names the Kubernetes cluster of the objects."""
    found = _json(run, "diagnose", "-f", "east=bad.yaml", *FAILING)

    assert "east" == found["findings"][0]["resource"]["cluster"]


OWN_CAUSE = """
id: my-service
title: Service ${service} is ours
stage: endpoint
cases: [piece]
severity: warning
prevalence: rare
status: draft
symptoms: [503-uh]
when: [{service.endpoints: some}]
explain: [{text: It is there.}]
fixes: [{do: Leave it, risk: None., applicability: manual, run: [kubectl get services]}]
references: ["https://kubernetes.io/docs/concepts/services-networking/service/"]
"""


@pytest.fixture
def own(here: Path) -> tuple[str, ...]:
    """A knowledge folder with one cause, which finds every Service with an endpoint, as flags."""
    folder = here / "mine" / "causes" / "service" / "my-service"
    folder.mkdir(parents=True)
    (folder / "cause.yaml").write_text(OWN_CAUSE, encoding="utf-8")
    return "--knowledge", "mine"


@pytest.mark.parametrize(
    ("words", "namespaces"),
    [
        ((), ["bank", "shop"]),
        (("-n", "bank"), ["bank"]),
        (("-n", "none"), []),
        (("-n", "bank", "-A"), ["bank", "shop"]),
    ],
)
def test_namespace_limits_an_audit(
    run: RunCommand, here: Path, own: tuple[str, ...], words: tuple[str, ...], namespaces: list[str]
) -> None:
    """-n leaves the findings of one namespace, -A those of all."""
    bank = SHOP.replace("namespace: shop", "namespace: bank").replace("name: shop", "name: bank")
    (here / "two.yaml").write_text(f"{SHOP}---{bank}", encoding="utf-8")
    found = _json(run, "diagnose", "-f", "two.yaml", *own, *words)["findings"]

    assert namespaces == sorted({f["resource"]["namespace"] for f in found})


def test_namespace_completes_names(run: RunCommand) -> None:
    """With -n a caller and a host need none of their own."""
    words = ("-n", "shop", "--from", "deployment/web", "--to", "http://payments:8080/api/x")

    assert "vs-no-match-no-default" == _json(run, "diagnose", "-f", "bad.yaml", *words)["findings"][0]["cause"]


@pytest.mark.parametrize(("symptom", "causes"), [("503-uh", ["my-service"]), ("426", [])])
def test_symptom_limits_an_audit(run: RunCommand, own: tuple[str, ...], symptom: str, causes: list[str]) -> None:
    """--symptom leaves the causes that show it."""
    found = _json(run, "diagnose", "-f", "good.yaml", *own, "--symptom", symptom)["findings"]

    assert causes == [f["cause"] for f in found]


def test_symptom_narrows_what_is_possible(run: RunCommand) -> None:
    """--symptom leaves fewer causes for a request whose end is not known."""
    words = ("diagnose", "-f", "good.yaml", *MISSING)
    every, some = (_json(run, *words, *more)["possible"] for more in ((), ("--symptom", "403")))

    assert {one["cause"] for one in some} < {one["cause"] for one in every}


@pytest.mark.parametrize(("fail_on", "status"), [("error", 0), ("warning", 1), ("info", 1)])
def test_own_knowledge_is_added(run: RunCommand, own: tuple[str, ...], fail_on: str, status: int) -> None:
    """--knowledge adds causes, and --fail-on says from which severity on they count."""
    audit = run("diagnose", "-f", "good.yaml", *own, "--fail-on", fail_on, "-o", "json")

    assert (status, ["my-service"]) == (audit.status, [f["cause"] for f in json.loads(audit.out)["findings"]])


def test_offline_changes_nothing_where_files_are_given(run: RunCommand) -> None:
    """--offline is what -f without a cluster does anyway."""
    words = ("diagnose", "-f", "bad.yaml", *FAILING)

    assert run(*words).out == run(*words, "--offline").out


@pytest.mark.parametrize("name", [*COMMANDS, ""])
def test_every_flag_has_its_sentence(name: str) -> None:
    """The help of a command says something about each of its flags."""
    command = COMMANDS[name] if name else WIZARD

    assert [] == [row.names for _, rows in command.flags for row in rows if not row.reading.get("help")]
