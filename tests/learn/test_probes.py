"""What can be looked at is computed from the scenario, and reveals what it shows."""

from __future__ import annotations

import pytest
import yaml

from tests.learn.lessons_played import judged
from troubleshooter.learn.probes import probes
from troubleshooter.learn.revealing import Probe, revealed, shortest_way
from troubleshooter.learn.scenario import ScenarioError


def shown(cause: str, command: str, mesh: str = "bad") -> str:
    """What a command prints in a scenario; the command is named by how it begins."""
    return next(probe.text for probe in probes(judged(cause, mesh)) if probe.command.startswith(command))


def commands(cause: str, mesh: str = "bad") -> list[str]:
    """Everything that can be looked at."""
    return [probe.command for probe in probes(judged(cause, mesh))]


def way(cause: str, mesh: str = "bad") -> list[str]:
    """The shortest way."""
    found = judged(cause, mesh)
    return [probe.command for probe in shortest_way(found.root.because, probes(found)) or ()]


def test_an_object_is_shown_without_its_marks() -> None:
    """Comments of the file, which point at what is wrong, are not there; the fields are."""
    text = shown("vs-no-match-no-default", "kubectl get virtualservice")

    assert "#" not in text
    assert "/api/health" == yaml.safe_load(text)["spec"]["http"][0]["match"][0]["uri"]["exact"]


def test_pods_show_who_has_a_proxy() -> None:
    """Two containers are ready where there is one, one where there is none."""
    caller = shown("mtls-strict-plaintext-client", "kubectl get pods -n legacy").splitlines()[1].split()
    target = shown("mtls-strict-plaintext-client", "kubectl get pods -n shop").splitlines()[1].split()

    assert ["1/1", "2/2"] == [caller[1], target[1]]


def test_pods_keep_their_made_up_names() -> None:
    """Names come from the workload alone, so that they are the same in every run."""
    names = [shown("vs-no-match-no-default", "kubectl get pods -n shop").split()[5] for _ in range(2)]

    assert names[0] == names[1]
    assert names[0].startswith("payments-")


def test_routes_show_paths_and_virtual_services() -> None:
    """A virtual host is printed with one line for each route."""
    assert (
        "NAME     DOMAINS                                 MATCH           VIRTUAL SERVICE\n"
        "8080     payments, payments.shop + 1 more...     /api/health     payments.shop"
    ) == shown("vs-no-match-no-default", "istioctl proxy-config routes")


def test_routes_of_a_gateway() -> None:
    """They go by the port of its listener."""
    assert (
        "NAME        DOMAINS              MATCH     VIRTUAL SERVICE\n"
        "http.80     shop.example.com     /pay*     shop.shop"
    ) == shown("vs-no-match-no-default", "istioctl proxy-config routes", "bad-at-gateway")


def test_listeners_of_a_gateway() -> None:
    """One for each port that its servers open, and those that it has for itself."""
    assert (
        "ADDRESSES PORT  MATCH                 DESTINATION\n"
        "0.0.0.0   8443  SNI: shop.example.com Route: https.443.https-443.public.shop\n"
        "0.0.0.0   15021 ALL                   Inline Route: /healthz/ready*\n"
        "0.0.0.0   15090 ALL                   Inline Route: /stats/prometheus*"
    ) == shown("gateway-tls-sni-mismatch", "istioctl proxy-config listeners")


def test_a_gateway_that_nobody_configures_listens_for_itself_alone() -> None:
    """No Gateway selects it, so that no port of a server is there."""
    ports = [line.split()[1] for line in shown("gateway-selector-no-match", "istioctl proxy-config l").splitlines()]

    assert ["PORT", "15021", "15090"] == ports


def test_clusters_show_the_subsets_that_are_defined() -> None:
    """One line without a subset, one for each subset; the last column names the rule in force."""
    rows = [line.split() for line in shown("dr-subset-not-defined", "istioctl proxy-config clusters").splitlines()[1:]]

    assert [["8080", "-"], ["8080", "v1"]] == [row[1:3] for row in rows[:2]]
    assert "payments.shop" == rows[0][-1]


def test_no_command_names_a_host_that_does_not_exist() -> None:
    """The clusters are those of the host that is asked for: a wrong name in a command would be the answer."""
    named = [c.rpartition(" ")[2] for c in commands("vs-destination-host-unknown") if "proxy-config clusters" in c]

    assert ["payments.shop.svc.cluster.local"] == named


def test_endpoints_of_nobody() -> None:
    """There is none, says kubectl."""
    text = shown("service-no-endpoints", "kubectl get endpoints payments")

    assert ["payments", "<none>", "<unknown>"] == text.splitlines()[1].split()


def test_endpoints_of_a_proxy() -> None:
    """Only the head is printed where the proxy can choose from nothing."""
    assert "ENDPOINT     STATUS     OUTLIER CHECK     CLUSTER" == shown(
        "service-no-endpoints", "istioctl proxy-config endpoints"
    )


def test_every_replica_is_an_endpoint() -> None:
    """A Deployment with two replicas has two pods and two addresses."""
    pods = shown("outlier-all-ejected", "kubectl get pods -n shop").splitlines()
    addresses = shown("outlier-all-ejected", "kubectl get endpoints payments").split()[4]

    assert 2 == sum(line.startswith("payments-") for line in pods)
    assert 2 == len(set(addresses.split(",")))


@pytest.mark.parametrize("cause", ["outlier-all-ejected", "egress-double-tls"])
def test_what_no_object_tells_is_not_offered(cause: str) -> None:
    """Which endpoints a proxy has ejected, and what DNS answers it."""
    assert [] == [command for command in commands(cause) if "proxy-config endpoints" in command]


