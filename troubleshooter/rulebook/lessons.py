"""The format of `lessons/<id>.yaml`, as tables.

Decides: which keys a lesson has. Must not know: whether the causes, meshes and concepts that it names exist.
"""

from __future__ import annotations

from troubleshooter.rulebook.advice import quoted
from troubleshooter.rulebook.nodes import Node, Page
from troubleshooter.rulebook.shapes import Shape, Unfit, each, fields, may, member, need, shaped, slug, text
from troubleshooter.rulebook.values import Lesson, Level, Rulebook, ScenarioPlan


def _bad_mesh(page: Page, node: Node) -> str:
    """A broken mesh by its file's name, without `.yaml`."""
    name = slug(page, node)
    if name.split("-")[0] != "bad":
        raise Unfit(node, f"{quoted(name)} is no broken mesh; name one like `bad` or `bad-at-gateway`")
    return name


SCENARIO = Shape(
    name="a scenario",
    make=ScenarioPlan,
    keys={
        "id": need(slug),
        "title": need(text),
        "cause": need(slug),
        "mesh": may(_bad_mesh),
        "story": need(text),
        "concepts": need(each(slug, at_least=1), ()),
    },
)

LESSON = Shape(
    name="a lesson",
    make=Lesson,
    keys={
        "id": need(slug),
        "title": need(text),
        "level": need(member(Level, "level"), Level.HARD),
        "scenarios": need(each(shaped(SCENARIO), at_least=1), ()),
    },
)


def read_lesson(page: Page, node: Node, name: str) -> Rulebook:
    """`lessons/<name>.yaml`. It goes by its file's name."""
    found = fields(page, node, LESSON)
    if (own := found["id"]) and own != name:
        page.wrong(
            found["place"].of("id"),
            f"the id {quoted(own)} differs from the file's name {quoted(name)}; rename one of them",
        )
    return Rulebook(lessons={name: Lesson(**found | {"id": name})})
