"""One scenario with a learner: they look, may predict, name the cause and the fix, and are told why.

Theory of operation. A typed line is a command, or a number, which chooses from what was listed last. What has been
listed is the mode: looks, places (a prediction), causes, fixes. A scenario ends when a fix was chosen that holds, or
when no more lines come. Decides: what a typed line does and what it costs. Must not know where lines come from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from troubleshooter.learn import telling
from troubleshooter.learn.choices import FixChoice, causes_to_choose, fixes_to_choose, why_not_this
from troubleshooter.learn.concept_pages import put_concept, title_of
from troubleshooter.learn.probes import probes
from troubleshooter.learn.revealing import Probe, needed, revealed, shortest_way
from troubleshooter.learn.scenario import Judged
from troubleshooter.learn.scoring import Tally, prices, score
from troubleshooter.learn.screen import Lines, Read
from troubleshooter.model.plain import plain_block

NUMBER = re.compile(r"[0-9]{1,4}")

HELP = (
    ("look N", "look at one of the things listed; look alone lists them"),
    ("predict N", "say where the request dies, before you look; predict alone lists the places"),
    ("answer N", "name the cause, then the fix; answer alone lists them"),
    ("hint", "one of three: where, at which stage, which object"),
    ("concept NAME", "a page to read; concept alone lists them"),
    ("story", "the story again"),
    ("back", "from a list to what there is to look at"),
    ("quit", "end; the scenario comes again"),
)
NOTES = (
    "What a command prints is computed from the objects of the scenario. Names and addresses of pods are made up, as "
    "a cluster would make them up; what a server adds to objects is left out. Columns differ a little between versions."
)


class Mode(StrEnum):
    """What was listed last, and so what a number chooses."""

    LOOK = "look"
    PREDICT = "predict"
    CAUSE = "answer"
    FIX = "fix"


@dataclass(frozen=True, kw_only=True, eq=False)
class Setting:
    """What every scenario is played with: the pages of concepts, causes in words, how many scenarios there are, and
    what the user types to start this."""

    concepts: Mapping[str, str]
    titles: Mapping[str, str]
    total: int
    program: str = "troubleshoot"


class Session:
    """One scenario on the screen."""

    def __init__(self, judged: Judged, setting: Setting, lines: Lines, read: Read) -> None:
        self.judged, self.setting, self.lines, self.read = judged, setting, lines, read
        self.offered = probes(judged)
        self.way = shortest_way(judged.root.because, self.offered) or ()
        self.looked: dict[str, Probe] = {}
        self.tally = Tally()
        self.mode = Mode.LOOK
        self.hinted = 0
        self.causes: tuple[str, ...] = ()
        self.fixes: tuple[FixChoice, ...] | None = None
        self.over = False

    def run(self) -> int | None:
        """Play it. The points, or None if it was left before its end."""
        self._story()
        while not self.over:
            typed = self.read()
            if typed is None or typed.strip().lower() in {"quit", "exit", "q"}:
                self.lines.put("Left as it is; this scenario comes again.")
                return None
            self._do(typed.strip())
        return score(self.tally)

    def _do(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        if NUMBER.fullmatch(line):
            self._choose(int(line))
            return
        command = self._commands().get(word.lower())
        if command is None:
            self.lines.put(
                "That is no command here. Type a number from the list above, or help."
                if line
                else "Type help for what you can do."
            )
            return
        command(rest.strip())

    def _commands(self) -> Mapping[str, Callable[[str], None]]:
        return {
            "look": lambda rest: self._listed(Mode.LOOK, rest),
            "predict": lambda rest: self._listed(Mode.PREDICT, rest),
            "answer": lambda rest: self._listed(Mode.CAUSE if self.fixes is None else Mode.FIX, rest),
            "back": lambda _: self._listed(Mode.LOOK, ""),
            "hint": lambda _: self._hint(),
            "concept": self._concept,
            "story": lambda _: self._story(),
            "help": lambda _: self._help(),
            "?": lambda _: self._help(),
        }

    def _listed(self, mode: Mode, rest: str) -> None:
        """List what there is to choose from, or choose at once."""
        if mode is Mode.PREDICT and (self.tally.foreseen is not None or self.fixes is not None):
            self.lines.put("You have predicted already." if self.fixes is None else "You know the cause already.")
            return
        self.mode = mode
        if NUMBER.fullmatch(rest):
            self._choose(int(rest))
        elif rest:
            self.lines.put(
                f"Type {mode} and a number; {mode} alone lists them." if mode is not Mode.FIX else "Type a number."
            )
        else:
            self._list()

    def _list(self) -> None:
        heads = {
            Mode.LOOK: "You can look at:",
            Mode.PREDICT: "Where does it die?",
            Mode.CAUSE: "What is the cause?",
            Mode.FIX: "Which of these mends it?",
        }
        self.lines.put(heads[self.mode])
        for number, text in enumerate(self._choices(), 1):
            lead = f"{number:4}  "
            if self.mode is Mode.LOOK:
                self.lines.page(plain_block(f"{lead}{text}{'  (seen)' if text in self.looked else ''}"))
            else:
                self.lines.put(text, lead=lead)

    def _choices(self) -> list[str]:
        if self.mode is Mode.LOOK:
            return [probe.command for probe in self.offered]
        if self.mode is Mode.PREDICT:
            named = [
                f"{stage} at {telling.hop_in_words(self.judged, hop)}: {stage.question}"
                for hop, stage in telling.places(self.judged)
            ]
            return [*named, "nowhere: it arrives, but not as it should"]
        if self.mode is Mode.CAUSE:
            self.causes = self.causes or causes_to_choose(self.judged)
            return [self.setting.titles.get(cause, cause) for cause in self.causes]
        return [choice.do for choice in self.fixes or ()]

    def _choose(self, number: int) -> None:
        count = len(self._choices())
        if not 1 <= number <= count:
            self.lines.put(f"There is no {number} in this list; it goes from 1 to {count}.")
            return
        chosen = {Mode.LOOK: self._look, Mode.PREDICT: self._predict, Mode.CAUSE: self._name, Mode.FIX: self._mend}
        chosen[self.mode](number - 1)

    def _look(self, index: int) -> None:
        probe = self.offered[index]
        self.looked[probe.command] = probe
        self.lines.page(plain_block(f"$ {probe.command}\n{probe.text}"))

    def _predict(self, index: int) -> None:
        there = telling.places(self.judged)
        died = self.judged.died
        right = (died is None) if index == len(there) else died is not None and (died.hop, died.stage) == there[index]
        self.tally.foreseen = right
        self.tally.add("prediction", not right)
        self.lines.put("Noted. Whether it is so, you will hear at the end.")
        self.mode = Mode.LOOK

    def _name(self, index: int) -> None:
        cause = self.causes[index]
        if cause != self.judged.root.cause:
            self.tally.add("causes")
            self.lines.put(f"No: {why_not_this(self.judged, cause)}.")
            return
        facts = self.judged.root.because
        self.tally.add("unseen", sum(not revealed(fact, self.looked.values()) for fact in facts if needed(fact)))
        self.tally.add("looks", max(0, len(self.looked) - len(self.way)))
        telling.put_reasons(self.lines, self.judged)
        self.fixes = fixes_to_choose(self.judged)
        self.mode = Mode.FIX
        if self.fixes:
            self._list()
        else:
            self.lines.put("No change of configuration can be proved to mend it.")
            self._end()

    def _mend(self, index: int) -> None:
        choice = (self.fixes or ())[index]
        if choice.why_not:
            self.tally.add("fixes")
            self.lines.put(f"Tried on a copy of the mesh: it does not hold; {choice.why_not}.")
            return
        self.lines.put("Tried on a copy of the mesh: it holds, and brings up nothing new.")
        self.lines.put(f"What a careful colleague says: {choice.risk}")
        self.lines.blank()
        self._end()

    def _end(self) -> None:
        self.over = True
        looked = list(self.looked.values())
        telling.put_path(self.lines, self.judged)
        telling.put_evidence(self.lines, self.judged, self.offered, looked)
        if self.tally.foreseen is not None:
            said = "right" if self.tally.foreseen else "not right"
            self.lines.put(f"Your prediction was {said}: {telling.died_at(self.judged.died)}.")
        telling.put_way(self.lines, self.judged, self.way, len(looked))
        telling.put_score(self.lines, self.tally)
        telling.put_reading(self.lines, self.judged, self.setting.program)

    def _hint(self) -> None:
        steps = telling.hints(self.judged)
        if self.hinted < len(steps):
            self.hinted += 1
            self.tally.add("hints")
        self.lines.put(f"Hint {self.hinted} of {len(steps)}: {steps[self.hinted - 1]}")

    def _concept(self, name: str) -> None:
        pages = self.setting.concepts
        page = pages.get(name.lower().replace(" ", "-"))
        if page is not None:
            put_concept(self.lines, page)
            return
        if name:
            self.lines.put(f"There is no page called {name}.")
        own = dict.fromkeys((*self.judged.scenario.plan.concepts,))
        self.lines.put(f"For this scenario: {', '.join(own)}")
        self.lines.put("All pages:")
        self.lines.table((key, title_of(pages[key])) for key in sorted(pages))

    def _story(self) -> None:
        telling.put_story(self.lines, self.judged, self.setting.total)
        self.lines.blank()
        self.mode = Mode.LOOK
        self._list()
        self.lines.blank()
        self.lines.put("Type a number to look, predict, answer, hint, concept, help or quit.")

    def _help(self) -> None:
        self.lines.table(HELP)
        self.lines.put(NOTES)
        self.lines.put(prices())
