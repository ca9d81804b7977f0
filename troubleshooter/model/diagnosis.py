"""The whole result: what the contract prints, and what every other output is drawn from."""

from __future__ import annotations

from dataclasses import dataclass

from troubleshooter.model.findings import Finding, PossibleCause, Question
from troubleshooter.model.inventory import NotChecked
from troubleshooter.model.walks import Walk

PATTERNS = ("always", "share", "bursts", "after-idle", "since-change", "outage")
"""How failures are spread over time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogGroup:
    """Log lines of one failure. `share` is of all lines read (0 to 1), `first` and `last` are their times as logged,
    `arguments` diagnose this group alone. `pattern` is one of PATTERNS, or "" where the log does not tell, `since` when
    they began, where they came with a change or an outage and others succeeded before, `until` when an outage was over.
    `callers` are the addresses from which such requests always fail while
    from others they do not, `endpoint` is the address at which alone they fail while others answer: () and "" where
    that is not so. `far_log` is whether the proxies to which they were sent logged them ("silent", "logged"), "" where
    it is not known; `checks` that they look like health checks which do not speak TLS, at a port of a gateway that
    takes nothing else. `said` is how ztunnel words the failure, whose lines have no flags; "" for lines of Envoy."""

    count: int
    share: float
    first: str
    last: str
    flags: tuple[str, ...]
    arguments: tuple[str, ...]
    pattern: str = ""
    since: str = ""
    until: str = ""
    callers: tuple[str, ...] = ()
    endpoint: str = ""
    far_log: str = ""
    said: str = ""
    checks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """Everything that is known about one request, or (`walk` None) about everything seen: an audit. `engine` names what
    drew the conclusions and, if it was not the rule engine, why. `before` is the walk of the same request without the
    manifests that were laid over the mesh, None where none were. `reported` counts the errors and warnings of another
    analyser that no finding here stands for."""

    walk: Walk | None = None
    findings: tuple[Finding, ...] = ()
    possible: tuple[PossibleCause, ...] = ()
    questions: tuple[Question, ...] = ()
    groups: tuple[LogGroup, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()
    engine: str = ""
    before: Walk | None = None
    reported: int = 0

    @property
    def root(self) -> Finding | None:
        """The one root cause."""
        return next((f for f in self.findings if f.root), None)
