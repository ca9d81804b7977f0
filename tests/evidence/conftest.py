"""What tests of evidence share: the knowledge base's table of what each word of a log names."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from troubleshooter.evidence import Words
from troubleshooter.model import Stage

KNOWLEDGE = Path(__file__).resolve().parents[2] / "knowledge"


@pytest.fixture(scope="session")
def words() -> Words:
    """Every flag and detail of `flags.yaml` with its stage, as it is handed to `stage_named_by`."""
    found = yaml.safe_load((KNOWLEDGE / "flags.yaml").read_text(encoding="utf-8"))
    both = found["flags"] | found["details"]
    stages = {stage.value: stage for stage in Stage}
    return {name: stages[about["stage"]] if "stage" in about else None for name, about in both.items()}
