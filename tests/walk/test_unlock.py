"""What cannot be told says what would make it known."""

from __future__ import annotations

from tests.inventories import SHOP, inventory
from troubleshooter.mesh import Mesh
from troubleshooter.model import Verdict, Walk
from troubleshooter.walk import parse_request, walk

WITHOUT_NAMESPACE = SHOP.split("---", 1)[1]


def _walk(text: str, to: str) -> Walk:
    return walk(Mesh(inventory(text)), parse_request(to, source="shop/deployment/web")).walk


def test_namespace_that_was_not_seen() -> None:
    """Whether injection is asked for is unknown without the Namespace, and the command that shows it is named."""
    found = _walk(WITHOUT_NAMESPACE, "http://payments.shop:8080/")

    assert Verdict.UNDETERMINED == found.verdict
    assert {"kubectl get namespace shop -o yaml"} == {n.unlock for n in found.not_checked if n.unlock}


def test_service_of_a_namespace_that_was_not_seen() -> None:
    """A name of a namespace of which nothing was seen is not known, never 'not found'."""
    found = _walk(SHOP, "http://ledger.bank:8080/")

    assert Verdict.UNDETERMINED == found.verdict
    assert any("-n bank" in n.unlock for n in found.not_checked)


def test_outside_name_is_no_namespace() -> None:
    """A public name of two labels is taken for one of the world."""
    assert Verdict.REACHABLE == _walk(SHOP, "http://example.com/").verdict
