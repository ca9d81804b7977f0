"""What durable-rules is told, and what it is spared."""

from __future__ import annotations

import pytest

from troubleshooter.engine.definition import MAX_CONDITIONS, MAX_KINDS, MAX_PATTERNS, MAX_RULES, MAX_WORDS, definition
from troubleshooter.inference.port import EngineFailed, Rule


def rule(*conditions: tuple[str, str], number: int = 0) -> Rule:
    """A rule with these conditions."""
    return Rule(id=f"r{number}", conditions=conditions, concludes=("cause:c", "holds"))


def test_patterns_are_flat_and_in_the_one_safe_order() -> None:
    """Kind, existence, word, and for all but the first the join on the case."""
    told = definition([rule(("a.b", "1"), ("c.d", "2"))])

    first = {"f0": {"$and": [{"kind": "a.b"}, {"$ex": {"case": 1}}, {"word": "1"}]}}
    second = {"f1": {"$and": [{"kind": "c.d"}, {"$ex": {"case": 1}}, {"word": "2"}, {"case": {"f0": "case"}}]}}
    assert {"all": [first, second]} == told["0"]


def test_the_boot_rule_is_there() -> None:
    """A session in which no rule ever fired cannot be deleted, so one always fires."""
    assert {"all": [{"f0": {"$and": [{"kind": "!boot"}, {"$ex": {"case": 1}}]}}]} == definition([])["boot"]


def test_patterns_on_one_kind_are_sharded() -> None:
    """The twenty-ninth pattern on a kind stands behind a test of its own."""
    told = definition([rule(("a.b", "1"), number=n) for n in range(29)])

    shards = [told[str(n)]["all"][0]["f0"]["$and"][1] for n in (27, 28)]
    assert [{"$ex": {"case": 1}}, {"$neq": {"kind": "!1"}}] == shards


TOO_MUCH = {
    "rules": [rule((f"a.n{n % 400}", f"{n // 400}")) for n in range(MAX_RULES + 1)],
    "conditions in one rule": [rule(*((f"a.n{n}", "1") for n in range(MAX_CONDITIONS + 1)))],
    "facts that rules ask for": [rule((f"a.n{n}", "1")) for n in range(MAX_KINDS + 1)],
    "words of one fact": [rule(("a.b", str(n))) for n in range(MAX_WORDS + 1)],
    "conditions on one fact": [rule(("a.b", str(n % 9)), (f"c.n{n % 90}", "1")) for n in range(MAX_PATTERNS + 1)],
}


@pytest.mark.parametrize("what", TOO_MUCH)
def test_too_much_is_refused(what: str) -> None:
    """What would make the library loop for ever or write outside its arrays is refused, and named."""
    with pytest.raises(EngineFailed, match=what):
        definition(TOO_MUCH[what])


def test_a_rule_without_conditions_is_refused() -> None:
    """The library cannot take one."""
    with pytest.raises(EngineFailed, match="no conditions"):
        definition([rule()])
