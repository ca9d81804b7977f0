"""Frozen values handed between layers. Everything may import this package; it imports nothing of ours."""

from troubleshooter.model.changes import Change
from troubleshooter.model.diagnosis import PATTERNS, Diagnosis, LogGroup
from troubleshooter.model.exhibits import Exhibit
from troubleshooter.model.facts import Case, Catalogue, Detail, DetailKind, Fact, FactKind, Roles, Source
from troubleshooter.model.findings import Applicability, Finding, Fix, KnownAs, PossibleCause, Question
from troubleshooter.model.inventory import Inventory, Listing, NotChecked
from troubleshooter.model.resource import Key, LineOf, Object, Raw, Resource, as_list, as_map, as_words
from troubleshooter.model.sights import RuntimePage, Sight
from troubleshooter.model.stages import (
    STAGES,
    CaseKind,
    Certainty,
    Connection,
    HopKind,
    Prevalence,
    Severity,
    Stage,
    StageVerdict,
    Verdict,
)
from troubleshooter.model.walks import SECRET_HEADERS, Branch, Considered, Outcome, Request, Step, Walk

__all__ = [
    "PATTERNS",
    "SECRET_HEADERS",
    "STAGES",
    "Applicability",
    "Branch",
    "Case",
    "CaseKind",
    "Catalogue",
    "Certainty",
    "Change",
    "Connection",
    "Considered",
    "Detail",
    "DetailKind",
    "Diagnosis",
    "Exhibit",
    "Fact",
    "FactKind",
    "Finding",
    "Fix",
    "HopKind",
    "Inventory",
    "Key",
    "KnownAs",
    "LineOf",
    "Listing",
    "LogGroup",
    "NotChecked",
    "Object",
    "Outcome",
    "PossibleCause",
    "Prevalence",
    "Question",
    "Raw",
    "Request",
    "Resource",
    "Roles",
    "RuntimePage",
    "Severity",
    "Sight",
    "Source",
    "Stage",
    "StageVerdict",
    "Step",
    "Verdict",
    "Walk",
    "as_list",
    "as_map",
    "as_words",
]
