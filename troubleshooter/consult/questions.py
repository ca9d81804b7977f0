"""A question as the knowledge base words it, and what asking it costs.

Must not know whether it is worth asking.
"""

from __future__ import annotations

from troubleshooter.consult.told import UNKNOWN
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


def demand_answer(rulebook: Rulebook, fact: str, word: str) -> None:
    """Whether a question has such an answer; `unknown` is one too.

    Raises:
        ValueError: there is no such question, or it has no such answer.
    """
    question = rulebook.questions.get(fact)
    if question is None:
        raise ValueError(f"there is no question about {fact}")
    if word != UNKNOWN and word not in question.answers:
        raise ValueError(f"{word} is no answer; answers are {', '.join(question.answers)} or {UNKNOWN}")
