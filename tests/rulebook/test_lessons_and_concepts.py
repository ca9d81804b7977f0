"""Lessons name causes, meshes and pages that are there; pages lead somewhere; and a story keeps its secret."""

from __future__ import annotations

import pytest

from tests.rulebook.knowledge_texts import NAMES, TEXTS, check_mistakes, parse_mistakes
from troubleshooter.rulebook import Example, Lesson, Level, ScenarioPlan, merge, parse, read_asked

LESSON = "lessons/first.yaml"
TEXT = """\
id: first
title: First steps
level: easy
scenarios:
  - id: nobody-answers
    title: Nobody answers
    cause: strict-plaintext
    story: The connection is cut off.
    concepts: [mtls]
"""
CONCEPT = "concepts/mtls.md"


def lesson(old: str = "", new: str = "") -> dict[str, str]:
    """The knowledge base with a lesson in which `old` is replaced by `new`."""
    assert old in TEXT

    return TEXTS | {LESSON: TEXT.replace(old, new, 1)}


def page(text: str) -> dict[str, str]:
    """The knowledge base with this page about mutual TLS."""
    return TEXTS | {CONCEPT: text}


def test_a_lesson_is_read() -> None:
    """Keys that are left out have their defaults: the usual broken mesh."""
    plan = ScenarioPlan(
        id="nobody-answers",
        title="Nobody answers",
        cause="strict-plaintext",
        story="The connection is cut off.",
        mesh="bad",
        concepts=("mtls",),
    )

    assert (
        Lesson(id="first", title="First steps", level=Level.EASY, scenarios=(plan,))
        == (parse(lesson())[0].lessons["first"])
    )


def test_a_good_lesson_has_no_mistakes() -> None:
    """Neither its file nor what it leads to is wrong."""
    assert [] == check_mistakes(lesson(), NAMES | {LESSON})


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        ("level: easy", "level: simple", "3:8: `simple` is no level; use `easy`, `hard` or `medium`"),
        ("id: first", "id: second", "1:5: the id `second` differs from the file's name `first`; rename one of them"),
        ("    story: The connection is cut off.\n", "", "5:5: a scenario needs `story`; add it"),
        ("story: The", "storey: The", "8:5: `storey` is no key of a scenario; did you mean `story`?"),
        ("concepts: [mtls]", "concepts: []", "9:15: this list is empty; add an item"),
        ("    story", "    mesh: good\n    story", "8:11: `good` is no broken mesh; name one like `bad`"),
    ],
)
def test_a_mistake_in_a_lesson_is_named_with_its_place(old: str, new: str, mistake: str) -> None:
    """Line and column, what is wrong, and what to do."""
    found = parse_mistakes(lesson(old, new))

    assert [True] == [said.startswith(f"{LESSON}:{mistake}") for said in found], found


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        (
            "strict-plaintext",
            "strict-plain",
            "7:12: there is no cause `strict-plain`; did you mean `strict-plaintext`?",
        ),
        ("[mtls]", "[mtl]", "9:15: there is no concept `mtl`; did you mean `mtls`?"),
        (
            "    story",
            "    mesh: bad-port\n    story",
            "8:11: the cause's folder has no mesh `bad-port`; write causes/mtls/strict-plaintext/bad-port.yaml",
        ),
        (
            "is cut off",
            "is cut off, strict-plaintext",
            "8:12: the story names the cause, `strict-plaintext`; a learner is to find it: tell what is seen",
        ),
    ],
)
def test_what_a_lesson_leads_to_is_there(old: str, new: str, mistake: str) -> None:
    """Cause, mesh and concept exist, and the story does not give the cause away."""
    assert [f"{LESSON}:{mistake}"] == check_mistakes(lesson(old, new))


def test_no_scenario_is_there_twice() -> None:
    """A scenario goes by its id, in all lessons."""
    again = TEXT.replace("id: first", "id: again")
    said = "lessons/first.yaml:5:9: the scenario `nobody-answers` is there already (lessons/again.yaml:5:5); no id is"

    found = check_mistakes(lesson() | {"lessons/again.yaml": again})

    assert [f"{said} used twice: take another"] == found


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("Mutual TLS\n", "1:1: a concept begins with its title; write `# …` on the first line"),
        ("# A\n\nSee [b](b.md).\n", "3:9: the knowledge base has no file `b.md`; correct the link"),
        ("# A\n\n[b](http://b.example/)\n", "3:5: a source is a page with https://; correct the link"),
        (
            "# A\n\n[b](../causes/mtls/strict-plain/cause.yaml)\n",
            (
                "3:5: the knowledge base has no file `../causes/mtls/strict-plain/cause.yaml`; did you mean "
                "`../causes/mtls/strict-plaintext/cause.yaml`?"
            ),
        ),
    ],
)
def test_a_page_leads_somewhere(text: str, mistake: str) -> None:
    """Links lead to files of the knowledge base, or to pages with https."""
    assert [f"{CONCEPT}:{mistake}"] == check_mistakes(page(text))


@pytest.mark.parametrize(
    "text", ["# A\n\n[b](https://istio.io/)\n", "# A\n\n[b](mtls.md) [c](../causes/mtls/strict-plaintext/cause.yaml)\n"]
)
def test_good_links_are_no_mistakes(text: str) -> None:
    """A page on the web, another concept, a cause."""
    assert [] == check_mistakes(page(text))


def test_a_lesson_in_two_folders_is_a_mistake() -> None:
    """Somebody's own lesson takes another id."""
    _, mistakes = merge([parse(lesson())[0], parse({LESSON: TEXT}, root="mine")[0]])
    mine = [str(m) for m in mistakes if str(m).startswith("mine/")]

    said = "`first` is in lessons already (lessons/first.yaml:1:1); no id is used twice: take another"
    assert [f"mine/{LESSON}:1:1: {said}"] == mine


ASKED = Example(source="a/pod/b", to="http://c/", method="GET", evidence=("access.log",), verdict="unreachable")


def test_a_mesh_without_words_of_its_own_is_asked_the_example() -> None:
    """Most variants ask what their cause's example asks."""
    assert (ASKED, ()) == read_asked(ASKED, "", "bad-x.example.yaml")


def test_what_a_mesh_says_otherwise_counts() -> None:
    """Other keys stay; what tests expect is no part of the question."""
    said = "{to: 'http://d/', evidence: [], root: other, audit: silent}"

    asked, _ = read_asked(ASKED, said, "bad-x.example.yaml")

    assert Example(source="a/pod/b", to="http://d/", verdict="unreachable") == asked


def test_a_mistake_in_it_has_its_place() -> None:
    """A key that nobody knows is named."""
    _, mistakes = read_asked(ASKED, "ot: x", "bad-x.example.yaml")

    assert ["bad-x.example.yaml:1:1: `ot` is no key of an example of a mesh; did you mean `root`?"] == [
        str(mistake) for mistake in mistakes
    ]
