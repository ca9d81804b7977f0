"""The knowledge base as the tests see it: every cause with its folder, every fixture with what is asked of it.

Nothing is listed here: whoever adds a folder adds its tests. What cannot be read is left out, and said by the tests of
the cause that it belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from _pytest.mark.structures import ParameterSet

from troubleshooter.collect import read_inventory
from troubleshooter.collect.knowledge_files import KnowledgeFiles, read_knowledge
from troubleshooter.consult import Consultation
from troubleshooter.evidence import (
    ONCE,
    Evidence,
    FailureGroup,
    LogPage,
    group_failures,
    parse_lines,
    retries_logged,
    summarise,
    take,
)
from troubleshooter.inference import Engine, PlainEvaluator
from troubleshooter.model import Diagnosis, Exhibit, Fact, Finding, Inventory, Request
from troubleshooter.remedy import Situation
from troubleshooter.rulebook import Cause, Example, Mistake, Rulebook, Status, parse
from troubleshooter.walk import parse_request

KNOWLEDGE = Path(__file__).resolve().parents[2] / "knowledge"

MARK = re.compile(r"[ \t]*#[ \t]*<-.*$", re.MULTILINE)
"""What stands behind a guilty line."""

LOG = ".log"
"""How the names of access logs end; whatever else is named as evidence says itself what it is."""

ASKED = ("to", "method", "headers", "expect", "sni", "plaintext", "http10", "evidence", "verdict", "stage")
"""The keys of an `example` that are called in Python as they are in YAML; `from` is `source`."""


@cache
def files() -> KnowledgeFiles:
    """The texts and names of the knowledge folder."""
    return read_knowledge(KNOWLEDGE)


@cache
def parsed() -> tuple[Rulebook, tuple[Mistake, ...]]:
    """The rulebook, and what is wrong in its files."""
    return parse(files().texts)


@cache
def book() -> Rulebook:
    """The rulebook without the causes in whose files something is wrong, so that these do not disturb the others."""
    whole, mistakes = parsed()
    broken = {mistake.place.file for mistake in mistakes}
    causes = {name: cause for name, cause in whole.causes.items() if cause.place.file not in broken}
    return replace(whole, causes=causes)


def folders() -> list[ParameterSet]:
    """Every cause's folder but those of retired causes."""
    retired = {cause.id for cause in parsed()[0].causes.values() if cause.status == Status.RETIRED}
    found = sorted({KNOWLEDGE / name for name in files().names if name.startswith("causes/")})
    homes = dict.fromkeys(file.parent for file in found)
    return [pytest.param(home, id=home.name) for home in homes if home.name not in retired]


def meshes(pattern: str) -> list[ParameterSet]:
    """Every mesh in a cause's folder whose name matches, such as `bad(-.+)?`."""
    wanted = re.compile(rf"(?:{pattern})\.yaml")
    homes = [Path(str(given.values[0])) for given in folders()]
    there = (file for home in homes for file in sorted(home.iterdir()) if wanted.fullmatch(file.name))
    return [pytest.param(f, id=f"{f.parent.name}/{f.stem}") for f in there if not f.stem.endswith(".example")]


