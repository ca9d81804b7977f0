"""Any rulebook and any facts, small enough to be seen through and dense enough that rules meet."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.inference.inference_builders import MESH, PIECE, WALK
from troubleshooter.inference import EngineFact, Rule
from troubleshooter.model import Case, CaseKind, Fact

NAMES = [f"role{n % 3}.attribute{n}" for n in range(7)]
WORDS = ["yes", "no", "true", "5", "5.0", "not-found"]
CASES = ["a", "b", "c", "10", "1e3"]

pairs = st.tuples(st.sampled_from(NAMES), st.sampled_from(WORDS[:3]))


def _one_word_a_fact(found: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(dict(found).items())


conjunctions = st.lists(pairs, min_size=1, max_size=5).map(_one_word_a_fact)
conclusions = st.one_of(pairs, st.sampled_from([("cause:a", "holds"), ("cause:b", "holds"), ("ruled-out:a", "x.y")]))


@st.composite
def rule_bases(draw: st.DrawFn) -> tuple[Rule, ...]:
    """Rules that chain: many of them conclude what others ask for."""
    parts = draw(st.lists(st.tuples(conjunctions, conclusions), min_size=1, max_size=14))
    return tuple(Rule(id=f"r{n}", conditions=c, concludes=done) for n, (c, done) in enumerate(parts))


@st.composite
def engine_facts(draw: st.DrawFn) -> tuple[EngineFact, ...]:
    """Facts of a few cases, in any order, some of them twice, some that no rule asks for."""
    names, words = st.sampled_from([*NAMES, "nobody.asks"]), st.sampled_from(WORDS)
    made = st.builds(EngineFact, case=st.sampled_from(CASES), kind=names, word=words)
    return tuple(draw(st.lists(made, max_size=25)))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Case, ...]:
    """Up to four cases of any kind; a fact has one word in each."""
    kinds: list[CaseKind] = draw(st.lists(st.sampled_from([WALK, PIECE, MESH]), max_size=4))
    told = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(WORDS[:3]), max_size=6)
    return tuple(
        Case(
            id=f"{kind}-{number}",
            kind=kind,
            facts={name: Fact(name=name, word=word) for name, word in draw(told).items()},
        )
        for number, kind in enumerate(kinds)
    )
