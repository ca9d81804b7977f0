"""A request, and what became of it stage by stage: the values that `walk` makes and everything after it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from troubleshooter.model.inventory import NotChecked
from troubleshooter.model.resource import Resource
from troubleshooter.model.stages import Connection, Stage, StageVerdict, Verdict

SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "x-api-key"})
"""Request headers whose values are credentials, in lower case. They are looked at, and never shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Who asks for what. `source` is `--from` as given ("" if not given), `to` the URL; `host`, `port`, `path` and
    `scheme` (`http`, `https`, `tcp`) are read off it. `sni` is what the client sends in its TLS hello, `plaintext` says
    that the caller's own proxy originates no TLS, `expect` is `SERVICE[:SUBSET]`. `headers` have lower-case names;
    `http10` says that the client speaks HTTP/1.0; `claims` are those of a token that the proxy at hand took as good."""

    source: str
    to: str
    scheme: str
    host: str
    port: int
    path: str = "/"
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    claims: Mapping[str, Any] = field(default_factory=dict)
    sni: str = ""
    plaintext: bool = False
    expect: str = ""
    assumed: tuple[str, ...] = ()
    http10: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the client gets and Envoy logs. `status` is None where no HTTP answer is made."""

    status: int | None = None
    flags: tuple[str, ...] = ()
    details: str = ""
    connection: Connection = Connection.OK

    @property
    def passed_on(self) -> bool:
        """Whether a proxy only passed on the answer of something behind it (Envoy's response code details)."""
        return self.details == "via_upstream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """One object that a stage looked at: whether it was chosen (or takes part in what was decided), and why or why
    not, in words."""

    resource: Resource
    chosen: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One stage at one hop. `hop` counts from 0; `proxy` is whose it is (None for a client outside); `resource` is the
    object and field that decided; `result` is the contract's map for this stage; `observed` means that evidence says
    so; `unlock` is what would make an unknown stage known ("" if nothing does); `considered` are the objects among
    which it chose, where a trace was asked for."""

    hop: int
    stage: Stage
    verdict: StageVerdict
    proxy: Resource | None = None
    observed: bool = False
    detail: str = ""
    assumes: tuple[str, ...] = ()
    resource: Resource | None = None
    result: Mapping[str, Any] = field(default_factory=dict)
    unlock: str = ""
    considered: tuple[Considered, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One way that a share of the requests takes. `by` says what splits them (`weight`, `endpoints`, `gateway`, …; ""
    if nothing does), `share` is between 0 and 1, None where it is not known."""

    path: tuple[Step, ...]
    verdict: Verdict
    outcome: Outcome
    by: str = ""
    share: float | None = None

    @property
    def failed(self) -> Step | None:
        """The stage at which the request dies."""
        return next((s for s in self.path if s.verdict is StageVerdict.FAIL), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """A request with all its branches, the worst first. `dropped` counts branches beyond the limit."""

    request: Request
    verdict: Verdict
    outcome: Outcome
    branches: tuple[Branch, ...]
    not_checked: tuple[NotChecked, ...] = ()
    dropped: int = 0

    @property
    def path(self) -> tuple[Step, ...]:
        """The way of the worst branch."""
        return self.branches[0].path if self.branches else ()
