"""How long the proxy that met a failure keeps idle connections."""

from __future__ import annotations

import pytest

from tests.meshes import app, mesh, thing, walked
from troubleshooter.evidence import AccessLogEntry, Recurrence
from troubleshooter.facts import observe
from troubleshooter.facts.of_walks import walk_cases
from troubleshooter.model import Case, Stage

HOST = "payments.shop.svc.cluster.local"
FACT = "destination_rule.idle_timeout"


def rule(timeout: str, *, namespace: str = "shop") -> str:
    """A DestinationRule with an idle timeout, "" for none."""
    pool = f"http: {{idleTimeout: {timeout}}}" if timeout else "tcp: {maxConnections: 5}"
    return thing(
        "DestinationRule",
        "payments",
        f"host: {HOST}\ntrafficPolicy: {{connectionPool: {{{pool}}}}}",
        namespace=namespace,
    )


def case(*texts: str, cluster: str = "inbound|8080||", idle: float | None = 5.0) -> Case:
    """The case of a connection from front to payments that broke after it was idle."""
    held = mesh(app("web", namespace="front"), app("payments"), *texts)
    entry = AccessLogEntry(start_time="", method="GET", response_code=503, flags=("UC",), upstream_cluster=cluster)
    found = walked(held, "http://payments.shop:8080/", "front/deployment/web")
    seen, observation = observe(found, entry, {"UC": Stage.APPLICATION}, recurrence=Recurrence(idle=idle))
    return walk_cases(held, seen, observation)[0]


def word(found: Case) -> str:
    """What is known of the timeout."""
    return found.facts[FACT].word if FACT in found.facts else "not known"


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([], "no-rule"),
        ([rule("")], "none"),
        ([rule("3s")], "shorter"),
        ([rule("5s")], "shorter"),
        ([rule("1m")], "longer"),
        ([rule("3s", namespace="front")], "not known"),
        ([rule("3s", namespace="front"), rule("1m")], "not known"),
    ],
)
def test_the_rule_of_the_server_counts_in_its_own_log(texts: list[str], expected: str) -> None:
    """The proxy beside the application looks a rule up from its own namespace. Where that is another rule than the
    client's, nothing is said."""
    assert expected == word(case(*texts))


def test_the_rule_of_the_client_counts_in_the_client_s_log() -> None:
    """A rule in the client's namespace holds there."""
    assert "shorter" == word(case(rule("3s", namespace="front"), cluster=f"outbound|8080||{HOST}"))


def test_without_an_idle_time_a_timeout_cannot_be_judged() -> None:
    """Whether it is long or short is not known then."""
    assert "not known" == word(case(rule("3s"), idle=None))
