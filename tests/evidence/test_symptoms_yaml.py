"""`knowledge/symptoms/`: what people see, and what betrays it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.evidence.log_texts import captured
from troubleshooter.evidence import KNOWN_FLAGS
from troubleshooter.model import Stage

FOLDER = Path(__file__).resolve().parents[2] / "knowledge" / "symptoms"
SYMPTOMS: dict[str, dict[str, Any]] = {
    file.stem: yaml.safe_load(file.read_text(encoding="utf-8")) for file in sorted(FOLDER.glob("*.yaml"))
}

IDS = """
404-envoy 404-application 503-uf 503-uh 503-uc 503-nc 503-nr 503-uo 503-urx 503-no-flag 504-ut 403 401 426 502
502-block-all connection-reset connection-refused tls-handshake dns-failure intermittent some-clients-only mesh-only
outside-only fault-injected after-restart-only slow new-version-no-traffic grpc-unavailable websocket-drops probes-fail
pod-not-ready 400
"""


def test_every_symptom_is_there() -> None:
    """What people come with most is among the symptoms."""
    assert set(IDS.split()) <= set(SYMPTOMS)


@pytest.mark.parametrize("name", SYMPTOMS)
def test_a_symptom_goes_by_its_files_name(name: str) -> None:
    """The id inside is the name outside, and a text."""
    assert name == SYMPTOMS[name]["id"]


@pytest.mark.parametrize("name", SYMPTOMS)
def test_a_symptom_is_described(name: str) -> None:
    """A title without a full stop, and a description in sentences."""
    symptom = SYMPTOMS[name]

    assert (False, True) == (symptom["title"].endswith("."), symptom["description"].endswith("."))


@pytest.mark.parametrize("name", SYMPTOMS)
def test_a_symptom_suspects_stages(name: str) -> None:
    """There is a stage to look at, each is one of the walk's, and none stands twice."""
    stages = SYMPTOMS[name]["stages"]

    assert stages
    assert len(stages) == len(set(stages)) == len(set(stages) & set(Stage))


@pytest.mark.parametrize("name", SYMPTOMS)
def test_flags_and_statuses_are_real(name: str) -> None:
    """Flags are Envoy's, statuses are numbers that HTTP has."""
    symptom = SYMPTOMS[name]

    assert set() == set(symptom.get("flags", [])) - KNOWN_FLAGS
    assert all(100 <= status < 600 for status in symptom.get("statuses", []))


@pytest.mark.parametrize("name", SYMPTOMS)
def test_texts_are_texts(name: str) -> None:
    """A text is never read as a map, a number or a boolean, and none stands twice."""
    texts = SYMPTOMS[name].get("texts", [])

    assert all(isinstance(text, str) for text in texts)
    assert len(texts) == len(set(texts))


@pytest.mark.parametrize(
    ("capture", "symptom"),
    [
        ("nr-rds-empty", "404-envoy"),
        ("uh-no-endpoints", "503-uh"),
        ("nc-missing-subset", "503-nc"),
        ("uc-upstream-rst", "503-uc"),
        ("mtls-unknown-ca", "503-uf"),
        ("urx-upstream-503", "503-urx"),
        ("ut-route-timeout", "504-ut"),
        ("uaex-denied", "403"),
        ("http10-426", "426"),
        ("upe-h1-to-h2", "502"),
        ("grpc-uh", "grpc-unavailable"),
    ],
)
def test_a_captured_line_betrays_its_symptom(capture: str, symptom: str) -> None:
    """The flag and status that Envoy logged for a failure are among those of its symptom."""
    found, expected = captured(capture)[-1], SYMPTOMS[symptom]

    assert found.response_code in expected["statuses"]
    assert set(found.flags) <= set(expected["flags"])