def test_a_text_inside_an_object_has_no_marks() -> None:
    """The mesh configuration is a text, and its guilty line was marked too."""
    text = shown("egress-registry-only-blackhole", "kubectl get configmap")

    assert ["apiVersion", "data", "kind", "metadata"] == list(yaml.safe_load(text))
    assert "REGISTRY_ONLY" in text
    assert "#" not in text


def test_secrets_are_named_and_never_shown() -> None:
    """How many values each holds; none of them can be looked at in full."""
    text = shown("gateway-tls-secret-wrong-namespace", "kubectl get secrets -n istio-system")

    assert ("NAME        TYPE                DATA   AGE\ndocs-cert   kubernetes.io/tls   2      <unknown>") == text
    assert [] == [c for c in commands("gateway-tls-secret-wrong-namespace") if c.startswith("kubectl get secret ")]


def test_policies_are_counted() -> None:
    """The action, the policy and the number of its rules."""
    text = shown("authz-allow-implicit-deny", "istioctl experimental authz check")

    assert ["ACTION", "AuthorizationPolicy", "RULES", "ALLOW", "payments.shop", "1"] == text.split()


@pytest.mark.parametrize(
    ("cause", "printed"),
    [
        ("vs-no-match-no-default", "404"),
        ("authz-allow-implicit-deny", "403"),
        ("mtls-strict-plaintext-client", "000\ncommand terminated with exit code 56"),
        ("egress-double-tls", "000\ncommand terminated with exit code 35"),
    ],
)
def test_curl_prints_what_the_walk_comes_to(cause: str, printed: str) -> None:
    """The status; where there is no answer 000, and how curl ends."""
    assert printed == shown(cause, "kubectl exec")


def test_the_log_is_that_of_the_proxy_that_wrote_it() -> None:
    """A route is not found by the caller's proxy; a filter chain is not found by the target's."""
    logs = [
        next(command for command in commands(cause) if command.startswith("kubectl logs"))
        for cause in ("vs-no-match-no-default", "mtls-strict-plaintext-client")
    ]

    assert [
        "kubectl logs -n shop deployment/web -c istio-proxy --tail=1",
        "kubectl logs -n shop deployment/payments -c istio-proxy --tail=2",
    ] == logs


def test_a_caller_without_a_proxy_has_no_tables() -> None:
    """What does not exist cannot be looked at."""
    assert [] == [c for c in commands("mtls-strict-plaintext-client") if "deployment/batch" in c and "istioctl" in c]


def test_a_request_that_arrives_elsewhere_has_no_status() -> None:
    """What the application answers nobody can compute, so curl is not offered."""
    assert [] == [c for c in commands("vs-missing-mesh-gateway") if "curl" in c]


@pytest.mark.parametrize(
    ("cause", "mesh", "shortest"),
    [
        ("vs-no-match-no-default", "bad", ["istioctl proxy-config routes -n shop deployment/web --name 8080"]),
        ("vs-no-match-no-default", "bad-header", ["kubectl get virtualservice payments -n shop -o yaml"]),
        (
            "mtls-strict-plaintext-client",
            "bad",
            ["kubectl get pods -n legacy", "kubectl get peerauthentication default -n shop -o yaml"],
        ),
        (
            "mtls-strict-plaintext-client",
            "bad-excluded-port",
            ["kubectl get deployment web -n shop -o yaml", "kubectl get peerauthentication default -n shop -o yaml"],
        ),
    ],
)
def test_the_shortest_way_shows_what_decides(cause: str, mesh: str, shortest: list[str]) -> None:
    """A table that prints paths does not show a header; pods do not show an annotation."""
    assert shortest == way(cause, mesh)


def test_nothing_is_revealed_without_a_look() -> None:
    """Facts that rest on objects are not known before these were seen."""
    facts = judged("mtls-strict-plaintext-client").root.because

    assert [False, False] == [revealed(fact, ()) for fact in facts]


def test_every_object_together_reveals_what_rests_on_objects() -> None:
    """But whether a pod has a proxy its workload does not show."""
    found = judged("mtls-strict-plaintext-client")
    objects = [probe for probe in probes(found) if probe.objects]

    assert {"target.mtls_mode": True, "connection.client": False} == {
        fact.name: revealed(fact, objects) for fact in found.root.because
    }


def test_without_looks_that_help_there_is_no_way() -> None:
    """None says so."""
    found = judged("mtls-strict-plaintext-client")

    assert shortest_way(found.root.because, [Probe(command="true", text="")]) is None


PAGE = "kubectl exec -n shop deployment/web -c istio-proxy -- pilot-agent request GET "
REJECTED = "config-rejected-by-proxy"


def test_pages_of_a_proxy_are_called_as_the_proxy_calls_them() -> None:
    """The name of a file could tell the cause."""
    pages = [command for command in commands(REJECTED) if command.startswith(PAGE)]

    assert [f"{PAGE}config_dump", f"{PAGE}'stats?format=json'"] == pages


def test_where_a_proxy_tells_itself_no_table_is_made_up() -> None:
    """What is computed from the objects would say that it has what it has not."""
    assert [] == [command for command in commands(REJECTED) if "proxy-config" in command]


def test_what_a_page_tells_nothing_else_reveals() -> None:
    """Every other look together leaves the deciding fact unknown."""
    found = judged(REJECTED)
    (fact,) = found.root.because
    every = probes(found)
    others = [probe for probe in every if not probe.command.startswith(PAGE)]

    assert (True, False) == (revealed(fact, every), revealed(fact, others))


def test_a_file_that_is_no_page_of_a_proxy_is_refused() -> None:
    """It could not be said how somebody would come by it."""
    with pytest.raises(ScenarioError, match=r"syncz\.json is no page of a proxy that could be shown"):
        judged(REJECTED, "bad-sync")
