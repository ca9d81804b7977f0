"""Scenarios made from real causes, and lessons held by a script: what was typed, and what was on the screen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from tests.knowledge.knowledge_base import KNOWLEDGE, book
from troubleshooter.cli.explanations import names_of
from troubleshooter.cli.lessons import load_scenario
from troubleshooter.inference import PlainEvaluator
from troubleshooter.learn.course import Place
from troubleshooter.learn.scenario import Judged, judge_scenario
from troubleshooter.learn.session import Session, Setting
from troubleshooter.rulebook import Lesson, Level, Rulebook, ScenarioPlan
from troubleshooter.terminal.lines import Lines

KEPT = (
    "vs-no-match-no-default",
    "vs-missing-mesh-gateway",
    "mtls-strict-plaintext-client",
    "dr-subset-not-defined",
    "service-no-endpoints",
    "sidecar-not-injected",
    "authz-allow-implicit-deny",
    "outlier-all-ejected",
    "egress-double-tls",
    "egress-registry-only-blackhole",
    "gateway-tls-sni-mismatch",
    "gateway-selector-no-match",
    "mtls-port-level-or-ns-policy",
    "gateway-tls-secret-wrong-namespace",
)
"""The causes of these tests; what others are added to the knowledge base changes nothing here."""


@cache
def small_book() -> Rulebook:
    """The knowledge base with these causes alone."""
    whole = book()
    return replace(whole, causes={name: whole.causes[name] for name in KEPT})


def plan(cause: str, mesh: str = "bad", story: str = "It does not arrive.") -> Place:
    """A scenario made from a cause."""
    made = ScenarioPlan(
        id=f"about-{mesh}", title="It fails", cause=cause, mesh=mesh, story=story, concepts=("route",)
    )  # fmt: skip
    return Place(lesson=Lesson(id="x", title="X", level=Level.EASY, scenarios=(made,)), plan=made, number=1)


@cache
def judged(cause: str, mesh: str = "bad") -> Judged:
    """What the plain evaluator makes of a scenario."""
    scenario = load_scenario(small_book(), (KNOWLEDGE,), plan(cause, mesh))
    return judge_scenario(small_book(), PlainEvaluator(), scenario)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A lesson that was held: its points (None if it was left), everything that was on the screen, and what of it the
    lesson wrote (`told`)."""

    points: int | None
    screen: str
    told: str

    @property
    def flat(self) -> str:
        """The screen without its line ends."""
        return " ".join(self.screen.split())


def play(scenario: Judged, typed: Iterable[str], width: int = 80) -> Held:
    """Type these lines one after the other; after the last one the input ends."""
    written: list[str] = []
    told: list[str] = []
    lines = iter(typed)

    def read() -> str | None:
        line = next(lines, None)
        if line is not None:
            written.append(f"> {line}\n")
        return line

    pages = {name: book().concepts[name] for name in ("route", "transport", "virtual-service")}

    def write(text: str) -> None:
        written.append(text)
        told.append(text)

    setting = Setting(concepts=pages, titles=names_of(small_book(), "causes"), total=30)
    points = Session(scenario, setting, Lines(write, width), read).run()
    return Held(points=points, screen="".join(written), told="".join(told))
