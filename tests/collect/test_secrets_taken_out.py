"""No secret leaves: not in an object, not in a text, not in a bundle."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from troubleshooter.collect.bundle.packing import Contents, packed
from troubleshooter.collect.redaction.secrets import text_without_secrets, without_secrets
from troubleshooter.model import Exhibit, Inventory, Object

PLANTED = "hunter2hunter2"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UifQ.c2lnbmF0dXJl"
PEM = f"-----BEGIN RSA PRIVATE KEY-----\n{PLANTED}\n-----END RSA PRIVATE KEY-----"


def _deployment(env: list[dict[str, Any]]) -> dict[str, Any]:
    return {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"containers": [{"name": "app", "env": env}]}}


OBJECTS = [
    _deployment([{"name": "DB_PASSWORD", "value": PLANTED}]),
    _deployment([{"name": "GREETING", "value": f"say {PLANTED}"}]),
    {"kind": "ConfigMap", "metadata": {"name": "app"}, "data": {"config": f"password: {PLANTED}", "a.txt": PLANTED}},
    {"kind": "ConfigMap", "metadata": {"name": "istio"}, "data": {"mesh": f"x:\n  password: {PLANTED}"}},
    {"kind": "Service", "metadata": {"annotations": {"example.com/note": PLANTED}}},
    {"kind": "VirtualService", "spec": {"http": [{"headers": {"request": {"set": {"authorization": PLANTED}}}}]}},
    {
        "kind": "VirtualService",
        "spec": {"http": [{"match": [{"headers": {"a": {"exact": f"Bearer {PLANTED}"}}}]}]},
    },
    {"kind": "EnvoyFilter", "spec": {"key": PEM}},
    {"kind": "ServiceEntry", "spec": {"hosts": [f"http://joe:{PLANTED}@a.example"]}},
]


@pytest.mark.parametrize("raw", OBJECTS)
def test_object_without_its_secret(raw: dict[str, Any]) -> None:
    """Wherever it stands, it is gone."""
    assert PLANTED not in repr(without_secrets(raw))


@pytest.mark.parametrize(
    "text",
    [
        f"authorization: Bearer {PLANTED}",
        f'{{"authorization":"Basic {PLANTED}","response_code":503}}',
        f"Cookie: session={PLANTED}; other=1",
        f'[2026-03-01T10:00:00.000Z] "GET /a?token={PLANTED} HTTP/1.1" 503 UH',
        PEM,
        f"x-api-key={PLANTED}",
        f"x-session-token: {PLANTED}",
    ],
)
def test_text_without_its_secret(text: str) -> None:
    """Headers, tokens, keys and parameters that are called so."""
    assert PLANTED not in text_without_secrets(text)


def test_rest_of_a_json_line_stays() -> None:
    """What stands behind a secret is used still."""
    line = f'{{"authorization":"{PLANTED}","response_code":503}}'

    assert '{"authorization":"(hidden)","response_code":503}' == text_without_secrets(line)


def test_token_is_taken_out() -> None:
    """A JSON Web Token is one wherever it stands."""
    assert "said (hidden)" == text_without_secrets(f"said {JWT}")


@pytest.mark.parametrize(
    ("name", "value"), [("PILOT_HTTP10", "1"), ("HOST", "127.0.0.1"), ("ISTIO_META_NETWORK", "east"), ("PORT", "80")]
)
def test_variable_that_decides_something_stays(name: str, value: str) -> None:
    """Those of Istio, and where an application listens."""
    raw = _deployment([{"name": name, "value": value}])

    assert raw == without_secrets(raw)


@pytest.mark.parametrize("key", [b"", b"redact"])
def test_no_planted_secret_is_in_a_bundle(key: bytes) -> None:
    """Of objects, texts and logs, with their names or without."""
    objects = tuple(Object(raw={"apiVersion": "v1", **raw}) for raw in OBJECTS)
    text = Exhibit(name="a.json", text=f'{{"x": "Bearer {PLANTED}"}}')
    log = Exhibit(name="a.log", text=f"cookie: {PLANTED}")
    data, names = packed(Contents(inventory=Inventory(objects=objects), exhibits=(text,), logs=(log,)), "1", key=key)

    assert (False, False) == (PLANTED.encode() in gzip.decompress(data), PLANTED in names)


def test_bundle_is_the_same_again() -> None:
    """Of the same input come the same bytes."""
    contents = Contents(inventory=Inventory(objects=(Object(raw={"apiVersion": "v1", "kind": "Namespace"}),)))

    assert packed(contents, "1") == packed(contents, "1")
