"""From conclusions to findings: texts filled in, fixes tried, the place to point at.

Decides: what is said about each conclusion. Must not know how it is printed.
"""

from __future__ import annotations

from troubleshooter.evidence import details_key
from troubleshooter.facts import Observation
from troubleshooter.inference import UNEXPLAINED, Conclusion
from troubleshooter.model import Certainty, Finding, KnownAs, Resource
from troubleshooter.remedy import Examined, Situation, holds, in_words, remedies, resource_of, scope_of
from troubleshooter.rulebook import Cause, Rulebook, Scope

MAX_TRIED = 25
"""Findings of which the fixes are tried in one audit; each trial derives the mesh anew."""

MAX_DERIVED = 25_000
"""Objects that are derived anew for all trials of an audit together; it takes some ten seconds."""


def findings(rulebook: Rulebook, situation: Situation, examined: Examined) -> tuple[Finding, ...]:
    """Every conclusion as a finding, in their order."""
    trials = MAX_TRIED if examined.walked else min(MAX_TRIED, MAX_DERIVED // max(len(situation.inventory.objects), 1))
    return tuple(
        _finding(rulebook, situation, examined, conclusion, attempt=n < trials)
        for n, conclusion in enumerate(examined.conclusions)
    )


def _finding(
    rulebook: Rulebook, situation: Situation, examined: Examined, conclusion: Conclusion, *, attempt: bool
) -> Finding:
    if conclusion.cause == UNEXPLAINED:
        return _unexplained(rulebook, examined, conclusion)
    cause = rulebook.causes[conclusion.cause]
    facts = examined.judgement.cases[conclusion.case].facts
    words = {name: fact.word for name, fact in facts.items()}
    scope = scope_of(examined.case(conclusion.case), facts)
    found = remedies(rulebook, situation, examined, conclusion, scope, attempt=attempt)
    resource = resource_of(conclusion, found)
    return Finding(
        fingerprint=conclusion.fingerprint,
        cause=cause.id,
        title=in_words(cause.title, scope),
        certainty=conclusion.certainty,
        severity=conclusion.severity,
        stage=conclusion.stage,
        resource=resource,
        roles=conclusion.roles,
        case=conclusion.case,
        root=conclusion.root,
        related=_related(conclusion, resource),
        known_as=_known_as(cause, conclusion, words),
        explained_by=conclusion.explained_by,
        explanation=_explanation(cause, words, scope),
        because=conclusion.because,
        fixes=tuple(remedy.fix for remedy in found),
    )


def _explanation(cause: Cause, words: dict[str, str], scope: Scope) -> str:
    paragraphs = (in_words(p.text, scope).strip() for p in cause.explain if holds(p.when, words))
    return "\n\n".join(paragraphs)


def _related(conclusion: Conclusion, resource: Resource | None) -> tuple[Resource, ...]:
    """The other objects that play a role in it."""
    own = resource.key if resource else None
    others = {r.key: r for r in conclusion.roles.values() if r.key != own}
    return tuple(others.values())


def _known_as(cause: Cause, conclusion: Conclusion, words: dict[str, str]) -> tuple[KnownAs, ...]:
    return tuple(
        KnownAs(code=peer.code, resource=conclusion.roles[peer.on], says=peer.says)
        for peer in cause.known_as
        if peer.on in conclusion.roles and holds(peer.when, words)
    )


def _unexplained(rulebook: Rulebook, examined: Examined, conclusion: Conclusion) -> Finding:
    """A failure for which there is no cause: the stage, what was seen there, what its words prove, and no guess."""
    walked = examined.walked
    died = next((b.failed for b in walked.walk.branches if b.failed), None) if walked else None
    paragraphs = _meanings(rulebook, examined.observation) if examined.observation else []
    if died and died.detail and not paragraphs:
        paragraphs = [f"{conclusion.stage.capitalize()}: {died.detail}."]
    return Finding(
        fingerprint=conclusion.fingerprint,
        cause=UNEXPLAINED,
        title=f"{_end(conclusion, examined)}, and no cause that is known here explains it",
        certainty=Certainty.CONFIRMED,
        severity=conclusion.severity,
        stage=conclusion.stage,
        resource=died.resource if died else None,
        roles=conclusion.roles,
        case=conclusion.case,
        root=conclusion.root,
        explanation="\n\n".join(paragraphs),
    )


def _end(conclusion: Conclusion, examined: Examined) -> str:
    """Where it dies; of an answer that only came through a proxy, who may have given it."""
    if examined.walked is not None and examined.walked.walk.outcome.passed_on:
        return f"{examined.walked.walk.outcome.status} is the answer of the application, or of a proxy before it"
    return f"The request dies at stage {conclusion.stage}"


def _meanings(rulebook: Rulebook, observation: Observation) -> list[str]:
    """What the knowledge base says of each word of the log line."""
    entry = observation.entry
    names = details_key(entry.details).names if entry.details else ()
    flags = [(f"{flag} ({word.long_name})", word) for flag in entry.flags if (word := rulebook.flags.get(flag))]
    details = [(name, word) for name in names if (word := rulebook.details.get(name))][:1]
    return [
        f"{name}: {word.meaning} It proves: {word.proves} It does not prove: {word.does_not_prove}"
        for name, word in (*flags, *details)
    ]
