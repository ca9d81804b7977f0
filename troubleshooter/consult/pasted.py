"""What somebody pasted: which symptoms it betrays, which request it names, and what else there is to look at in it.

Decides: of what use each piece is, and the one sentence that says what it was taken for. Which texts, flags and
statuses betray a symptom, the knowledge base says. Must not know meshes, or how YAML is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from troubleshooter.consult.betrayed import entry_taken, text_taken, told_by
from troubleshooter.evidence import LogSummary, parse_lines, summarise
from troubleshooter.evidence.pasted.exchanges import pod_in, request_in, sender_in
from troubleshooter.evidence.pasted.pieces import Piece, pieces
from troubleshooter.evidence.pasted.sorting import Sort, sort_of
from troubleshooter.facts import told_by_answer
from troubleshooter.model import Exhibit
from troubleshooter.rulebook import Rulebook, Symptom

PASTED = "the line you pasted"
"""The file name of a log line that somebody typed."""

KNOWN = (
    "I know what curl -v prints, errors of clients and browsers, access log lines, pages of Envoy and istiod, tables "
    "of kubectl and istioctl, and objects in YAML or JSON"
)

CUT = "This begins as JSON, and is damaged, cut off, or nothing that I know"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pasted:
    """What is in a text: the pieces that hold `objects`, `exhibits` of kinds that are known, the access `log` (None
    without a line of one), and of what clients printed the `symptoms` that fit, the request (`to` "" if none is named)
    and the facts that a proxy's answer `tells`, each with its word. `taken` says of each piece in a sentence what it
    was taken for, `unknown` names those that are nothing."""

    objects: tuple[Piece, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()
    log: LogSummary | None = None
    symptoms: tuple[Symptom, ...] = ()
    to: str = ""
    method: str = "GET"
    source: str = ""
    tells: tuple[tuple[str, str], ...] = ()
    taken: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def useful(self) -> bool:
        """Whether anything in it is of use."""
        return bool(self.objects or self.exhibits or self.log or self.symptoms or self.to)


def read_pasted(rulebook: Rulebook, text: str, name: str = PASTED) -> Pasted:
    """Everything in a text that was pasted, or stands in the file called `name`."""
    reader = _Reader(rulebook, name, text)
    for piece in reader.pieces:
        reader.take(piece)
    return reader.pasted()


class _Reader:
    """Takes one piece after the other."""

    def __init__(self, rulebook: Rulebook, name: str, text: str) -> None:
        self.rulebook, self.name = rulebook, name
        self.pieces = pieces(text)
        self.found = Pasted()
        self.log = [""] * (text.count("\n") + 2)

    def take(self, piece: Piece) -> None:
        """Use a piece for what it is."""
        sort, kind = sort_of(piece)
        if sort is Sort.OBJECTS:
            self._say(piece, "I take this for objects of Kubernetes.", objects=(*self.found.objects, piece))
        elif kind is not None:
            held = (*self.found.exhibits, self._exhibit(piece))
            self._say(piece, f"I take this for {kind.words}.", exhibits=held)
        elif sort is Sort.LOG:
            self._take_log(piece)
        else:
            self._take_words(piece)

    def _exhibit(self, piece: Piece) -> Exhibit:
        name = self.name if piece.line == 1 else f"{self.name} from line {piece.line}"
        pod = pod_in(piece.command)
        return Exhibit(name=name, text=piece.text, origin=f"{self.name}!{pod}" if pod else "", pod=pod)

    def _take_log(self, piece: Piece) -> None:
        lines = piece.text.splitlines()
        self.log[piece.line : piece.line + len(lines)] = lines
        summary = summarise(parse_lines(lines, file=self.name))
        if summary.groups:
            sentence = entry_taken(self.rulebook, summary.groups[0].example, summary.entries)
        else:
            sentence = "I take this for an access log in which no request failed."
        self._say(piece, sentence)

    def _take_words(self, piece: Piece) -> None:
        """The first request counts, and the first text that betrays a symptom."""
        text = f"{piece.command}\n{piece.text}"
        (method, to), symptoms = request_in(text), tuple(told_by(self.rulebook, text))
        if not to and not symptoms:
            if piece.text.strip():
                why = CUT if piece.text.lstrip().startswith(("{", "[{")) else f"I do not know what this is. {KNOWN}"
                unknown = self._where(piece, f"{why}. I leave it out.")
                self.found = replace(self.found, unknown=(*self.found.unknown, unknown))
            return
        self._say(piece, _words_taken(symptoms, method, to))
        if symptoms and not self.found.symptoms:
            self.found = replace(self.found, symptoms=symptoms, tells=told_by_answer(text))
        if to and not self.found.to:
            self.found = replace(self.found, method=method, to=to, source=sender_in(piece.command))

    def _say(self, piece: Piece, sentence: str, **more: object) -> None:
        self.found = replace(self.found, taken=(*self.found.taken, self._where(piece, sentence)), **more)  # type: ignore[arg-type]  # names are those of the fields

    def _where(self, piece: Piece, sentence: str) -> str:
        if not self.pieces[1:]:
            return sentence
        lines = f"Lines {piece.line} to {piece.last}" if piece.last > piece.line else f"Line {piece.line}"
        return f"{lines}: {sentence}"

    def pasted(self) -> Pasted:
        """All of it. Lines of the log keep the numbers that they have in the text."""
        summary = summarise(parse_lines(self.log[1:], file=self.name)) if any(self.log) else None
        return replace(self.found, log=summary)


def _words_taken(symptoms: Sequence[Symptom], method: str, to: str) -> str:
    if not symptoms:
        return f"I read the request {method} {to} off this, and no symptom."
    if not symptoms[1:]:
        return text_taken(symptoms[0], method, to)
    asked = f"; the request is {method} {to}" if to else ""
    return f"I take this for what several symptoms show: {', '.join(s.id for s in symptoms)}{asked}."
