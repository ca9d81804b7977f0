"""A decision tree as text, as a Mermaid flow chart, and as an SVG picture."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from troubleshooter.consult import Branch, Junction, Place, Tree
from troubleshooter.model import Question
from troubleshooter.report import tree_to_mermaid, tree_to_svg, tree_to_text

TITLES = {"404": "Not <found>", "no-route": "No route takes it", "no-host": "No such host"}
SVG = "{http://www.w3.org/2000/svg}"


def _question(fact: str, text: str) -> Question:
    answers = (("yes", "it does."), ("no", "it does not"))
    return Question(fact=fact, question=text, why="", how=f"kubectl get {fact}", answers=answers, cost="person")


TREE = Tree(
    symptom="404",
    junctions=(
        Junction(
            number=1,
            question=_question("a", 'Does "a" match a < b & #1?'),
            left=("no-route", "no-host"),
            branches=(Branch(words=("yes",), place=Place(to=2)), Branch(words=("no",), place=Place(cause="no-route"))),
        ),
        Junction(
            number=2,
            question=_question("b", "Does b match?"),
            left=("no-host",),
            branches=(Branch(words=("yes",), place=Place(to=1)), Branch(words=("no",), place=Place())),
        ),
    ),
)


def _picture() -> ET.Element:
    return ET.fromstring(tree_to_svg(TREE, TITLES))  # noqa: S314  # of our own making


TEXT = """\
404 Not <found>
2 causes show so; 2 questions tell them apart, a few each time. Where you cannot
tell, follow each answer.

[1]  Does "a" match a < b & #1?
       kubectl get a
       yes  it does → [2]
       no   it does not → no-route

[2]  Does b match?
       kubectl get b
       yes  it does → [1]
       no   it does not → no cause that I know

Causes
  no-route: No route takes it"""

MERMAID = """\
flowchart TD
  q1["Does #34;a#34; match a #60; b #38; #35;1?"]
  q1 -- "yes" --> q2
  q1 -- "no" --> e1
  q2["Does b match?"]
  q2 -- "yes" --> q1
  q2 -- "no" --> e2
  e1(["no-route"])
  e2(["no cause that I know"])"""


def test_text() -> None:
    """Every question once, each answer with where it leads, and at the end what the causes are."""
    assert TEXT == tree_to_text(TREE, TITLES)


def test_mermaid() -> None:
    """Boxes and arrows; what Mermaid or HTML would read as its own is coded."""
    assert MERMAID == tree_to_mermaid(TREE)


def test_svg_texts() -> None:
    """The picture is well-formed and says what the text says; a question drawn before is pointed to."""
    picture = _picture()

    assert [
        "404: Not <found>",
        "2 causes show so; 2 questions tell them apart, a few each time. Where you cannot",
        "tell, follow each answer.",
        '[1] Does "a" match a < b & #1?',
        "yes:",
        "[2] Does b match?",
        "yes: see [1]",
        "no: no cause that I know",
        "no: no-route",
    ] == [text.text for text in picture.iter(f"{SVG}text")]


def test_svg_links() -> None:
    """Every link leads to a question that is drawn."""
    picture = _picture()
    links = [link.get("href", "").removeprefix("#") for link in picture.iter(f"{SVG}a")]

    assert ["q1"] == links
    assert {"q1", "q2"} == {text.get("id") for text in picture.iter(f"{SVG}text")} - {None}


def test_svg_rows_are_inside() -> None:
    """No row lies below the end of the picture, nor above its beginning."""
    picture = _picture()
    places = [int(text.get("y", "")) for text in picture.iter(f"{SVG}text")]

    assert 0 < min(places) <= max(places) < int(picture.get("height", ""))


@pytest.mark.parametrize("draw", [tree_to_text, tree_to_svg])
def test_a_tree_without_questions_says_so(draw: object) -> None:
    """Where nothing shows so there is nothing to ask."""
    assert callable(draw)
    assert "nothing to ask" in draw(Tree(symptom="404", junctions=()), TITLES)


def test_a_cut_end() -> None:
    """Where not everything was unrolled, the end says what is left."""
    cut = Tree(
        symptom="404",
        junctions=(
            Junction(
                number=1,
                question=_question("a", "Does a match?"),
                left=("no-route",),
                branches=(Branch(words=("yes", "no"), place=Place(left=("no-host", "no-route"))),),
            ),
        ),
    )

    drawn = tree_to_text(cut, TITLES)
    assert 2 == " ".join(drawn.split()).count("→ more questions; left are no-host, no-route")
    assert "no-host: No such host" in drawn
