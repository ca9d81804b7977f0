"""How a diagnosis is judged: a table of requests beside each mesh, and what is wrong with an answer.

A row of a `.case.yaml` holds what is asked (`from to method headers expect log`) and what must come out:

- `verdict`: one or several; `stage`: where it dies; `flags`: what the proxy's log would say;
- `root`: the cause to blame, or several of which one may be; "" for nobody. `object`: who may be named guilty, as
  `KIND NAMESPACE/NAME` or `*KIND` (any of them); `field`: how the guilty field begins;
- `verified`: the first fix was tried and held; `suspects`: causes that must be named as root or as possible;
- `refused`: a word of the sentence with which it is refused, exit status 2;
- `audit`: the causes that an audit must name, each with its object; `only`: and none besides; `silent`: none at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

CASES = Path(__file__).with_name("cases")
STATUS = {"reachable": 0, "unreachable": 1, "ambiguous": 1, "misrouted": 1, "undetermined": 3}
LOUD = ("error", "warning")


def rows() -> Iterator[tuple[str, list[str], dict[str, Any]]]:
    """Every row of every table: its name, the mesh's files, the row."""
    for file in sorted(CASES.glob("*.case.yaml")):
        table = yaml.safe_load(file.read_text(encoding="utf-8"))
        for number, row in enumerate(table["asks"], start=1):
            yield f"{file.name.removesuffix('.case.yaml')}-{number}", table["files"], row


def words_of(files: list[str], row: dict[str, Any]) -> list[str]:
    """The command line that asks what a row asks."""
    words = ["diagnose", "-o", "json"]
    for file in files:
        words += ["-f", str(CASES / file)]
    for key, flag in (("from", "--from"), ("to", "--to"), ("method", "-X"), ("expect", "--expect")):
        if key in row:
            words += [flag, row[key]]
    for name, value in row.get("headers", {}).items():
        words += ["-H", f"{name}: {value}"]
    return words + (["--log", str(CASES / row["log"])] if "log" in row else [])


def complaints(row: dict[str, Any], status: int, answer: dict[str, Any] | None) -> list[str]:
    """What is wrong with an answer, in sentences; nothing if it is right."""
    if answer is None:
        return [f"there is no answer, exit status {status}"]
    judge = _of_an_audit if _is_audit(row) else _of_a_request
    return list(judge(row, status, answer))


def _is_audit(row: dict[str, Any]) -> bool:
    return "silent" in row or "audit" in row


def _of_an_audit(row: dict[str, Any], status: int, answer: dict[str, Any]) -> Iterator[str]:
    """An audit names what is wrong with its object, and nothing that is right."""
    findings = answer["findings"]
    loud = [f for f in findings if f["severity"] in LOUD]
    if "silent" in row:
        heard = loud if row["silent"] is True else [f for f in loud if f["severity"] == "error"]
        yield from (f"this mesh is healthy, yet: {_told(f)}" for f in heard)
        yield from () if status == 0 else (f"exit status {status}, not 0",)
        return
    told = {_told(f) for f in (findings if row.get("anyseverity") else loud)}
    wanted = [wanted.partition(" ") for wanted in row["audit"]]
    for cause, _, guilty in wanted:
        objects = [guilty, *row.get("alternatives", [])]
        if not any(f"{cause} {name}" in told for name in objects):
            yield f"{cause} is not found at {' or '.join(objects)}; found are {sorted(told)}"
    if row.get("only"):
        causes = {cause for cause, _, _ in wanted}
        yield from (f"beside the point: {_told(f)}" for f in loud if f["cause"] not in causes)


def _of_a_request(row: dict[str, Any], status: int, answer: dict[str, Any]) -> Iterator[str]:
    """A request gets its verdict, and exactly the root that is to blame."""
    verdicts = _several(row["verdict"])
    if answer["verdict"] not in verdicts:
        yield f"the verdict is {answer['verdict']}, not {' or '.join(verdicts)}"
    allowed = row.get("exit", [STATUS[verdict] for verdict in verdicts])
    if status not in allowed:
        yield f"exit status {status}, not {allowed}"
    failing = [step for step in answer["path"] if step["verdict"] == "fail"]
    if "stage" in row and not any(step["stage"] in _several(row["stage"]) for step in failing):
        yield f"it dies at {[step['stage'] for step in failing]}, not at {row['stage']}"
    flags = answer["outcome"]["flags"] if answer["outcome"] else []
    yield from (f"flag {flag} is missing in {flags}" for flag in row.get("flags", []) if flag not in flags)
    yield from _of_the_root(row, answer)


def _of_the_root(row: dict[str, Any], answer: dict[str, Any]) -> Iterator[str]:
    roots = [finding for finding in answer["findings"] if finding["root"]]
    cause = roots[0]["cause"] if roots else ""
    if cause not in _several(row.get("root", "")):
        yield f"the root is {_told(roots[0]) if roots else 'nobody'}, not {row.get('root', '') or 'nobody'}"
    named = {cause, *(possible["cause"] for possible in answer["possible"])}
    yield from (f"{cause} is not even possible" for cause in row.get("suspects", []) if cause not in named)
    if roots and cause != "unexplained":
        yield from _of_the_guilty(row, roots[0])


def _of_the_guilty(row: dict[str, Any], root: dict[str, Any]) -> Iterator[str]:
    resource = root["resource"] or {"kind": "", "namespace": "", "name": "", "field": ""}
    objects = _several(row.get("object", []))
    if objects and _named(resource) not in objects and f"*{resource['kind']}" not in objects:
        yield f"guilty is {_named(resource)}, not {' or '.join(objects)}"
    fields = _several(row.get("field", ""))
    if not any(resource["field"].startswith(field) for field in fields):
        yield f"the field is {resource['field']}, not {' or '.join(fields)}"
    first = next(iter(root["fixes"]), {"verified": False, "why_not_verified": "there is no fix"})
    if row.get("verified") and not first["verified"]:
        yield f"the first fix is not verified: {first['why_not_verified']}"


def _told(finding: dict[str, Any]) -> str:
    return f"{finding['cause']} {_named(finding['resource'])}"


def _named(resource: dict[str, Any] | None) -> str:
    if not resource:
        return ""
    home = f"{resource['namespace']}/" if resource["namespace"] else ""
    return f"{resource['kind']} {home}{resource['name']}"


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
