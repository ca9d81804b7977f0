"""Names by other names: what fitted before still fits."""

from __future__ import annotations

import ipaddress
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troubleshooter.collect.redaction.pseudonyms import Pseudonyms

SERVICE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "payments", "namespace": "shop", "labels": {"istio.io/rev": "canary"}},
    "spec": {"selector": {"app": "payments"}, "ports": [{"name": "grpc-web", "port": 80}], "clusterIP": "10.1.2.3"},
}


def _made() -> Pseudonyms:
    return Pseudonyms([SERVICE], ["reviews", "web"], b"key")


def test_one_name_everywhere() -> None:
    """A short name, a full name, a wildcard, a version and Envoy's name of a cluster have the same words."""
    other = _made()
    name, space = other.of_words("payments"), other.of_words("shop")

    assert "payments" not in name
    assert f"{name}.{space}.svc.cluster.local" == other.of_words("payments.shop.svc.cluster.local")
    assert f"*.{space}" == other.of_words("*.shop")
    assert f"outbound|80|v1|{name}.{space}.svc.cluster.local" == other.of_words(
        "outbound|80|v1|payments.shop.svc.cluster.local"
    )


def test_an_address_is_one_wherever_it_stands() -> None:
    """The lists of a proxy have `::` before each address, and its log has blanks."""
    other = _made()
    address = other.of_words("10.244.1.7")

    assert "10.244.1.7" != address
    assert f"local::{address}:8080::weight::1" == other.of_words("local::10.244.1.7:8080::weight::1")


def test_labels_and_selectors_fit_still() -> None:
    """A selector finds what it found; keys, ports and protocols stay."""
    raw: dict[str, Any] = _made().of_object(SERVICE)
    name = raw["metadata"]["name"]

    assert ({"app": name}, [{"name": "grpc-web", "port": 80}]) == (raw["spec"]["selector"], raw["spec"]["ports"])


def test_names_keep_their_order() -> None:
    """Where two objects compete Istio may decide by their names."""
    other = _made()
    words = sorted(["payments", "reviews", "shop", "web", "istio", "mesh"])

    assert [other.of_words(w) for w in words] == sorted(other.of_words(w) for w in words)


@pytest.mark.parametrize("word", ["istio-system", "istio-ingressgateway", "v2", "STRICT", "cluster.local", "127.0.0.1"])
def test_words_that_have_a_meaning_stay(word: str) -> None:
    """They are nobody's secret, and decide what happens."""
    assert word == _made().of_words(word)


@given(st.ip_addresses(network="10.0.0.0/8"), st.integers(9, 32))
def test_cidr_holds_what_it_held(address: ipaddress.IPv4Address, length: int) -> None:
    """An address that is in a network is in it afterwards."""
    network = ipaddress.ip_network(f"{address}/{length}", strict=False)
    other = _made()
    there = ipaddress.ip_network(other.of_words(str(network)), strict=False)

    assert ipaddress.ip_address(other.of_words(str(address))) in there


def test_json_keeps_its_keys() -> None:
    """A key of a schema is no name, though a service may be called so."""
    other = Pseudonyms([], ["routes", "web"], b"key")

    assert ["routes"] == list(json.loads(other.of_text('{"routes": ["web"]}')))


def test_table_keeps_its_columns() -> None:
    """A longer name moves the columns behind it, in every line."""
    text = "NAME       READY\npayments   1/1\n"
    head, row = _made().of_text(text).splitlines()

    assert head.index("READY") == row.index("1/1")


def test_people_are_no_names_of_services() -> None:
    """E-mail and browsers are replaced, too."""
    shown = _made().of_words('"Mozilla/5.0 (X11)" joe.doe@corp.example')

    assert not [word for word in ("Mozilla", "joe", "corp") if word in shown]
