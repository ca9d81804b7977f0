"""A diagnosis as the JSON object that other programs rely on: schema `troubleshoot/v1`.

Decides: the keys, their order, and what stands where something does not apply: "" for a string, [] for a list, null
for a number or an object. Keys are added at the end of their object, never renamed or removed within a schema version;
`schema.py` says the same as a JSON Schema, and a test compares the two. Must not know: why a diagnosis says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from troubleshooter.model import (
    Branch,
    Considered,
    Diagnosis,
    Fact,
    Finding,
    Fix,
    LogGroup,
    NotChecked,
    Outcome,
    Request,
    Resource,
    Source,
    Stage,
    Step,
    Walk,
)
from troubleshooter.model.plain import without_credentials
from troubleshooter.report import words
from troubleshooter.report.shapes import ENDPOINT, RESULTS, Schema, absent

Json: TypeAlias = Any
"""JSON types only."""

SCHEMA = "troubleshoot/v1"


def to_json(diagnosis: Diagnosis) -> str:
    """The contract's object, without a newline at its end.

    `walk -o json` is the same object made of a diagnosis that holds nothing but the walk: every key is there, and
    `findings`, `possible`, `questions` and `groups` are []. An audit (no walk) has `request`, `verdict` and `outcome`
    null, `path` and `branches` []. Equal diagnoses give equal text. No control character, bidirectional mark or lone
    surrogate stands in it unescaped, so it is safe on a terminal and always encodable.
    """
    text = json.dumps(_diagnosis(diagnosis), indent=2, ensure_ascii=False, allow_nan=False)
    return UNPRINTED.sub(_escaped, without_credentials(text))


UNPRINTED = re.compile(r"[^\x20-\x7e\n]")


def _escaped(found: re.Match[str]) -> str:
    letter = found.group()
    return letter if letter.isprintable() else json.dumps(letter)[1:-1]


def not_checked(diagnosis: Diagnosis) -> tuple[NotChecked, ...]:
    """What was not looked at, each once: what the diagnosis says, what its walk adds, and branches beyond the limit."""
    walk = diagnosis.walk
    dropped = walk.dropped if walk else 0
    beyond = NotChecked(what=words.count(dropped, "more branch", "more branches"), why="only the worst are followed")
    rows = (*diagnosis.not_checked, *(walk.not_checked if walk else ()), *((beyond,) if dropped else ()))
    return tuple(dict.fromkeys(rows))


def _diagnosis(value: Diagnosis) -> Json:
    walk = value.walk
    return {
        "schema": SCHEMA,
        "request": _request(walk.request) if walk else None,
        "verdict": walk.verdict if walk else None,
        "outcome": _outcome(walk.outcome) if walk else None,
        "path": _path(walk.path) if walk else [],
        "branches": _branches(walk),
        "findings": [_finding(f) for f in value.findings],
        "possible": [{"cause": p.cause, "missing": list(p.missing)} for p in value.possible],
        "questions": [{"fact": q.fact, "question": q.question, "how": q.how} for q in value.questions],
        "groups": [_group(g) for g in value.groups],
        "not_checked": [{"what": n.what, "why": n.why, "unlock": n.unlock} for n in not_checked(value)],
        "engine": value.engine,
        "before": _before(value.before),
    }


def _before(walk: Walk | None) -> Json:
    """What became of the request before manifests were laid over the mesh."""
    if walk is None:
        return None
    return {
        "verdict": walk.verdict,
        "outcome": _outcome(walk.outcome),
        "path": _path(walk.path),
        "branches": _branches(walk),
    }


def _request(value: Request) -> Json:
    return {
        "from": value.source,
        "to": value.to,
        "method": value.method,
        "headers": words.headers(value),
        "expect": value.expect,
        "assumed": list(value.assumed),
        "http10": value.http10,
    }


def _outcome(value: Outcome) -> Json:
    return {
        "status": value.status,
        "flags": list(value.flags),
        "details": value.details,
        "connection": value.connection,
    }


def _branches(walk: Walk | None) -> Json:
    return [_branch(b) for b in walk.branches] if walk else []


def _branch(value: Branch) -> Json:
    return {
        "by": value.by,
        "share": value.share,
        "verdict": value.verdict,
        "outcome": _outcome(value.outcome),
        "path": _path(value.path),
    }


def _path(steps: Sequence[Step]) -> Json:
    return [_step(s) for s in steps]


def _step(value: Step) -> Json:
    return {
        "hop": value.hop,
        "proxy": _resource(value.proxy),
        "stage": value.stage,
        "verdict": value.verdict,
        "observed": value.observed,
        "detail": value.detail,
        "assumes": list(value.assumes),
        "resource": _resource(value.resource),
        "result": _result(value),
        "considered": [_considered(c) for c in value.considered],
    }


def _considered(value: Considered) -> Json:
    return {"resource": _resource(value.resource), "chosen": value.chosen, "why": value.why}


def _result(step: Step) -> Json:
    """All keys of the stage if the walk has a result for it, null if it has none (a stage that was not reached)."""
    if not step.result:
        return None
    full = _filled(RESULTS.get(step.stage, {}), step.result)
    if step.stage is Stage.ENDPOINT:
        full["endpoints"] = [_filled(ENDPOINT["properties"], one) for one in full["endpoints"]]
    return _plain_types(full)


def _filled(shapes: Mapping[str, Schema], given: Mapping[str, Any]) -> dict[str, Any]:
    return {**{key: absent(shape) for key, shape in shapes.items()}, **given}


def _plain_types(value: Any) -> Json:
    if isinstance(value, Resource):
        return _resource(value)
    if isinstance(value, Mapping):
        return {str(k): _plain_types(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain_types(v) for v in value]
    return value


def _resource(value: Resource | None) -> Json:
    if value is None:
        return None
    return {
        "group": value.group,
        "kind": value.kind,
        "namespace": value.namespace,
        "name": value.name,
        "cluster": value.cluster,
        "field": value.field,
        "file": value.file,
        "line": value.line,
    }


def _finding(value: Finding) -> Json:
    return {
        "fingerprint": value.fingerprint,
        "cause": value.cause,
        "title": value.title,
        "root": value.root,
        "certainty": value.certainty,
        "severity": value.severity,
        "stage": value.stage,
        "resource": _resource(value.resource),
        "related": [_resource(r) for r in value.related],
        "known_as": [{"code": k.code, "resource": _resource(k.resource)} for k in value.known_as],
        "explained_by": value.explained_by,
        "explanation": value.explanation,
        "because": [_fact(f) for f in value.because],
        "fixes": [_fix(f) for f in value.fixes],
    }


def _fact(value: Fact) -> Json:
    return {"fact": value.name, "value": value.word, "sources": [_source(s) for s in value.sources]}


def _source(value: Source) -> Json:
    return {
        "resource": _resource(value.resource),
        "file": value.file,
        "line": value.line,
        "text": value.text,
        "said": value.said,
    }


def _fix(value: Fix) -> Json:
    return {
        "do": value.do,
        "risk": value.risk,
        "applicability": value.applicability,
        "manifest": value.manifest,
        "removes": value.removes,
        "commands": list(value.commands),
        "rollback": value.rollback,
        "verified": value.verified,
        "why_not_verified": value.why_not_verified,
        "confirm": value.confirm,
    }


def _group(value: LogGroup) -> Json:
    return {
        "count": value.count,
        "share": value.share,
        "first": value.first,
        "last": value.last,
        "flags": list(value.flags),
        "arguments": list(value.arguments),
        "pattern": value.pattern,
        "since": value.since,
        "until": value.until,
        "callers": list(value.callers),
        "endpoint": value.endpoint,
        "far_log": value.far_log,
        "said": value.said,
        "checks": value.checks,
    }
