"""The knowledge base as values: parse it, check it, fill its templates.

Texts come in as a mapping of paths to texts, values and mistakes go out; no file is read here. What the knowledge says
is in `values`; how conditions multiply out in `logic`. Knows `model` only: no mesh, no walk, no catalogue but the one
that `check` is handed."""

from troubleshooter.rulebook.checks import check, check_for_use
from troubleshooter.rulebook.fixtures import read_asked
from troubleshooter.rulebook.logic import conditions, count, expand
from troubleshooter.rulebook.parsing import merge, parse
from troubleshooter.rulebook.places import Mistake, Place
from troubleshooter.rulebook.templates import Scope, fill, missing, placeholders, render
from troubleshooter.rulebook.values import (
    AREAS,
    AnyOf,
    BecauseOf,
    Cause,
    Condition,
    Derivation,
    Edit,
    Example,
    FalsePositive,
    FixPlan,
    Lesson,
    Level,
    LogWord,
    Paragraph,
    PeerCode,
    PeerName,
    QuestionText,
    Rulebook,
    ScenarioPlan,
    Status,
    Symptom,
    When,
)

__all__ = [
    "AREAS",
    "AnyOf",
    "BecauseOf",
    "Cause",
    "Condition",
    "Derivation",
    "Edit",
    "Example",
    "FalsePositive",
    "FixPlan",
    "Lesson",
    "Level",
    "LogWord",
    "Mistake",
    "Paragraph",
    "PeerCode",
    "PeerName",
    "Place",
    "QuestionText",
    "Rulebook",
    "ScenarioPlan",
    "Scope",
    "Status",
    "Symptom",
    "When",
    "check",
    "check_for_use",
    "conditions",
    "count",
    "expand",
    "fill",
    "merge",
    "missing",
    "parse",
    "placeholders",
    "read_asked",
    "render",
]
