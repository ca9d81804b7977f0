"""The stages of a walk, the verdicts, and the words that people read for them.

These enums are the closed vocabulary of the contract: their values appear in JSON, in knowledge files and on screens.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Stage(StrEnum):
    """What one proxy does with a request, in its order. `question` is what the stage answers."""

    question: str

    def __new__(cls, value: str, question: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.question = question
        return member

    DNS = "dns", "does the name resolve, and to what?"
    CAPTURE = "capture", "does a proxy take the connection?"
    LISTENER = "listener", "which listener and filter chain take it?"
    ROUTE = "route", "which route of which virtual host?"
    CLUSTER = "cluster", "which destination, subset and policy?"
    ENDPOINT = "endpoint", "which endpoints are there to send it to?"
    TRANSPORT = "transport", "do both ends agree on plaintext or TLS?"
    AUTHENTICATION = "authentication", "are its credentials good?"
    AUTHORIZATION = "authorization", "may it?"
    APPLICATION = "application", "is anything listening, in this protocol, in time?"


class HopKind(StrEnum):
    """Which proxy (or bare caller) handles the request at a hop."""

    SENDER = "sender"
    GATEWAY = "gateway"
    TARGET = "target"


S = Stage
STAGES: dict[HopKind, tuple[Stage, ...]] = {
    HopKind.SENDER: (S.DNS, S.CAPTURE, S.LISTENER, S.ROUTE, S.CLUSTER, S.ENDPOINT, S.TRANSPORT),
    HopKind.GATEWAY: (
        S.DNS,
        S.CAPTURE,
        S.LISTENER,
        S.AUTHENTICATION,
        S.AUTHORIZATION,
        S.ROUTE,
        S.CLUSTER,
        S.ENDPOINT,
        S.TRANSPORT,
    ),
    HopKind.TARGET: (S.LISTENER, S.AUTHENTICATION, S.AUTHORIZATION, S.APPLICATION),
}
"""The stages that each kind of hop performs, in its proxy's order."""


class StageVerdict(StrEnum):
    """What became of the request at one stage."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_REACHED = "not-reached"


class Verdict(StrEnum):
    """What becomes of a request. `sentence` is for people."""

    sentence: str

    def __new__(cls, value: str, sentence: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.sentence = sentence
        return member

    REACHABLE = "reachable", "The request arrives."
    UNREACHABLE = "unreachable", "The request does not arrive."
    MISROUTED = "misrouted", "The request arrives, but not where it is expected to."
    AMBIGUOUS = "ambiguous", "Some of the requests arrive and some do not."
    UNDETERMINED = "undetermined", "Whether the request arrives cannot be told from what was seen."


class Connection(StrEnum):
    """What the client sees below HTTP."""

    OK = "ok"
    REFUSED = "refused"
    RESET = "reset"
    TIMEOUT = "timeout"
    TLS_ERROR = "tls-error"
    DNS = "dns"


class Severity(StrEnum):
    """How grave a finding is in an audit: traffic cannot pass, fails for some, or is merely surprising."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the gravest."""
        return list(Severity).index(self)


class Certainty(StrEnum):
    """How sure a judgement is. A word, never a number."""

    CONFIRMED = "confirmed"
    LIKELY = "likely"
    POSSIBLE = "possible"
    RULED_OUT = "ruled out"

    @property
    def rank(self) -> int:
        """0 for the surest."""
        return list(Certainty).index(self)


class Prevalence(StrEnum):
    """How often people meet a cause. It orders equals and proves nothing."""

    COMMON = "common"
    OCCASIONAL = "occasional"
    RARE = "rare"

    @property
    def rank(self) -> int:
        """0 for what people meet most often."""
        return list(Prevalence).index(self)


class CaseKind(StrEnum):
    """What a set of facts is about: one branch of a request, one piece of configuration, or the mesh."""

    WALK = "walk"
    PIECE = "piece"
    MESH = "mesh"
