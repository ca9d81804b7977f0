"""Core: what follows from facts, by the rulebook. Compile it, run it, judge, fold, rank, ask, explain.

Decides which causes hold in which case and how surely, which is the root, and which fact to learn next. Knows `model`
and `rulebook`; must not know meshes, walks, texts, or which engine runs the rules: that is behind the port `Engine`.
"""

from troubleshooter.inference.certainty import possible, standing, standings
from troubleshooter.inference.conclude import UNEXPLAINED, conclude
from troubleshooter.inference.conclusion import Conclusion, fingerprint
from troubleshooter.inference.evaluate import PlainEvaluator
from troubleshooter.inference.explain import Account, How, Objection, Why, account, how, why
from troubleshooter.inference.hypothesis import Outcome
from troubleshooter.inference.judge import judge
from troubleshooter.inference.judgement import CaseJudgement, Judgement, Record, Standing
from troubleshooter.inference.links import derived_with, reached_by
from troubleshooter.inference.port import Engine, EngineFact, EngineFailed, Firing, Rule
from troubleshooter.inference.question import Cost, next_questions, remaining

__all__ = [
    "UNEXPLAINED",
    "Account",
    "CaseJudgement",
    "Conclusion",
    "Cost",
    "Engine",
    "EngineFact",
    "EngineFailed",
    "Firing",
    "How",
    "Judgement",
    "Objection",
    "Outcome",
    "PlainEvaluator",
    "Record",
    "Rule",
    "Standing",
    "Why",
    "account",
    "conclude",
    "derived_with",
    "fingerprint",
    "how",
    "judge",
    "next_questions",
    "possible",
    "reached_by",
    "remaining",
    "standing",
    "standings",
    "why",
]
