"""The JSON Schema says what the contract prints."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from tests.report import report_examples as examples
from tests.report import report_strategies as some
from troubleshooter.model import Diagnosis
from troubleshooter.report import schema, to_json

DOCUMENT = json.loads(schema())
VALIDATOR = Draft202012Validator(DOCUMENT)


def mistakes(printed: Any) -> list[str]:
    """What the schema has against an object."""
    return [e.message for e in VALIDATOR.iter_errors(printed)]


def test_it_is_a_schema() -> None:
    """It obeys the rules of JSON Schema 2020-12."""
    Draft202012Validator.check_schema(DOCUMENT)


@pytest.mark.parametrize("name", examples.DIAGNOSES)
def test_examples_obey_it(name: str) -> None:
    """Each example is valid."""
    assert [] == mistakes(json.loads(to_json(examples.DIAGNOSES[name])))


@pytest.mark.parametrize("name", examples.WALKS)
def test_walks_obey_it(name: str) -> None:
    """A walk alone is valid."""
    assert [] == mistakes(json.loads(to_json(Diagnosis(walk=examples.WALKS[name]))))


@given(some.diagnoses)
def test_every_diagnosis_obeys_it(diagnosis: Diagnosis) -> None:
    """Whatever a diagnosis holds, it is valid."""
    assert [] == mistakes(json.loads(to_json(diagnosis)))


def strangers(shape: Any, value: Any, at: str = "") -> Iterator[str]:
    """Objects whose keys are not those of their shape, in its order."""
    if "$ref" in shape:
        shape = DOCUMENT["$defs"][shape["$ref"].rpartition("/")[2]]
    for choice in shape.get("anyOf", []):
        yield from strangers(choice, value, at)
    if isinstance(value, list):
        for one in value:
            yield from strangers(shape.get("items", {}), one, at)
    elif isinstance(value, dict) and "properties" in shape:
        if list(shape["properties"]) != list(value):
            yield f"{at}: {list(value)}"
        for key, one in value.items():
            yield from strangers(shape["properties"].get(key, {}), one, f"{at}.{key}")


@pytest.mark.parametrize("name", examples.DIAGNOSES)
def test_it_knows_every_key_that_is_printed(name: str) -> None:
    """No key is printed that the schema does not describe, and all stand in the schema's order."""
    assert [] == list(strangers(DOCUMENT, json.loads(to_json(examples.DIAGNOSES[name]))))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["verdict"], "fine"),
        (["findings", 0, "certainty"], "possible"),
        (["findings", 0, "resource", "line"], 0),
        (["outcome", "connection"], ""),
        (["path", 2, "result"], {"name": "x"}),
        (["request", "assumed"], None),
    ],
)
def test_it_refuses_what_the_contract_does_not_have(path: list[str | int], value: Any) -> None:
    """A word outside its list, a missing key, or null for a list is a mistake."""
    printed = json.loads(to_json(examples.FAILED))
    place = printed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value

    assert mistakes(printed)


def test_it_refuses_a_missing_key() -> None:
    """Every key is always there."""
    printed = json.loads(to_json(examples.FAILED))
    del printed["groups"]

    assert ["'groups' is a required property"] == mistakes(printed)
