"""`when` multiplies out to plain conjunctions."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from troubleshooter.rulebook import AnyOf, Condition, When, conditions, count, expand
from troubleshooter.rulebook.logic import possible

A = Condition(fact="a", words=("x", "y"))
B = Condition(fact="b", words=("z",))
C = Condition(fact="c", words=("v",))

a_condition = st.builds(
    Condition,
    fact=st.sampled_from("abcd"),
    words=st.lists(st.sampled_from("wxyz"), min_size=1, max_size=3, unique=True).map(tuple),
)
a_conjunction = st.lists(a_condition, min_size=1, max_size=3).map(tuple)
an_any = st.builds(AnyOf, alternatives=st.lists(a_conjunction, min_size=1, max_size=3).map(tuple))
a_when = st.lists(a_condition | an_any, min_size=1, max_size=3).map(tuple)
a_case = st.dictionaries(st.sampled_from("abcd"), st.sampled_from("wxyz"))


def holds(when: When, case: dict[str, str]) -> bool:
    """What `when` means, said without multiplying anything out."""
    return all(
        any(holds(alternative, case) for alternative in part.alternatives)
        if isinstance(part, AnyOf)
        else case.get(part.fact) in part.words
        for part in when
    )


def test_words_and_alternatives_multiply() -> None:
    """Every word of a list and every alternative of an `any` is a branch of its own, in the order of the text."""
    assert [
        (("a", "x"), ("b", "z")),
        (("a", "x"), ("c", "v")),
        (("a", "y"), ("b", "z")),
        (("a", "y"), ("c", "v")),
    ] == list(expand((A, AnyOf(alternatives=((B,), (C,))))))


def test_a_pair_twice_is_one() -> None:
    """The same condition outside and inside of an `any` is asked once."""
    assert [(("b", "z"), ("c", "v"))] == list(expand((B, AnyOf(alternatives=((B, C),)))))


def test_no_conditions_are_one_empty_branch() -> None:
    """What has no conditions always holds."""
    assert ([()], 1) == (list(expand(())), count(()))


def test_what_cannot_hold_is_not_multiplied_out() -> None:
    """A condition without words has no branch, however many the others have."""
    huge = tuple(Condition(fact=f"f{n}", words=tuple("abcdefghij")) for n in range(20))

    assert [] == list(expand((AnyOf(alternatives=(huge,)), Condition(fact="a", words=()))))


def test_all_conditions_are_listed() -> None:
    """Conditions of alternatives are listed where they stand."""
    assert [A, B, C] == list(conditions((A, AnyOf(alternatives=((B,), (C,))))))


def test_a_fact_has_one_word() -> None:
    """A branch with two words of one fact cannot hold."""
    assert (False, True) == (possible((("a", "x"), ("a", "y"))), possible((("a", "x"), ("b", "x"))))


@given(a_when)
def test_branches_are_counted_without_making_them(when: When) -> None:
    """`count` says how many branches `expand` yields."""
    assert len(list(expand(when))) == count(when)


@given(a_when, a_case)
def test_branches_mean_what_the_text_means(when: When, case: dict[str, str]) -> None:
    """Some branch is a part of a case exactly where `when` holds in it."""
    assert holds(when, case) == any(case.items() >= dict(branch).items() for branch in expand(when) if possible(branch))
