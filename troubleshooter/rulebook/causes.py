"""The format of `causes/<area>/<id>/cause.yaml`, as tables.

Decides: which keys a cause has and what each may hold. Must not know: whether the facts, roles and files it names
exist."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import yaml

from troubleshooter.model import Applicability, CaseKind, Prevalence, Severity, Stage, Verdict
from troubleshooter.rulebook.advice import advice, quoted
from troubleshooter.rulebook.condition_format import read_each_alone, read_when
from troubleshooter.rulebook.edits import read_edit
from troubleshooter.rulebook.nodes import Node, Page
from troubleshooter.rulebook.shapes import (
    Key,
    Shape,
    Unfit,
    chosen,
    each,
    fields,
    flag,
    may,
    member,
    named,
    need,
    pairs,
    shaped,
    slug,
    some,
    text,
)
from troubleshooter.rulebook.values import (
    AREAS,
    BecauseOf,
    Cause,
    Example,
    FalsePositive,
    FixPlan,
    Paragraph,
    PeerName,
    Status,
)

STAGE = member(Stage, "stage")


def _istio_range(page: Page, node: Node) -> str:
    """Bounds on Istio's minor version, joined by commas."""
    said = text(page, node)
    if not re.fullmatch(r"(?:>=|<=|<|>|==)1\.[0-9]+(?:, *(?:>=|<=|<|>|==)1\.[0-9]+)*", said):
        raise Unfit(node, f'{quoted(said)} is no range of Istio versions; write it like ">=1.20" or ">=1.20,<1.24"')
    return said


def _peer_names(code: tuple[str, ...], **rest: Any) -> list[PeerName]:
    return [PeerName(code=one, **rest) for one in code]


def _applies_to(**found: Any) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name != "place"}


def _known_as(page: Page, node: Node) -> tuple[PeerName, ...]:
    """An entry with several codes stands for one of each."""
    return tuple(name for names in each(shaped(KNOWN_AS))(page, node) for name in names)


PARAGRAPH = Shape(name="a paragraph", make=Paragraph, keys={"text": need(text), "when": may(read_when)})

FIX = Shape(
    name="a fix",
    make=FixPlan,
    keys={
        "do": need(text),
        "risk": need(text),
        "applicability": need(member(Applicability, "applicability"), Applicability.MANUAL),
        "when": may(read_when),
        "edits": may(each(read_edit)),
        "run": may(each(text)),
        "confirm": may(text),
    },
)

BECAUSE_OF = Shape(
    name="a reason in `because_of`", make=BecauseOf, keys={"cause": need(slug), "its": need(text), "our": need(text)}
)

KNOWN_AS = Shape(
    name="an entry of `known_as`",
    make=_peer_names,
    keys={"code": need(some(text), ()), "on": need(text), "when": may(read_when), "says": may(text)},
)

FALSE_POSITIVE = Shape(name="a false positive", make=FalsePositive, keys={"text": need(text), "near": may(text)})


def _false_positive(page: Page, node: Node) -> FalsePositive:
    """A map, or its text alone."""
    if isinstance(node, yaml.ScalarNode):
        return FalsePositive(text=text(page, node))
    found: FalsePositive = shaped(FALSE_POSITIVE)(page, node)
    return found


EXAMPLE = Shape(
    name="an example",
    make=Example,
    keys={
        "from": may(text, field="source"),
        "to": may(text),
        "method": may(text),
        "headers": may(named(text, "`headers`")),
        "expect": may(text),
        "sni": may(text),
        "plaintext": may(flag),
        "http10": may(flag),
        "evidence": may(each(text)),
        "verdict": may(member(Verdict, "verdict")),
        "stage": may(STAGE),
    },
)

APPLIES_TO = Shape(
    name="`applies_to`",
    make=_applies_to,
    keys={"dataplane": may(each(chosen(("sidecar", "ambient"), "data plane"))), "istio": may(_istio_range)},
)

CAUSE: dict[str, Key] = {
    "id": need(slug),
    "title": need(text),
    "stage": need(some(STAGE), (), "stages"),
    "cases": need(each(member(CaseKind, "kind of case"), at_least=1), ()),
    "severity": need(member(Severity, "severity"), Severity.ERROR),
    "prevalence": need(member(Prevalence, "prevalence"), Prevalence.RARE),
    "status": need(member(Status, "status"), Status.DRAFT),
    "applies_to": may(shaped(APPLIES_TO)),
    "symptoms": may(each(slug)),
    "known_as": may(_known_as),
    "example": may(shaped(EXAMPLE)),
    "when": need(read_when, ()),
    "unless": may(read_each_alone),
    "supports": may(read_each_alone),
    "because_of": may(each(shaped(BECAUSE_OF))),
    "explain": need(each(shaped(PARAGRAPH), at_least=1), ()),
    "fixes": need(each(shaped(FIX), at_least=1), ()),
    "false_positives": may(each(_false_positive)),
    "references": need(each(text, at_least=1), ()),
}
"""The rows in the order in which a cause is written."""

KEPT = ("id", "title", "status", "explain")
"""What a retired cause still needs: its name, and why it was retired."""

_SHAPES = {
    False: Shape(name="a cause", make=Cause, keys=CAUSE),
    True: Shape(
        name="a retired cause",
        make=Cause,
        keys={name: key if name in KEPT else replace(key, needed=False) for name, key in CAUSE.items()},
    ),
}


def read_cause(page: Page, node: Node, area: str, folder: str) -> Cause:
    """The cause in `causes/<area>/<folder>/cause.yaml`. It goes by its folder's name, as its fixtures do."""
    if area not in AREAS:
        page.wrong(node, f"{quoted(area)} is no area; {advice(area, AREAS)}")
    retired = any(key.value == "status" and value.value == Status.RETIRED for key, value in pairs(node, "a cause"))
    found = fields(page, node, _SHAPES[retired])
    if (own := found["id"]) and own != folder:
        page.wrong(
            found["place"].of("id"),
            f"the id {quoted(own)} differs from the folder {quoted(folder)}; rename one of them",
        )
    return Cause(**found | {"id": folder, "area": area})
