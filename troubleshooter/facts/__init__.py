"""The catalogue of facts, and the derivers: mesh, walk and evidence → cases and facts.

Must not know causes, rules or texts: a fact says what is so, never what it means.
"""

from troubleshooter.facts.catalogue import CATALOGUE
from troubleshooter.facts.from_logs import request_of
from troubleshooter.facts.in_sight import in_sight
from troubleshooter.facts.observe import Observation, observe
from troubleshooter.facts.of_evidence import evidence_cases
from troubleshooter.facts.of_walks import sending_hop, walk_cases
from troubleshooter.facts.pieces import audit_cases, touched_cases
from troubleshooter.facts.reasons import told_by_answer

__all__ = [
    "CATALOGUE",
    "Observation",
    "audit_cases",
    "evidence_cases",
    "in_sight",
    "observe",
    "request_of",
    "sending_hop",
    "told_by_answer",
    "touched_cases",
    "walk_cases",
]
