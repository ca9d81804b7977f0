"""Roles that edits and links name, and placeholders: all must be bound when the cause holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from troubleshooter.model import Catalogue
from troubleshooter.rulebook.advice import advice, quoted
from troubleshooter.rulebook.checks.scene import NO_OBJECT, Scene
from troubleshooter.rulebook.places import Mistake, Place
from troubleshooter.rulebook.templates import placeholders, unclosed
from troubleshooter.rulebook.values import Cause, FixPlan, QuestionText

OF_OBJECTS = ("name", "namespace", "kind", "cluster")
"""What a template may ask of every role that an object fills."""


def roles_have_objects(scene: Scene) -> Iterator[Mistake]:
    """Every role that an edit, `because_of` or `known_as` names is filled by an object."""
    filled = scene.catalogue.roles - NO_OBJECT
    for cause in scene.causes:
        for place, role in _roles(cause):
            if role in scene.catalogue.roles and role not in filled:
                yield Mistake(place=place, text=f"no object fills the role {quoted(role)}; name another")
            elif role not in filled:
                yield Mistake(place=place, text=f"there is no role {quoted(role)}; {advice(role, filled)}")


def placeholders_are_bound(scene: Scene) -> Iterator[Mistake]:
    """Every placeholder names a role, one of the four attributes of every object, a fact or a detail."""
    known = _bindable(scene.catalogue)
    causes = (text for cause in scene.causes for text in _templates(cause))
    questions = (text for question in scene.rulebook.questions.values() for text in _asked(question))
    for source in (causes, questions):
        for place, template in source:
            for name in placeholders(template):
                if name not in known:
                    hint = advice(name, known, "take one from the catalogue, or add a detail there")
                    yield Mistake(place=place, text=f"nothing is bound to {quoted('${' + name + '}')}; {hint}")
            if unclosed(template):
                yield Mistake(place=place, text="a `${` here begins no placeholder; write `${role.attribute}`")


def _bindable(catalogue: Catalogue) -> set[str]:
    filled = catalogue.roles - NO_OBJECT
    attributes = {f"{role}.{name}" for role in filled for name in OF_OBJECTS}
    return {*filled, *attributes, *catalogue.facts, *catalogue.details}


def _roles(cause: Cause) -> Iterator[tuple[Place, str]]:
    for fix in cause.fixes:
        for edit in fix.edits:
            if edit.role:
                yield edit.place, edit.role
    for link in cause.because_of:
        yield link.place.of("its"), link.its
        yield link.place.of("our"), link.our
    for name in cause.known_as:
        yield name.place.of("on"), name.on


def _templates(cause: Cause) -> Iterator[tuple[Place, Any]]:
    """Whatever is rendered or filled, with its place."""
    yield cause.place.of("title"), cause.title
    for paragraph in cause.explain:
        yield paragraph.place.of("text"), paragraph.text
    for reader in cause.false_positives:
        yield reader.place.of("text"), reader.text
    for fix in cause.fixes:
        yield from _of_fix(fix)


def _of_fix(fix: FixPlan) -> Iterator[tuple[Place, Any]]:
    for key in ("do", "risk", "confirm"):
        yield fix.place.of(key), getattr(fix, key)
    for command in fix.run:
        yield fix.place.of("run"), command
    for edit in fix.edits:
        yield edit.place, edit.at
        yield edit.place, edit.value


def _asked(question: QuestionText) -> Iterator[tuple[Place, str]]:
    for key in ("question", "why", "how"):
        yield question.place.of(key), getattr(question, key)
    for meaning in question.answers.values():
        yield question.place.of("answers"), meaning
