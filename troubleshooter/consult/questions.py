"""A question as the knowledge base words it, and what asking it costs.

Must not know whether it is worth asking.
"""

from __future__ import annotations

from troubleshooter.inference import Cost
from troubleshooter.model import Question
from troubleshooter.rulebook import Rulebook

COSTS = {"person": Cost.PERSON, "command": Cost.COMMAND, "study": Cost.STUDY}


def question_of(rulebook: Rulebook, fact: str) -> Question:
    """The question for a fact."""
    text = rulebook.questions[fact]
    return Question(
        fact=fact,
        question=text.question,
        why=text.why,
        how=text.how,
        answers=tuple(text.answers.items()),
        cost=text.cost,
    )
