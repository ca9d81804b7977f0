"""What a person says of the client changes what is walked."""

from __future__ import annotations

import pytest

from tests.inventories import SHOP, inventory
from troubleshooter.model import Fact
from troubleshooter.remedy import Situation
from troubleshooter.walk import parse_request

VERSION = "request.http_version"


@pytest.mark.parametrize(
    ("to", "word", "expected"),
    [
        ("http://payments.shop:8080/", "old", True),
        ("http://payments.shop:8080/", "later", False),
        ("tcp://payments.shop:8080", "old", False),
    ],
)
def test_a_client_that_is_said_to_speak_http10(to: str, word: str, *, expected: bool) -> None:
    """Who says HTTP/1.0 asks about a request in HTTP/1.0, where there can be one."""
    situation = Situation(inventory=inventory(SHOP), request=parse_request(to))
    heard = situation.hearing({VERSION: Fact(name=VERSION, word=word)})

    assert heard.request is not None
    assert expected == heard.request.http10
