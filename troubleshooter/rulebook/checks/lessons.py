"""What lessons and concepts lead to: causes, broken meshes, pages; and that a story does not give its cause away."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from troubleshooter.rulebook.advice import advice, quoted
from troubleshooter.rulebook.checks.scene import Scene, folder
from troubleshooter.rulebook.places import Mistake, Place
from troubleshooter.rulebook.values import Cause, Lesson, ScenarioPlan

LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]*)\)")
"""A link of Markdown."""


def scenarios_lead_somewhere(scene: Scene) -> Iterator[Mistake]:
    """The cause of a scenario is there and in use, its mesh lies in the cause's folder, its concepts have pages, and
    its id is used once."""
    seen: dict[str, ScenarioPlan] = {}
    for plan in _scenarios(scene):
        first = seen.setdefault(plan.id, plan)
        if first is not plan:
            said = f"the scenario {quoted(plan.id)} is there already ({first.place}); no id is used twice: take another"
            yield Mistake(place=plan.place.of("id"), text=said)
        yield from _broken(scene, plan)
        for concept in plan.concepts:
            if concept not in scene.rulebook.concepts:
                hint = advice(concept, scene.rulebook.concepts, f"write concepts/{concept}.md")
                said = f"there is no concept {quoted(concept)}; {hint}"
                yield Mistake(place=plan.place.of("concepts"), text=said)


def stories_keep_their_secret(scene: Scene) -> Iterator[Mistake]:
    """Neither id, title nor story of a scenario names its cause."""
    for plan in _scenarios(scene):
        for key, said in (("id", plan.id), ("title", plan.title), ("story", plan.story)):
            if plan.cause in said:
                text = f"the {key} names the cause, {quoted(plan.cause)}; a learner is to find it: tell what is seen"
                yield Mistake(place=plan.place.of(key), text=text)


def concepts_link_somewhere(scene: Scene) -> Iterator[Mistake]:
    """A page begins with its title, and what it links to lies in the knowledge base."""
    for name, page in scene.rulebook.concepts.items():
        file = f"concepts/{name}.md"
        if not page.startswith("# "):
            yield Mistake(place=Place(file=file), text="a concept begins with its title; write `# …` on the first line")
        for number, line in enumerate(page.splitlines(), 1):
            for link in LINK.finditer(line):
                said = _broken_link(scene, link[1])
                if said:
                    yield Mistake(place=Place(file=file, line=number, column=link.start(1) + 1), text=said)


def _scenarios(scene: Scene) -> Iterator[ScenarioPlan]:
    lessons: list[Lesson] = list(scene.rulebook.lessons.values())
    return (plan for lesson in lessons for plan in lesson.scenarios)


def _broken(scene: Scene, plan: ScenarioPlan) -> Iterator[Mistake]:
    causes: dict[str, Cause] = {cause.id: cause for cause in scene.causes}
    if plan.cause not in causes:
        hint = advice(plan.cause, causes, "write it first")
        yield Mistake(place=plan.place.of("cause"), text=f"there is no cause {quoted(plan.cause)}; {hint}")
        return
    home = folder(causes[plan.cause])
    if f"{home}{plan.mesh}.yaml" not in scene.names:
        stems = [name.removeprefix(home).removesuffix(".yaml") for name in scene.names if name.startswith(f"{home}bad")]
        hint = advice(plan.mesh, [stem for stem in stems if "." not in stem], f"write {home}{plan.mesh}.yaml")
        said = f"the cause's folder has no mesh {quoted(plan.mesh)}; {hint}"
        yield Mistake(place=plan.place.of("mesh"), text=said)


def _broken_link(scene: Scene, target: str) -> str:
    """What is wrong with a link in `concepts/`, "" if it leads somewhere."""
    if target.startswith("https://"):
        return ""
    if target.startswith("http:") or not target:
        return "a source is a page with https://; correct the link"
    if posixpath.normpath(posixpath.join("concepts", target)) in scene.names:
        return ""
    pages = [posixpath.relpath(name, "concepts") for name in scene.names if name.endswith((".md", "/cause.yaml"))]
    return f"the knowledge base has no file {quoted(target)}; {advice(target, pages, 'correct the link')}"