def cause_in(folder: Path) -> Cause:
    """The cause of a folder. Where its file cannot be used, one test says so and the others have nothing to try."""
    assert folder.parent.parent == KNOWLEDGE / "causes", f"{folder} is no folder of a cause"
    return book().causes.get(folder.name) or pytest.skip(f"{folder.name}/cause.yaml cannot be used")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked of a mesh and what must come out. `example` is None where it is an audit, and its verdict "" where
    any will do; `root` is the cause that is to blame, "" where nothing is; `audit` says whether an audit finds it;
    `told` is what a person answers, by fact."""

    example: Example | None
    root: str
    audit: bool = True
    told: Mapping[str, str] = field(default_factory=dict)


@cache
def asked_of(mesh: Path) -> Asked:
    """What `example` asks, with what `<mesh>.example.yaml` says otherwise. `bad` is asked with the evidence; `near` and
    `good` without, because it belongs to `bad.yaml`. `audit: silent` there means that only a request shows it."""
    cause = cause_in(mesh.parent)
    kind = mesh.stem.partition("-")[0]
    example = cause.example
    if example and kind != "bad":
        example = replace(example, evidence=(), verdict="reachable" if kind == "good" else "", stage="")
    other = mesh.with_name(f"{mesh.stem.replace('good', 'bad', 1) if kind == 'good' else mesh.stem}.example.yaml")
    changes = yaml.safe_load(other.read_text(encoding="utf-8")) if other.is_file() else {}
    root = changes.pop("root", cause.id if kind == "bad" else "")
    heard = changes.pop("audit", "") != "silent"
    told = changes.pop("told", {}) if kind != "good" else {}
    if kind == "good":
        changes.pop("told", "")
        changes = {key: value for key, value in changes.items() if key not in ("evidence", "verdict", "stage")}
    return Asked(example=_changed(example, changes, other), root=root, audit=heard, told=told)


def _changed(example: Example | None, changes: dict[str, Any], file: Path) -> Example | None:
    if unknown := changes.keys() - {"from", *ASKED}:
        pytest.fail(
            f"{file.name} says {', '.join(sorted(unknown))}; it may say root, audit, told, from, {', '.join(ASKED)}"
        )
    fields = {("source" if key == "from" else key): value for key, value in changes.items()}
    if "evidence" in fields:
        fields["evidence"] = tuple(fields["evidence"])
    if example is None:
        return Example(**fields) if fields else None
    return replace(example, **fields)


@cache
def inventory(mesh: Path) -> Inventory:
    """The objects of a mesh, which name their file without its folder."""
    found = read_inventory([str(mesh)], stdin=lambda: b"")
    return replace(found, objects=tuple(replace(thing, file=mesh.name) for thing in found.objects))


def request_of(example: Example) -> Request:
    """The request that an example describes."""
    return parse_request(
        example.to,
        source=example.source,
        method=example.method,
        headers=example.headers.items(),
        sni=example.sni,
        plaintext=example.plaintext,
        expect=example.expect,
        http10=example.http10,
    )


@cache
def failure_in(log: Path) -> FailureGroup:
    """The failure that a log has most of."""
    groups = group_failures(parse_lines(log.read_text(encoding="utf-8").splitlines(), file=log.name))
    return groups[0] if groups else pytest.fail(f"{log.name} has no failed request in it")


def evidence_in(files: Iterable[Path]) -> Evidence:
    """What texts beside the log say; each must be of a kind that is known."""
    texts = [Exhibit(name=file.name, text=file.read_text(encoding="utf-8"), origin="") for file in files]
    found = with_retries(take(texts))
    assert () == found.not_checked
    return found


def with_retries(found: Evidence) -> Evidence:
    """The same with what the logs in it tell of retries."""
    lines = (line for page in found.of(LogPage) for line in parse_lines(page.value.lines(), file=page.name))
    return found.with_more(retries_logged(summarise(lines)))


@cache
def situation(mesh: Path) -> Situation:
    """What a mesh is looked at with: its objects, the request asked of it, the failure in the log, and other
    evidence."""
    example = asked_of(mesh).example
    given = [mesh.with_name(name) for name in example.evidence] if example else []
    failure = next((failure_in(file) for file in given if file.suffix == LOG), None)
    told = {name: Fact(name=name, word=word) for name, word in asked_of(mesh).told.items()}
    request = request_of(example) if example and example.to else None
    return Situation(
        inventory=inventory(mesh),
        request=request,
        entry=failure.example if failure else None,
        recurrence=failure.recurrence if failure else ONCE,
        evidence=evidence_in([file for file in given if file.suffix != LOG]),
        told=told,
    )


@cache
def diagnosis(mesh: Path) -> Diagnosis:
    """What comes out where a mesh is asked its example."""
    return diagnosed(situation(mesh))


@cache
def audit(mesh: Path) -> Diagnosis:
    """What an audit of a mesh says; with evidence, where that is what the example is about."""
    example = asked_of(mesh).example
    given = example.evidence if example and not example.to else ()
    return diagnosed(
        Situation(inventory=inventory(mesh), evidence=evidence_in([mesh.with_name(name) for name in given]))
    )


def diagnosed(what: Situation, engine: Engine | None = None) -> Diagnosis:
    """A whole consultation in which a person answers what is told and nothing else."""
    consultation = Consultation(book(), engine or PlainEvaluator(), replace(what, told=None))
    for name, fact in (what.told or {}).items():
        consultation.tell(name, fact.word)
    return consultation.diagnosis()


def causes_of(found: Diagnosis) -> set[str]:
    """The ids of everything that was found."""
    return {finding.cause for finding in found.findings}


def root_of(mesh: Path) -> Finding:
    """What is to blame in a bad mesh. Where that is not the cause, one test says so and the others try nothing."""
    return found_root(mesh) or pytest.skip(f"{cause_in(mesh.parent).id} is not the root in {mesh.name}")


def found_root(mesh: Path) -> Finding | None:
    """The finding of the mesh's own cause, if it is the root (in an audit: if it is there)."""
    cause, found = cause_in(mesh.parent).id, diagnosis(mesh)
    return next((f for f in found.findings if f.cause == cause and (f.root or found.walk is None)), None)


def marked_lines(mesh: Path) -> Iterator[int]:
    """The numbers of the guilty lines."""
    for number, line in enumerate(mesh.read_text(encoding="utf-8").splitlines(), 1):
        if MARK.search(line):
            yield number
