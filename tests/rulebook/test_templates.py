"""Templates are looked up by name, once, and keep the type of what they are filled with."""

from __future__ import annotations

from typing import Any

import pytest

from troubleshooter.rulebook import Scope, fill, missing, placeholders, render
from troubleshooter.rulebook.templates import unclosed

SCOPE: Scope = {
    "target": "Deployment shop/payments",
    "target.name": "payments",
    "target.port": 8080,
    "target.labels": {"app": "payments", "tier": "back"},
    "target.hosts": ["a", "b"],
    "target.ready": True,
    "target.routes": [{"host": "ü"}],
}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("no placeholder", "no placeholder"),
        ("${target}", "Deployment shop/payments"),
        ("${target.name}:${target.port}", "payments:8080"),
        ("-l ${target.labels}", "-l app=payments,tier=back"),
        ("${target.hosts}", "a, b"),
        ("${target.ready}", "true"),
        ("${target.routes}", '[{"host": "ü"}]'),
        ("$HOME $${target.name} {x}", "$HOME $payments {x}"),
    ],
)
def test_a_text_is_rendered(template: str, text: str) -> None:
    """Every kind of detail has one written form, and what is no placeholder stays."""
    assert text == render(template, SCOPE)


def test_a_missing_name_is_shown() -> None:
    """A name without a value is left in angle brackets."""
    assert "kubectl get pod <target.pod> -n <target.namespace>" == render(
        "kubectl get pod ${target.pod} -n ${target.namespace}", SCOPE
    )


def test_a_placeholder_in_a_value_is_never_expanded() -> None:
    """A hostile value that looks like a placeholder is shown as it is."""
    assert "${target.secret}" == render(
        "${target.name}", {"target.name": "${target.secret}", "target.secret": "s3cret"}
    )


def test_attributes_are_no_python_attributes() -> None:
    """A name is looked up whole: nothing is reached through a value."""
    assert "<target.__class__> <target.name.upper>" == render("${target.__class__} ${target.name.upper}", SCOPE)


@pytest.mark.parametrize(
    ("value", "filled"),
    [
        ("${target.port}", 8080),
        ("${target.ready}", True),
        ("${target.labels}", {"app": "payments", "tier": "back"}),
        ("${target.hosts}", ["a", "b"]),
        ("port ${target.port}", "port 8080"),
        (8, 8),
        (None, None),
        ("${target.pod}", "<target.pod>"),
        ({"${target.port}": [{"x": "${target.name}"}]}, {"8080": [{"x": "payments"}]}),
    ],
)
def test_a_value_is_filled(value: Any, filled: Any) -> None:
    """What is one placeholder keeps its type; keys and longer texts are written out."""
    assert filled == fill(value, SCOPE)


def test_what_is_filled_in_is_a_copy() -> None:
    """A change of the filled value does not reach the scope."""
    labels = {"app": "payments"}
    fill({"labels": "${target.labels}"}, {"target.labels": labels})["labels"]["app"] = "other"

    assert {"app": "payments"} == labels


def test_a_filled_value_is_never_filled_again() -> None:
    """Labels that look like placeholders stay as they are, keys too."""
    scope: Scope = {"target.labels": {"${target.x}": "${target.x}"}, "target.x": "boom"}

    assert {"l": {"${target.x}": "${target.x}"}} == fill({"l": "${target.labels}"}, scope)


def test_placeholders_are_listed_once() -> None:
    """Names are listed in the order in which they are met, from keys and values."""
    assert ("a.b", "c", "d.e") == placeholders({"${a.b}": ["${c} ${a.b}"], "x": {"y": "${d.e}", "n": 1}})


def test_what_a_scope_lacks_is_listed() -> None:
    """A fix can be told to be incomplete."""
    assert ("target.pod",) == missing(["${target.pod}", "${target.name}"], SCOPE)


@pytest.mark.parametrize(("value", "is_unclosed"), [("${a.b", True), ({"k": ["${a${b}"]}, True), ("${a.b} $c", False)])
def test_an_unclosed_placeholder_is_noticed(value: Any, *, is_unclosed: bool) -> None:
    """A `${` that begins no placeholder would be printed as it is."""
    assert is_unclosed == unclosed(value)
