"""A diagnosis or a walk in the format that was asked for, on the screen that is there."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from typing import Any

from troubleshooter.cli import output
from troubleshooter.model import Diagnosis, Inventory
from troubleshooter.report import Screen, needs_ascii, to_json, to_policy_report, to_text, told_to_text, walk_to_text
from troubleshooter.report.policy_report import versions_of


def screen() -> Screen:
    """What standard output can show."""
    return Screen(width=output.width(), color=output.has_colors(), ascii=needs_ascii(_encoding()))


def _encoding() -> str:
    return getattr(sys.stdout, "encoding", None) or "ascii"


def shown(diagnosis: Diagnosis, how: str, mesh: Inventory, *, told: bool = False) -> str:
    """A diagnosis of a mesh as `text`, `json` or `policyreport`; `told` says that it rests on what was said alone."""
    if how == "policyreport":
        return to_policy_report(diagnosis, observed=mesh.observed, versions=versions_of(mesh))
    if how == "json":
        return _encodable(to_json(diagnosis))
    return told_to_text(diagnosis, screen()) if told else to_text(diagnosis, screen())


def shown_walk(diagnosis: Diagnosis, how: str) -> str:
    """A diagnosis that holds a walk and nothing else, as `text` or `json`."""
    if how == "json" or diagnosis.walk is None:
        return _encodable(to_json(diagnosis))
    notes = (*diagnosis.not_checked, *diagnosis.walk.not_checked)
    return walk_to_text(replace(diagnosis.walk, not_checked=notes), screen(), before=diagnosis.before)


def json_text(value: Any) -> str:
    """JSON types as text."""
    return _encodable(json.dumps(value, indent=2, ensure_ascii=False))


def _encodable(text: str) -> str:
    """JSON that standard output can take: where it is not UTF-8, with everything but ASCII escaped."""
    if _encoding().lower().replace("-", "") == "utf8":
        return text
    return re.sub(r"[^\x00-\x7f]", lambda found: json.dumps(found[0])[1:-1], text)
