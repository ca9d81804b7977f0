"""What there is to explain, by kind and name, as values of JSON types.

Decides: what is said about each kind of thing, and which names lead from one to the next. Must not know how it is laid
out. Keys that do not apply are left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from troubleshooter.evidence import details_key
from troubleshooter.facts import CATALOGUE
from troubleshooter.inference import UNEXPLAINED
from troubleshooter.model import STAGES, Stage
from troubleshooter.remedy import in_words
from troubleshooter.rulebook import AnyOf, Cause, Condition, LogWord, Rulebook, When, conditions

Explanation: TypeAlias = dict[str, Any]

UNEXPLAINED_WHY = (
    "The request fails, and nothing in the knowledge base explains why. The stage at which it dies, and the object and "
    "field that decide there, are known; the reason is not guessed."
)
UNEXPLAINED_NEXT = (
    "More evidence may settle it: the access log of the proxy at which the request dies (--log), objects that were not "
    "in the input (the result lists them under `not checked`), or a consultation, which asks what no object tells "
    "(run the program without a command)."
)

Names: TypeAlias = Mapping[str, str]
"""Name to a line about it."""


def explained(book: Rulebook, name: str) -> Explanation | None:
    """What is known under a name, of whatever kind; None if nothing is. Flags and codes may be in small letters, and
    details as a log has them."""
    if name == UNEXPLAINED:
        title = "no cause that is known explains the failure"
        return {"kind": "cause", "name": name, "title": title, "why": [UNEXPLAINED_WHY, UNEXPLAINED_NEXT]}
    for kind, (names, explain) in KINDS.items():
        known = names(book)
        found = next((one for one in (name, name.upper()) if one in known), None)
        if found is not None:
            return {"kind": kind.removesuffix("s"), "name": found, "title": known[found], **explain(book, found)}
    general = next((word for word in details_key(name).names if word in book.details and word != name), "")
    return explained(book, general) if general else None


def names_of(book: Rulebook, kind: str) -> Names:
    """All names of a kind, each with a line about it."""
    return KINDS[kind][0](book)


def all_names(book: Rulebook) -> list[str]:
    """Every name that can be explained, once."""
    return list(dict.fromkeys([name for names, _ in KINDS.values() for name in names(book)] + [UNEXPLAINED]))


def _titled(names: Names, wanted: Iterable[str]) -> list[dict[str, str]]:
    return [{"name": name, "title": names[name]} for name in wanted if name in names]


def _causes(book: Rulebook) -> Names:
    return {cause.id: _sentence(cause.title) for cause in book.causes.values()}


def _sentence(template: str) -> str:
    """A text of the knowledge base on one line, with words for what only a mesh can tell."""
    said = " ".join(in_words(template, {}).split())
    return said[:1].upper() + said[1:]


def _cause(book: Rulebook, name: str) -> Explanation:
    cause = book.causes[name]
    found = {
        "area": cause.area,
        "stages": list(cause.stages),
        "severity": cause.severity,
        "prevalence": cause.prevalence,
        "status": cause.status,
        "symptoms": _titled(_symptoms(book), cause.symptoms),
        "known_as": [peer.code for peer in cause.known_as],
        "when": _conditions(cause.when),
        "unless": _conditions(cause.unless),
        "supports": _conditions(cause.supports),
        "because_of": [{"cause": b.cause, "its": b.its, "our": b.our} for b in cause.because_of],
        "why": [_paragraph(p.text, p.when) for p in cause.explain],
        "fixes": [
            {"do": _sentence(f.do), "risk": _sentence(f.risk), "applicability": f.applicability} for f in cause.fixes
        ],
        "do_not_believe_it": [_sentence(f.text) for f in cause.false_positives],
        "references": list(cause.references),
        "example": f"troubleshoot demo {name}" if cause.example else "",
    }
    return {key: value for key, value in found.items() if value}


def _paragraph(text: str, when: When) -> str:
    where = " and ".join(f"{c.fact} is {' or '.join(c.words)}" for c in conditions(when))
    return f"Where {where}: {_sentence(text)}" if where else _sentence(text)


def _conditions(when: When) -> list[Explanation]:
    return [
        {"any": [_conditions(alternative) for alternative in one.alternatives]} if isinstance(one, AnyOf) else _one(one)
        for one in when
    ]


def _one(condition: Condition) -> Explanation:
    row = CATALOGUE.facts.get(condition.fact)
    return {"fact": condition.fact, "words": list(condition.words), "meaning": row.sentence if row else ""}


def _facts(_book: Rulebook) -> Names:
    return {row.name: row.sentence for row in CATALOGUE.facts.values()}


def _fact(book: Rulebook, name: str) -> Explanation:
    row, question = CATALOGUE.facts[name], book.questions.get(name)
    meanings = question.answers if question else {}
    asked = {"question": question.question, "why": [question.why], "how": question.how} if question else {}
    follows = [d.id for d in book.derivations if d.fact == name]
    return {
        "words": [{"name": word, "title": meanings.get(word, "")} for word in row.words],
        "derived_by": row.derived_by,
        **asked,
        **({"follows_by": follows} if follows else {}),
        "causes": _titled(_causes(book), (c.id for c in book.causes.values() if name in _asked_by(c))),
    }


def _asked_by(cause: Cause) -> set[str]:
    return {condition.fact for condition in (*conditions(cause.when), *cause.unless, *cause.supports)}


def _symptoms(book: Rulebook) -> Names:
    return {symptom.id: symptom.title for symptom in book.symptoms.values()}


def _symptom(book: Rulebook, name: str) -> Explanation:
    symptom = book.symptoms[name]
    return {
        "meaning": symptom.description,
        "flags": list(symptom.flags),
        "statuses": [str(status) for status in symptom.statuses],
        "texts": list(symptom.texts),
        "stages": list(symptom.stages),
        "causes": _titled(_causes(book), _with_symptoms(book, {name})),
    }


def _with_symptoms(book: Rulebook, symptoms: set[str]) -> Iterator[str]:
    return (cause.id for cause in book.causes.values() if not symptoms.isdisjoint(cause.symptoms))


def _flags(book: Rulebook) -> Names:
    return {name: word.long_name for name, word in book.flags.items()}


def _flag(book: Rulebook, name: str) -> Explanation:
    """A symptom that shows with many flags (a failing gRPC call) says little of one: those that are about this flag
    alone go before, where there are any."""
    shows = [symptom for symptom in book.symptoms.values() if name in symptom.flags]
    alone = [symptom for symptom in shows if symptom.flags == (name,)]
    return _log_word(book, book.flags[name], {symptom.id for symptom in alone or shows})


def _details(book: Rulebook) -> Names:
    return {name: word.meaning for name, word in book.details.items()}


def _detail(book: Rulebook, name: str) -> Explanation:
    shows = {symptom.id for symptom in book.symptoms.values() if name in symptom.texts}
    return _log_word(book, book.details[name], shows)


def _log_word(book: Rulebook, word: LogWord, symptoms: set[str]) -> Explanation:
    return {
        **({"meaning": word.meaning} if word.long_name else {}),
        "stage": word.stage or "it does not say",
        "proves": word.proves,
        "does_not_prove": word.does_not_prove,
        "symptoms": _titled(_symptoms(book), sorted(symptoms)),
        "causes": _titled(_causes(book), _with_symptoms(book, symptoms)),
        "references": list(word.references),
    }


def _stages(_book: Rulebook) -> Names:
    return {stage.value: stage.question for stage in Stage}


def _stage(book: Rulebook, name: str) -> Explanation:
    return {
        "hops": [kind.value for kind, stages in STAGES.items() if name in stages],
        "flags": _titled(_flags(book), (w for w, word in book.flags.items() if word.stage == name)),
        "details": [w for w, word in book.details.items() if word.stage == name],
        "causes": _titled(_causes(book), (c.id for c in book.causes.values() if name in c.stages)),
    }


def _codes(book: Rulebook) -> Names:
    ours: dict[str, dict[str, None]] = defaultdict(dict)
    for cause in book.causes.values():
        for peer in cause.known_as:
            ours[peer.code][cause.id] = None
    said = {code: f"known here as {' and '.join(ids)}" for code, ids in ours.items()}
    return dict(sorted({**{code: peer.title for code, peer in book.peer_codes.items()}, **said}.items()))


def _code(book: Rulebook, name: str) -> Explanation:
    peer = book.peer_codes.get(name)
    known = (c.id for c in book.causes.values() if name in (p.code for p in c.known_as))
    causes = _titled(_causes(book), known)
    return {"causes": causes, **({"why": [f"No cause here stands for it: {peer.reason}"]} if peer else {})}


KINDS: dict[str, tuple[Callable[[Rulebook], Names], Callable[[Rulebook, str], Explanation]]] = {
    "causes": (_causes, _cause),
    "flags": (_flags, _flag),
    "details": (_details, _detail),
    "facts": (_facts, _fact),
    "stages": (_stages, _stage),
    "symptoms": (_symptoms, _symptom),
    "codes": (_codes, _code),
}
"""Kind to its names and to what is said about one of them. Where a name is of two kinds the first counts."""
