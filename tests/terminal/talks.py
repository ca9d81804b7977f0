"""Consultations held by a script: what was typed, what was on the screen, and what it came to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from troubleshooter.inference import PlainEvaluator
from troubleshooter.model import Diagnosis
from troubleshooter.report import to_text, told_to_text
from troubleshooter.rulebook import Rulebook, parse
from troubleshooter.terminal import Setting, talk

KNOWLEDGE = {
    "causes/routing/no-route/cause.yaml": """
id: no-route
title: No route of ${virtual_service} takes ${request.path}
stage: route
cases: [walk]
severity: error
prevalence: common
status: draft
symptoms: [404-envoy]
when: [{route.match: none}, {route.default: absent}]
explain: [{text: Nothing takes it.}]
fixes: [{do: Look at it, risk: None., applicability: manual, run: [kubectl get virtualservices]}]
references: ["https://istio.io/latest/docs/reference/config/networking/virtual-service/"]
""",
    "causes/mtls/plain/cause.yaml": """
id: plain
title: The caller speaks plaintext
stage: transport
cases: [walk]
severity: error
prevalence: common
status: draft
symptoms: [404-envoy, 503-uc]
when: [{connection.client: plaintext}, {target.mtls_mode: strict}]
unless: [{request.protocol: tls}]
explain: [{text: It is refused.}]
fixes: [{do: Look at it, risk: None., applicability: manual, run: [kubectl get pods]}]
references: ["https://istio.io/latest/docs/concepts/security/"]
""",
    "symptoms/404-envoy.yaml": "{id: 404-envoy, title: Not found, description: Envoy., flags: [NR], statuses: [404]}",
    "symptoms/503-uc.yaml": "{id: 503-uc, title: Cut off, description: Early., statuses: [503], texts: [reset before]}",
    "symptoms/503-uh.yaml": "{id: 503-uh, title: Nobody healthy, description: None., statuses: [503]}",
    "derivations.yaml": "[{id: no-proxy, when: [{caller.proxy: absent}], then: {connection.client: plaintext}}]",
    "flags.yaml": (
        "flags: {NR: {long_name: NoRoute, meaning: None., stage: route, proves: It., does_not_prove: Why.,"
        ' references: ["https://www.envoyproxy.io/"]}}\n'
        "details: {route_not_found: {meaning: None., stage: route, proves: It., does_not_prove: Why.,"
        ' references: ["https://www.envoyproxy.io/"]}}'
    ),
    "questions.yaml": """
route.match:
  question: Does a route match?
  why: Without one it is 404.
  how: kubectl get vs
  cost: command
  answers: {matched: one does, none: not one does}
route.default:
  question: Is there a default?
  why: It takes the rest.
  how: kubectl get vs
  cost: command
  answers: {present: there is, absent: there is none}
caller.proxy:
  question: Has the caller a proxy?
  why: It would speak mTLS.
  how: kubectl get pods
  cost: person
  answers: {present: it has, absent: it has none}
target.mtls_mode:
  question: What does the target accept?
  why: STRICT refuses plaintext.
  how: kubectl get pa
  cost: command
  answers: {strict: mutual TLS only, permissive: both}
""",
}
ANSWERS = {"Does a route match?": "none", "Is there a default?": "absent", "Has the caller a proxy?": "present"}
"""To the questions above; whatever else is asked is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A consultation that was held: its end, and everything that was on the screen (typed lines after `> `)."""

    diagnosis: Diagnosis | None
    screen: str

    @property
    def flat(self) -> str:
        """The screen without its line ends."""
        return " ".join(self.screen.split())

    @property
    def questions(self) -> list[str]:
        """The questions in the order in which they were asked, without their numbers."""
        return [line.partition("] ")[2] for line in self.screen.splitlines() if line.startswith("[")]


@cache
def rulebook() -> Rulebook:
    """Two causes, three symptoms, four questions."""
    book, mistakes = parse(KNOWLEDGE)
    assert () == mistakes
    return book


def setting(**more: Any) -> Setting:
    """A setting with that knowledge and nothing to look at, unless `more` says so."""

    def show(diagnosis: Diagnosis, *, told: bool) -> str:
        return told_to_text(diagnosis) if told else to_text(diagnosis)

    given = {"rulebook": rulebook(), "engine": PlainEvaluator(), "show": show, "collect": "kubectl get all", **more}
    return Setting(**given)


def hold(given: Setting, typed: Iterable[str]) -> Held:
    """Type these lines one after the other; after the last one the input ends."""
    lines = iter(typed)
    return held(given, lambda _screen: next(lines, None))


def held(given: Setting, answer: Callable[[str], str | None]) -> Held:
    """Answer with whatever `answer` makes of the screen so far."""
    written: list[str] = []

    def read() -> str | None:
        line = answer("".join(written))
        if line is not None:
            written.append(f"> {line}\n")
        return line

    diagnosis = talk(given, read, written.append)
    return Held(diagnosis=diagnosis, screen="".join(written))


def by_question(answers: dict[str, str], first: Iterable[str] = ()) -> Callable[[str], str | None]:
    """Type the `first` lines, then answer each question by its words; `unknown` to any other; Enter at the end."""
    lines: Iterator[str] = iter(first)

    def answer(screen: str) -> str | None:
        asked = screen.rpartition("\n[")[2]
        if screen.rstrip().endswith("Enter ends."):
            return None
        line = next(lines, None)
        if line is not None:
            return line
        flat = " ".join(asked.split())
        return next((word for question, word in answers.items() if question in flat), "unknown")

    return answer
