"""The rules of redirection."""

from __future__ import annotations

import pytest

from tests.evidence.pods.pod_texts import read, taken, text_of
from troubleshooter.evidence.pods.redirection import DNS, INBOUND, OUTBOUND, Redirection
from troubleshooter.evidence.pods.setup_log import SetupFailure, SetupLog

RULES = text_of("iptables-save.txt")


def test_what_is_led_to_the_proxy() -> None:
    """Connections out, connections in, and names to look up."""
    found = read(RULES, Redirection)
    led = [rule.chain for port in (OUTBOUND, INBOUND, DNS) if (rule := found.leads(port))]

    assert led == ["ISTIO_REDIRECT", "ISTIO_IN_REDIRECT", "OUTPUT"]


def test_what_is_left_out() -> None:
    """Ports and ranges that return before the redirection."""
    found = read(RULES, Redirection)

    assert [rule.port for rule in found.left_out("ISTIO_INBOUND")] == ["15008", "15090", "15021", "15020", "9000"]
    assert [(rule.port, rule.addresses) for rule in found.left_out("ISTIO_OUTPUT")] == [
        ("5432", ""),
        ("", "127.0.0.1/32"),
        ("", "10.8.0.0/16"),
    ]


def test_a_table_without_istio() -> None:
    """A pod without redirection has the table and none of the chains."""
    found = read("*nat\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n", Redirection)

    assert (found.istio, found.leads(OUTBOUND)) == (False, None)


def test_without_the_table_nothing_is_said() -> None:
    """Another table alone is not used."""
    assert taken("*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n") == []


def test_the_log_of_istio_init() -> None:
    """The first failure that is known, with its line."""
    found = read(text_of("istio-init.log"), SetupLog)

    assert (found.failure, found.line) == (SetupFailure.NO_MODULE, 5)


def test_without_the_right_to_change_the_network() -> None:
    """The error of iptables without NET_ADMIN."""
    text = "iptables v1.8.7: can't initialize iptables table `nat': Permission denied (you must be root)"

    assert read(text, SetupLog).failure is SetupFailure.NO_PERMISSION


def test_the_log_of_istio_validation() -> None:
    """Nobody answers at the address to which connections should have been led."""
    text = "2026-11-21T10:00:00Z\terror\tError connecting to 127.0.0.6:15002: connect: connection refused"

    assert read(text, SetupLog).failure is SetupFailure.NOT_REDIRECTED


@pytest.mark.parametrize(
    ("rules", "port", "line"),
    [
        ("-A ISTIO_INBOUND -p tcp --dport 8080 -j RETURN\n-A ISTIO_INBOUND -p tcp -j ISTIO_IN_REDIRECT", 8080, 3),
        ("-A ISTIO_INBOUND -p tcp --dport 8080 -j RETURN\n-A ISTIO_INBOUND -p tcp -j ISTIO_IN_REDIRECT", 9090, 0),
        ("-A ISTIO_INBOUND -p tcp -m multiport --dports 80,8000:8100 -j RETURN", 8080, 3),
        ("-A ISTIO_INBOUND -p tcp --dport 9090 -j ISTIO_IN_REDIRECT", 8080, 3),
        ("-A ISTIO_INBOUND -p tcp --dport 9090 -j ISTIO_IN_REDIRECT", 9090, 0),
        ("-A ISTIO_OUTPUT -p tcp --dport 8080 -j RETURN", 8080, 0),
    ],
)
def test_a_port_that_goes_past_the_proxy(rules: str, port: int, line: int) -> None:
    """A port that is left out, by itself or in a range, and one that is not among those that are taken."""
    found = read(f"*nat\n:ISTIO_INBOUND - [0:0]\n{rules}\nCOMMIT\n", Redirection).lets_in(port)

    assert line == (found.line if found else 0)
