"""Scenarios made from real causes, and lessons held by a script: what was typed, and what was on the screen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from tests.inventories import EXACT, SHOP, inventory
from tests.knowledge.knowledge_base import KNOWLEDGE, book
from troubleshooter.cli.explanations import names_of
from troubleshooter.cli.lessons import load_scenario
from troubleshooter.inference import PlainEvaluator
from troubleshooter.learn.course import Place
from troubleshooter.learn.scenario import Judged, Scenario, judge_scenario
from troubleshooter.learn.session import Session, Setting
from troubleshooter.rulebook import Lesson, Level, Rulebook, ScenarioPlan, parse
from troubleshooter.terminal.lines import Lines
from troubleshooter.walk import parse_request

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
    "vs-destination-host-unknown",
)
"""The causes of these tests; what others are added to the knowledge base changes nothing here."""


OWN = {
    "causes/routing/no-route/cause.yaml": """
id: no-route
title: No route of ${virtual_service} takes ${request.path}
stage: route
cases: [walk]
severity: error
prevalence: common
status: draft
symptoms: [not-found]
when: [{route.match: none}, {route.default: absent}]
explain: [{text: "Its routes are tried one after the other. None takes ${request.path}, so the proxy answers 404."}]
fixes:
  - do: Take every path
    risk: What was refused until now is let in.
    applicability: review
    edits: [{object: virtual_service, at: "spec.http[0].match[0].uri", set: {prefix: /}}]
references: ["https://istio.io/latest/docs/reference/config/networking/virtual-service/"]
""",
    "causes/routing/not-for-the-mesh/cause.yaml": """
id: not-for-the-mesh
title: ${virtual_service} is not for the mesh
stage: route
cases: [walk]
severity: error
prevalence: common
status: draft
symptoms: [not-found]
when: [{virtual_service.for_gateways_only: "yes"}, {route.match: implicit}]
explain: [{text: It is for gateways.}]
fixes:
  - do: Bind it to the mesh
    risk: Every caller gets its routes.
    applicability: review
    edits: [{object: virtual_service, at: spec.gateways, set: [mesh]}]
references: ["https://istio.io/latest/docs/reference/config/networking/virtual-service/"]
""",
}
"""A knowledge base of two causes that changes with nobody's knowledge, for what is compared word by word."""


UNPROVED = ("config-rejected-by-proxy",)
"""Causes that a proxy tells: no fix of these can be tried on a copy."""


@cache
def own_judged() -> Judged:
    """A request that no route takes, by that knowledge."""
    rulebook, mistakes = parse(OWN)
    assert () == mistakes
    place = plan("no-route", story="Some paths are answered, and /api/x is not.\n\nNothing else is known.")
    scenario = Scenario(
        plan=place.plan,
        lesson=place.lesson,
        number=1,
        cause=rulebook.causes["no-route"],
        inventory=inventory(SHOP, EXACT),
        request=parse_request("http://payments.shop:8080/api/x", source="shop/deployment/web"),
    )
    return judge_scenario(rulebook, PlainEvaluator(), scenario)


@cache
def small_book() -> Rulebook:
    """The knowledge base with these causes alone."""
    whole = book()
    return replace(whole, causes={name: whole.causes[name] for name in (*KEPT, *UNPROVED)})


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

    setting = Setting(concepts=pages, titles=names_of(scenario.rulebook, "causes"), total=30)
    points = Session(scenario, setting, Lines(write, width), read).run()
    return Held(points=points, screen="".join(written), told="".join(told))
