"""Which DestinationRules of one host become one."""

from __future__ import annotations

import pytest

from tests.inventories import inventory
from tests.meshes import thing
from troubleshooter.mesh.routing.consolidation import consolidated

FOR_WEB = "workloadSelector: {matchLabels: {app: web}}"
FOR_API = "workloadSelector: {matchLabels: {app: api}}"


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (["", ""], ["ab"]),
        (["", "exportTo: ['*']"], ["a", "b"]),
        (["exportTo: [.]", "exportTo: [., x]"], ["ab"]),
        (["exportTo: [., x]", "exportTo: [.]"], ["a", "b"]),
        (["", "exportTo: ['*']", ""], ["ac", "b", "c"]),
        (["", FOR_WEB], ["b", "a"]),
        ([FOR_WEB, FOR_WEB], ["ab"]),
        ([FOR_WEB, FOR_API], ["a", "b"]),
        ([FOR_WEB, "exportTo: [., x]"], ["ab", "b"]),
        ([FOR_WEB, "exportTo: [.]"], ["ab"]),
    ],
)
def test_merging(rules: list[str], expected: list[str]) -> None:
    """By exportTo and selector; what is for chosen workloads comes first."""
    texts = [thing("DestinationRule", "abc"[n], f"host: web\n{rule}") for n, rule in enumerate(rules)]
    parts = consolidated(inventory(*texts).objects)

    assert expected == ["".join(rule.name for rule in part.rules) for part in parts]
