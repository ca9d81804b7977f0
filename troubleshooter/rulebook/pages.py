"""The formats of every file but `cause.yaml`, as tables.

Decides: which keys they have. Must not know: whether the facts and flags they name exist.
"""

from __future__ import annotations

from typing import Any

import yaml

from troubleshooter.model import Stage
from troubleshooter.rulebook.advice import quoted
from troubleshooter.rulebook.causes import STAGE
from troubleshooter.rulebook.condition_format import read_each_alone, read_when
from troubleshooter.rulebook.nodes import Node, Page
from troubleshooter.rulebook.shapes import (
    Key,
    Shape,
    Unfit,
    chosen,
    each,
    fields,
    keyed,
    may,
    named,
    need,
    number,
    pairs,
    shaped,
    slug,
    text,
)
from troubleshooter.rulebook.values import Derivation, LogWord, PeerCode, QuestionText, Rulebook, Symptom

COSTS = ("person", "command", "study")
PAGES = (
    "access-log",
    "certificates",
    "counters",
    "endpoints",
    "events",
    "istiod-log",
    "istiod-pages",
    "proxy-config",
    "ztunnel-log",
)
"""What a person may have in front of them, or not at all."""


def _stage_or_none(page: Page, node: Node) -> Stage | None:
    """Some log words do not say where a request dies: then `stage` is left out, empty or null."""
    silent = isinstance(node, yaml.ScalarNode) and not node.style and node.value in ("", "null", "~")
    return None if silent else STAGE(page, node)


def _conclusion(page: Page, node: Node) -> tuple[str, str]:
    """One fact and its word."""
    found = pairs(node, "what follows")
    if len(found) != 1:
        raise Unfit(node, "one derivation concludes one fact (`role.attribute: word`); write another for the next")
    return text(page, found[0][0]), text(page, found[0][1])


def _derivation(then: tuple[str, str], **rest: Any) -> Derivation:
    return Derivation(fact=then[0], word=then[1], **rest)


SYMPTOM = Shape(
    name="a symptom",
    make=Symptom,
    keys={
        "id": need(slug),
        "title": need(text),
        "description": need(text),
        "flags": may(each(text)),
        "statuses": may(each(number)),
        "texts": may(each(text)),
        "stages": may(each(STAGE)),
        "tells": may(read_each_alone),
    },
)

QUESTION = Shape(
    name="a question",
    make=QuestionText,
    keys={
        "question": need(text),
        "why": need(text),
        "how": need(text),
        "answers": need(named(text, "`answers`", at_least=1), {}),
        "cost": may(chosen(COSTS, "cost")),
        "after": may(each(text)),
        "only_if": may(read_when),
        "page": may(chosen(PAGES, "page")),
    },
)

DERIVATION = Shape(
    name="a derivation",
    make=_derivation,
    keys={"id": need(slug), "then": need(_conclusion, ("", "")), "when": need(read_when, ())},
)

LOG_WORD = Shape(
    name="a log word",
    make=LogWord,
    keys={
        "long_name": Key(read=text, fallback=("",)),
        "meaning": need(text),
        "stage": Key(read=_stage_or_none, fallback=(None,)),
        "or_at": may(each(STAGE)),
        "proves": need(text),
        "does_not_prove": need(text),
        "references": may(each(text)),
    },
)

FLAGS = Shape(
    name="`flags.yaml`",
    make=Rulebook,
    keys={"flags": may(keyed(LOG_WORD, "name", "`flags`")), "details": may(keyed(LOG_WORD, "name", "`details`"))},
)

PEER_CODE = Shape(name="a peer's code", make=PeerCode, keys={"title": need(text), "reason": need(text)})


def read_symptom(page: Page, node: Node, name: str) -> Rulebook:
    """`symptoms/<name>.yaml`. It goes by its file's name."""
    found = fields(page, node, SYMPTOM)
    if (own := found["id"]) and own != name:
        page.wrong(
            found["place"].of("id"),
            f"the id {quoted(own)} differs from the file's name {quoted(name)}; rename one of them",
        )
    return Rulebook(symptoms={name: Symptom(**found | {"id": name})})


def read_questions(page: Page, node: Node) -> Rulebook:
    """`questions.yaml`: fact to question."""
    return Rulebook(questions=keyed(QUESTION, "fact", "`questions.yaml`")(page, node))


def read_derivations(page: Page, node: Node) -> Rulebook:
    """`derivations.yaml`: a list."""
    return Rulebook(derivations=each(shaped(DERIVATION))(page, node))


def read_flags(page: Page, node: Node) -> Rulebook:
    """`flags.yaml`: response flags and response-code details."""
    found = fields(page, node, FLAGS)
    return Rulebook(flags=found.get("flags", {}), details=found.get("details", {}))


def read_peer_codes(page: Page, node: Node) -> Rulebook:
    """`peer-codes.yaml`: code to title and reason."""
    return Rulebook(peer_codes=keyed(PEER_CODE, "code", "`peer-codes.yaml`")(page, node))
