"""What is said of a fix where evidence belongs to the proof of its cause."""

from __future__ import annotations

from tests.knowledge.knowledge_base import KNOWLEDGE, diagnosis
from troubleshooter.remedy.verify import ONLY_TRAFFIC

HOME = KNOWLEDGE / "causes/resilience"


def reasons(name: str) -> list[str]:
    """Why the fixes with a manifest were not proved, for the root of a bad mesh."""
    found = diagnosis(HOME / name / "bad.yaml").findings
    return [fix.why_not_verified for f in found if f.root for fix in f.fixes if fix.manifest]


def test_a_fix_that_changes_no_fact_of_configuration_is_not_proved() -> None:
    """A higher limit is still a limit: whether it is enough only traffic can show."""
    assert [ONLY_TRAFFIC] == reasons("circuit-breaker-overflow")


def test_a_fix_that_changes_one_is_proved() -> None:
    """Where all endpoints could be ejected and now cannot, a part of the proof is gone."""
    assert ["", ""] == reasons("outlier-all-ejected")
