"""The rules that lead a pod's connections to its proxy, as `iptables-save` prints them.

Decides: which connections are led to the proxy, and which ports and addresses are left out. Must not know whether that
is meant so. Only the table nat counts: TPROXY, which uses the table mangle, is read as no redirection seen. A text
without the table nat says nothing; one whose table has no chain of Istio shows that nothing is redirected.
Sources: tools/istio-iptables/pkg/capture/run.go and pkg/constants/constants.go in istio/istio (chains, ports, order).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from troubleshooter.evidence.cleaning import MAX_LINE, MAX_TEXT, printable
from troubleshooter.evidence.kinds import Kind, Unreadable
from troubleshooter.evidence.page import Page

MAX_RULES = 50_000
INBOUND_CHAIN = "ISTIO_INBOUND"
OUTBOUND, INBOUND, DNS = "15001", "15006", "15053"

_TABLE = re.compile(r"^\*([a-z]+)\s*$")
_CHAIN = re.compile(r"^:([A-Z0-9_-]{1,40}) ")
_RULE = re.compile(r"^-A ([A-Z0-9_-]{1,40}) (.*)")
_TARGET = re.compile(r"(?:^| )-[jg] ([A-Z0-9_-]{1,40})")
_PORT = re.compile(r"(?<!! )--dports? ([0-9,:]{1,300})")
_TO_PORT = re.compile(r"--to-ports? ([0-9]{1,5})")
_RANGE = re.compile(r"(?<!! )-d ([0-9a-fA-F.:]{2,45}(?:/[0-9]{1,3})?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: its chain, what it leads to, the port and the addresses that it is for ("" for all), and where it
    stands."""

    chain: str
    target: str
    port: str = ""
    addresses: str = ""
    to_port: str = ""
    line: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirection:
    """The rules of the table nat, in their order; `line` is where the table begins."""

    rules: tuple[Rule, ...] = ()
    line: int = 0

    @property
    def istio(self) -> bool:
        """Whether any of them is Istio's."""
        return any(rule.chain.startswith("ISTIO_") or rule.target.startswith("ISTIO_") for rule in self.rules)

    def leads(self, port: str) -> Rule | None:
        """The rule that leads connections to that port of the proxy."""
        return next((rule for rule in self.rules if rule.to_port == port), None)

    def left_out(self, chain: str) -> tuple[Rule, ...]:
        """The rules of a chain that leave a port or a range of addresses to itself."""
        found = (rule for rule in self.rules if rule.chain == chain and rule.target == "RETURN")
        return tuple(rule for rule in found if rule.port or rule.addresses)

    def lets_in(self, port: int) -> Rule | None:
        """The rule by which connections to a port of the pod go past the proxy: one that leaves it out, or the first of
        those that take other ports alone. None where they are led to the proxy."""
        own = next((rule for rule in self.left_out(INBOUND_CHAIN) if rule.port and _holds(rule.port, port)), None)
        if own is not None:
            return own
        taken = self.taken(INBOUND_CHAIN)
        single = [rule for rule in taken if rule.port]
        others = len(single) == len(taken) and not any(_holds(rule.port, port) for rule in single)
        return single[0] if single and others else None

    def taken(self, chain: str) -> tuple[Rule, ...]:
        """The rules of a chain that lead single ports to the proxy."""
        found = (rule for rule in self.rules if rule.chain == chain and rule.target.endswith("REDIRECT"))
        return tuple(found)


def _holds(ports: str, port: int) -> bool:
    """Whether a list of ports and ranges, as iptables writes it, has a port in it."""
    ranges = (part.partition(":") for part in ports.split(",") if part)
    return any(int(low or 0) <= port <= int(high or low if colon else low) for low, colon, high in ranges)


def _read(page: Page) -> Redirection:
    table, begin = "", 0
    found: list[Rule] = []
    for number, raw in page.lines():
        line = printable(raw[:MAX_LINE]).strip()
        opened = _TABLE.match(line)
        if opened:
            table = opened[1]
            begin = number if table == "nat" and not begin else begin
        elif table == "nat" and (match := _RULE.match(line)):
            found.append(_rule(match[1], match[2], line, number))
        if len(found) > MAX_RULES:
            raise Unreadable(f"it has more than {MAX_RULES} rules")
    if not begin:
        raise Unreadable("the table nat is not in it; run iptables-save as root, in the network of the pod")
    return Redirection(rules=tuple(found), line=begin)


def _rule(chain: str, rest: str, line: str, number: int) -> Rule:
    def first(pattern: re.Pattern[str]) -> str:
        match = pattern.search(rest)
        return match[1] if match else ""

    return Rule(
        chain=chain,
        target=first(_TARGET),
        port=first(_PORT),
        addresses=first(_RANGE),
        to_port=first(_TO_PORT),
        line=number,
        text=line[:MAX_TEXT],
    )


def _fits(page: Page) -> bool:
    lines = page.head.splitlines()
    return any(_TABLE.match(line) for line in lines) and any(_CHAIN.match(line) for line in lines)


KINDS = (Kind(words="the rules of redirection of a pod (iptables-save)", fits=_fits, read=_read),)
