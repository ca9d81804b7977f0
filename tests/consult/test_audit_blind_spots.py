"""What an audit says it did not look at."""

from __future__ import annotations

import pytest

from tests.inventories import SHOP, inventory
from troubleshooter.consult import Consultation
from troubleshooter.inference import PlainEvaluator
from troubleshooter.remedy import Situation
from troubleshooter.rulebook import Rulebook
from troubleshooter.walk import parse_request

ROUTE = "gateway.networking.k8s.io/v1", "HTTPRoute"
FILTER = "networking.istio.io/v1alpha3", "EnvoyFilter"
POLICY = "networking.k8s.io/v1", "NetworkPolicy"
PROXIES = "networking.istio.io/v1beta1", "ProxyConfig"


def _object(kind: tuple[str, str], name: str, spec: str = "{}", namespace: str = "shop") -> str:
    return f"apiVersion: {kind[0]}\nkind: {kind[1]}\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec: {spec}\n"


def _not_modelled(*texts: str, namespace: str = "", to: str = "") -> list[str]:
    request = parse_request(to, source="shop/deployment/web") if to else None
    situation = Situation(inventory=inventory(SHOP, *texts), request=request)
    rulebook = Rulebook()
    held = Consultation(rulebook, PlainEvaluator(), situation, namespace=namespace).diagnosis().not_checked
    return [n.what for n in held if n.why == "not modelled yet"]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([], []),
        ([_object(ROUTE, "a")], ["1 of kind HTTPRoute: shop/a"]),
        ([_object(ROUTE, name) for name in "abcde"], ["5 of kind HTTPRoute: shop/a, shop/b, shop/c and 2 more"]),
        (
            [_object(POLICY, "n"), _object(ROUTE, "a")],
            ["1 of kind HTTPRoute: shop/a", "1 of kind NetworkPolicy: shop/n"],
        ),
        ([_object(FILTER, "f", "{configPatches: [{applyTo: CLUSTER}]}")], ["1 of kind EnvoyFilter: shop/f"]),
        ([_object(FILTER, "f")], []),
        ([_object(PROXIES, "p", "{concurrency: 2}")], []),
    ],
)
def test_kinds_that_are_not_modelled(texts: list[str], expected: list[str]) -> None:
    """One entry for each kind of which objects are there that could change something, with up to three names."""
    assert expected == _not_modelled(*texts)


@pytest.mark.parametrize(("namespace", "expected"), [("bank", ["1 of kind HTTPRoute: bank/b"]), ("legacy", [])])
def test_audit_of_one_namespace(namespace: str, expected: list[str]) -> None:
    """An audit of one namespace names what is there."""
    texts = _object(ROUTE, "a"), _object(ROUTE, "b", namespace="bank")

    assert expected == _not_modelled(*texts, namespace=namespace)


def _unseen(namespace: str) -> list[str]:
    situation = Situation(inventory=inventory(SHOP))
    held = Consultation(Rulebook(), PlainEvaluator(), situation, namespace=namespace).diagnosis().not_checked
    return [f"{n.what}: {n.why}" for n in held if n.what.startswith("namespace ")]


@pytest.mark.parametrize(
    ("namespace", "expected"), [("shpo", ["namespace shpo: nothing of it was seen"]), ("shop", [])]
)
def test_a_namespace_of_which_nothing_was_seen(namespace: str, expected: list[str]) -> None:
    """An audit of a namespace that is not there, as its name may be mistyped, says that it saw nothing of it."""
    assert expected == _unseen(namespace)


def test_request_names_only_what_touches_its_way() -> None:
    """The diagnosis of a request does not list what lies beside its way."""
    assert [] == _not_modelled(_object(ROUTE, "a"), to="http://payments.shop:8080/")
