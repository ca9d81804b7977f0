"""The consultation: what is known, what to look at or ask next, and what it comes to.

`next_step()` returns a value and never waits: `Look` (a source at hand can tell), `Ask` (only a person can) or
`Conclude`. `tell()` answers. What was told is a list; `back()` drops its end and everything is judged anew, so that a
changed answer leaves no trace. Must not know terminals, files or clusters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from troubleshooter.consult.audit import within
from troubleshooter.consult.findings import findings
from troubleshooter.consult.given_up import given_up, one_a_command, out_of_patience, pages_of
from troubleshooter.consult.looking import Looking
from troubleshooter.consult.misrouted import misrouted
from troubleshooter.consult.narrowing import FLAG, by_flag, by_symptom, suspected, told_by
from troubleshooter.consult.origins import open_objections, open_origins
from troubleshooter.consult.out_of_sight import with_likely
from troubleshooter.consult.paging import read_page, word_of
from troubleshooter.consult.peers import with_peers
from troubleshooter.consult.possible import BY_CONFIGURATION, confirmed_root, possible_causes, some_unknown
from troubleshooter.consult.questions import COSTS, demand_answer, question_of
from troubleshooter.consult.seeing import with_seen
from troubleshooter.consult.steps import Ask, Conclude, Look, NextStep
from troubleshooter.consult.supposing import Supposed, suppose
from troubleshooter.consult.told import LogLine, examine_line, examine_told, rooted_by_answers, said_facts
from troubleshooter.facts import CATALOGUE
from troubleshooter.inference import UNEXPLAINED, Account, Engine, How, Why, account, how, next_questions, why
from troubleshooter.mesh.blind_spots import blind_spots
from troubleshooter.model import CaseKind, Diagnosis, Exhibit, Fact, Inventory, LogGroup, NotChecked, Question, Verdict
from troubleshooter.remedy import Examined, Situation, examine
from troubleshooter.rulebook import Rulebook
from troubleshooter.walk import RequestError

MAX_QUESTIONS = 4


class Consultation:
    """One consultation: about a request, about everything (an audit), about a log line, or by answers alone.

    `namespace` limits an audit to the findings of one, `symptom` to those that cause it; in the others it narrows what
    is asked and still possible. `live` says that what runs can be looked at.
    """

    def __init__(
        self,
        rulebook: Rulebook,
        engine: Engine,
        situation: Situation | LogLine | None = None,
        *,
        symptom: str = "",
        namespace: str = "",
        groups: tuple[LogGroup, ...] = (),
        not_checked: tuple[NotChecked, ...] = (),
        tells: tuple[tuple[str, str], ...] = (),
        live: bool = False,
    ) -> None:
        self.rulebook, self.engine, self.situation, self.symptom = rulebook, engine, situation, symptom
        self.namespace, self.groups, self.not_checked, self.tells = namespace, groups, not_checked, tells
        self.told: list[tuple[str, str]] = []
        self._earlier: dict[int, Situation | LogLine | None] = {}
        self.looking = Looking() if live else None
        self._examined: Examined | None = None

    @property
    def examined(self) -> Examined:
        """What is known now.

        Raises:
            RequestError: the request makes no sense in this mesh.
        """
        if self._examined is None:
            alone = (*told_by(self.rulebook, self.symptom), *self.tells) if self.situation is None else ()
            self._examined = self._examine(said_facts((*alone, *self.told)))
        return self._examined

    def _examine(self, facts: dict[str, Fact]) -> Examined:
        if self.situation is None:
            return examine_told(self.rulebook, facts, self.engine, self._among())
        if isinstance(self.situation, LogLine):
            return examine_line(self.rulebook, self.situation, facts, self.engine, self._among())
        found = examine(self.rulebook, self.situation.hearing(facts), self.engine)
        if found.walked is None:
            return replace(found, conclusions=within(found.conclusions, self.namespace, self._among()))
        verdict = found.walked.walk.verdict
        if verdict is Verdict.UNDETERMINED or (verdict is Verdict.REACHABLE and self.symptom):
            return replace(found, conclusions=rooted_by_answers(found.conclusions))
        return found

    def tell(self, fact: str, word: str) -> None:
        """Answer a question; `unknown` is an answer too.

        Raises:
            ValueError: there is no such question, or it has no such answer.
        """
        demand_answer(self.rulebook, fact, word)
        self.told.append((fact, word))
        self._examined = None

    def tell_page(self, fact: str, text: str) -> tuple[str, ...]:
        """Answer a question with the page on which the answer stands; sentences say what it was taken for.

        Raises:
            ValueError: it does not tell; nothing of it is kept.
        """
        before, page = self.situation, read_page(self.rulebook, self.situation, self.examined.mesh, text)
        self.situation, self._examined = page.about, None
        try:
            self.tell(fact, word_of(self.examined.judgement, fact))
        except (ValueError, RequestError):
            self.situation, self._examined = before, None
            raise ValueError(" ".join((*page.taken, "The answer to this question is not in it"))) from None
        self._earlier[len(self.told) - 1] = before
        return page.taken

    def back(self) -> bool:
        """Take the last answer back; False if there is none."""
        if not self.told:
            return False
        self.told.pop()
        self.situation = self._earlier.pop(len(self.told), self.situation)
        self._examined = None
        return True

    def next_step(self) -> NextStep:
        """What to do next. What a source at hand can tell is not asked."""
        look = self._next_look()
        if look is not None:
            return look
        for fact in self.open_questions():
            return Ask(question=self.question(fact))
        return Conclude(diagnosis=self.diagnosis())

    def tell_seen(self, look: Look, exhibits: Sequence[Exhibit], missing: Sequence[NotChecked] = ()) -> None:
        """What a look showed, a text of each of its pods, and which of these showed none: all is judged anew."""
        if self.looking is not None and isinstance(self.situation, Situation):
            before = self.situation.entry
            self.situation, damaged = with_seen(self.situation, self.examined.mesh, look.sight, exhibits)
            if self.situation.entry is not before:
                self.symptom = ""  # a log line says better what is seen than a person can
            self.looking.seen(look.sight, (*missing, *damaged))
            self._examined = None

    def could_not(self, look: Look, why: str, unlock: str = "", *, forbidden: bool = False) -> None:
        """That a look was not to be had: it is not tried again, and a person may be asked instead."""
        if self.looking is not None:
            self.looking.missed(look.sight, why, unlock, forbidden=forbidden)

    def _next_look(self) -> Look | None:
        """A look at what runs, where that could tell what is missing or confirm what is likely."""
        if self.looking is None:
            return None
        return self.looking.next(self.rulebook, self.examined, self._case_in_doubt(), self._among())

    def open_questions(self) -> tuple[str, ...]:
        """The facts worth asking a person for, the best first; none once something is concluded."""
        case = self._case_in_doubt()
        if case is None:
            return ()
        objections = self._objections()
        if objections:
            return objections
        if out_of_patience(self.told):
            return ()
        asked = {fact for fact, _ in self.told}
        judgement = self.examined.judgement
        lost = given_up(self.rulebook, (*told_by(self.rulebook, self.symptom), *self.tells, *self.told))
        for among in self._asked_about():
            found = next_questions(self.rulebook, judgement, case, self._cost, among, given_up=lost)
            left = tuple(fact for fact in found if fact not in asked)
            if left:
                return left
        return ()

    def _worth_collecting(self, case: str | None) -> tuple[str, ...]:
        """Where answers settle nothing: what would, whether or not it was asked, one fact for each command."""
        if case is None or isinstance(self.situation, Situation):
            return ()
        found = next_questions(self.rulebook, self.examined.judgement, case, self._cost, self._among())
        return one_a_command(self.rulebook, found)

    def _objections(self) -> tuple[str, ...]:
        """What would rule out the cause that was found, and was not asked yet. Objects tell that themselves."""
        root = confirmed_root(self.examined.conclusions)
        if root is None or isinstance(self.situation, Situation):
            return ()
        asked = {fact for fact, _ in self.told}
        judged = next(iter(self.examined.judgement.cases.values()))
        facts = open_objections(self.rulebook, judged, root.cause)
        return tuple(fact for fact in facts if fact not in asked and self._cost(fact) is not None)

    def question(self, fact: str) -> Question:
        """The question for a fact, as the knowledge base words it."""
        return question_of(self.rulebook, fact)

    def why(self, fact: str) -> Why:
        """What is known, what an answer about `fact` would decide, and which causes remain."""
        case = self._case_in_doubt() or next(iter(self.examined.judgement.cases))
        return why(self.rulebook, self.examined.judgement, case, fact, self._among())

    def how(self, fact: str) -> How | None:
        """Where a known fact comes from; None if it is not known."""
        judged = self.examined.judgement.cases.values()
        return next((found for case in judged if (found := how(case, fact)) is not None), None)

    def account(self, cause: str) -> Account:
        """Why a cause holds or does not, in the case in hand."""
        case = next(iter(self.examined.judgement.cases.values()))
        return account(self.rulebook, case, cause)

    def suppose(self, fact: str, word: str) -> Supposed:
        """What would be concluded if `fact` were `word` and all else as it is; nothing of it is kept.

        Raises:
            ValueError: there is no such fact or word, or no one request that it could be about.
        """
        given = isinstance(self.situation, Situation)
        return suppose(self.rulebook, self.examined, (fact, word), self._among(), seen=given)

    def diagnosis(self) -> Diagnosis:
        """Everything that is known now."""
        examined = self.examined
        situation = self.situation if isinstance(self.situation, Situation) else Situation(inventory=Inventory())
        doubt = self._case_in_doubt()
        asked = (self.open_questions() or self._worth_collecting(doubt))[:MAX_QUESTIONS]
        judged = examined.judgement.cases[doubt] if doubt else None
        seen = examined.observation.entry if examined.observation else None
        notes = (*examined.mesh.assumptions(), *situation.inventory.not_checked) if situation is self.situation else ()
        if situation is self.situation and situation.request is None:
            notes = (*notes, *blind_spots(examined.mesh, self.namespace))
        own = Diagnosis(
            walk=examined.walked.walk if examined.walked else None,
            findings=(*misrouted(examined), *findings(self.rulebook, situation, examined)),
            possible=possible_causes(self.rulebook, judged, self._among(), blind=self._blind(), seen=seen),
            questions=tuple(self.question(f) for f in asked),
            groups=self.groups,
            not_checked=(*notes, *self.not_checked, *(self.looking.notes if self.looking else ())),
            engine=examined.judgement.engine,
        )
        own = with_likely(own, self.rulebook, self.engine, self.situation, said_facts(self.told))
        return with_peers(own, self.rulebook, self.situation, self.namespace)

    def _case_in_doubt(self) -> str | None:
        """The case about which more could be learnt: a request that nothing explains, or whose end is not known."""
        examined = self.examined
        if isinstance(self.situation, Situation) and self.situation.request is None:
            return None
        root = next((c for c in examined.conclusions if c.root), None)
        if confirmed_root(self.examined.conclusions) and not self._deeper() and not self._objections():
            return None
        walked = examined.walked
        verdict = walked.walk.verdict if walked is not None else None
        if verdict is Verdict.MISROUTED or (verdict is Verdict.REACHABLE and not self.symptom):
            return None
        if root is not None and root.cause != UNEXPLAINED and isinstance(self.situation, Situation):
            return None
        return next((c.id for c in examined.cases if c.kind is CaseKind.WALK), None)

    def _cost(self, fact: str) -> int | None:
        """What asking for a fact costs; None where nobody is to be asked: there is no question, or the objects at hand
        tell it, or what runs."""
        text = self.rulebook.questions.get(fact)
        if text is None:
            return None
        if CATALOGUE.facts[fact].derived_by in BY_CONFIGURATION and not self._blind():
            return None
        if self.looking and self.looking.can_tell(fact, self.examined):
            return None
        read = pages_of(self.rulebook, next(iter(self.examined.judgement.cases.values())).facts)
        return COSTS[text.cost] // 2 if text.page in read else COSTS[text.cost]

    def _blind(self) -> bool:
        """Whether the objects at hand leave some stage of the walk unknown, or there are none."""
        walked = self.examined.walked
        return isinstance(self.situation, LogLine) or walked is None or some_unknown(walked)

    def _among(self) -> frozenset[str] | None:
        """The causes that the symptom and the stage at which the request dies leave, None where all are left."""
        deeper = self._deeper()
        if deeper:
            return deeper
        return by_symptom(self.rulebook, self.symptom, suspected(self.rulebook, self.situation, self._examined))

    def _asked_about(self) -> tuple[frozenset[str] | None, ...]:
        """The causes to ask about: those with the flag that was answered first, then all that are left."""
        among = self._among()
        told = dict(self.told).get(FLAG, "") if self.situation is None else ""
        flagged = None if self._deeper() else by_flag(self.rulebook, told)
        return (among,) if flagged is None else (flagged if among is None else flagged & among, among)

    def _deeper(self) -> frozenset[str]:
        """The causes of which the one that was found would be a consequence, and which nobody ruled out. Objects tell
        that themselves."""
        found = self._examined
        root = next((c for c in found.conclusions if c.root), None) if found else None
        if found is None or root is None or isinstance(self.situation, Situation):
            return frozenset()
        return open_origins(self.rulebook, next(iter(found.judgement.cases.values())), root.cause)
