"""The first questions: what is in question, before anything can be looked at or concluded.

Decides: which of them are left, given what flags said and what files hold. With a mesh the request is asked for, with a
log which of its failures, with neither what is seen. Answers are a list; `back` drops its end. Must not know how
questions are drawn, or what follows from the answers.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

from troubleshooter.consult import Failure, LogLine, failure_of, failures
from troubleshooter.evidence import AccessLogEntry
from troubleshooter.facts import request_of
from troubleshooter.mesh import Mesh
from troubleshooter.model import Inventory, Request
from troubleshooter.remedy import Situation
from troubleshooter.terminal import candidates, symptoms
from troubleshooter.terminal.inquiry import Choice, Inquiry, narrowing, paged
from troubleshooter.terminal.setting import Setting
from troubleshooter.walk import parse_request

SYMPTOM, FAILURE, TO, PATH, FROM = "symptom", "failure", "to", "path", "from"

EVERYTHING = "everything"
"""Instead of a request: look at every piece that a request could use."""

ANYBODY = "anybody"
"""Instead of a sender: the walk assumes one, and says whom."""

PAGE = 9
"""Choices on one screen of 24 lines, beside what stands around them."""

METHOD_AND_PATH = re.compile(r"(?:([A-Za-z]+)\s+)?(/\S*)")


class Intake:
    """What was answered so far, and what it comes to."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.told: list[tuple[Inquiry, Any]] = []

    @cached_property
    def mesh(self) -> Mesh:
        """The mesh at hand; an empty one if there is none."""
        return Mesh(self.setting.inventory or Inventory())

    @cached_property
    def failed(self) -> tuple[Failure, ...]:
        """What failed in the log at hand."""
        return failures(self.mesh, self.setting.summary) if self.setting.summary else ()

    def tell(self, inquiry: Inquiry, value: Any) -> None:
        """Take an answer."""
        self.told.append((inquiry, value))

    def back(self) -> bool:
        """Take the last answer back; False if there is none."""
        return bool(self.told and self.told.pop())

    def answer(self, about: str) -> Any:
        """What was answered, None if nothing was."""
        return next((value for inquiry, value in self.told if inquiry.about == about), None)

    def next(self) -> Inquiry | None:
        """The next question, None once it is clear what is in question."""
        if self.setting.request is not None:
            return None
        if self.failed:
            return _which_failure(self.failed) if self.failed[1:] and self.answer(FAILURE) is None else None
        if self.setting.inventory is not None:
            return self._about_request()
        return _what_is_seen(self.setting) if self.symptom == "" and self.answer(SYMPTOM) is None else None

    def _about_request(self) -> Inquiry | None:
        to = self.answer(TO)
        if to is None:
            return _to_whom(self.mesh)
        if to == EVERYTHING:
            return None
        asked = parse_request(to)
        if asked.scheme.startswith("http") and asked.path == "/" and self.answer(PATH) is None:
            return _which_path(to)
        return _from_whom(self.mesh, asked) if self.answer(FROM) is None else None

    @property
    def symptom(self) -> str:
        """The symptom in question, "" if it is not known."""
        seen = self.answer(SYMPTOM)
        return seen if isinstance(seen, str) else self.setting.symptom

    def situation(self) -> Situation | LogLine | None:
        """What there is to look at: a mesh, a log line without one, or nothing.

        Raises:
            RequestError: the request makes no sense in this mesh.
        """
        failure, request = self._failure(), self.setting.request or self._request()
        seen = self.answer(SYMPTOM)
        entry = seen if isinstance(seen, AccessLogEntry) else failure.group.example if failure else None
        asked = failure.request if failure else request
        if self.setting.inventory is not None:
            return Situation(
                inventory=self.setting.inventory, request=asked, entry=entry, namespace=self.setting.namespace
            )
        asked = asked or (request_of(self.mesh, entry) if entry else None)
        return LogLine(request=asked, entry=entry) if asked and entry else None

    def _failure(self) -> Failure | None:
        if self.setting.request is not None:
            return failure_of(self.mesh, self.failed, self.setting.request, self.setting.namespace)
        chosen: Failure | None = self.answer(FAILURE)
        return chosen or next(iter(self.failed), None)

    def _request(self) -> Request | None:
        to, path, source = self.answer(TO), self.answer(PATH), self.answer(FROM)
        if to in (None, EVERYTHING):
            return None
        method, below = path or ("GET", "")
        return parse_request(
            to.rstrip("/") + below if below else to, source="" if source in (None, ANYBODY) else source, method=method
        )


def _what_is_seen(setting: Setting) -> Inquiry:
    inquiry = Inquiry(
        about=SYMPTOM,
        question="What do you see?",
        choices=symptoms.choices(setting.rulebook),
        why=("Every symptom leaves some causes and rules out the others; what I ask next depends on it.",),
        how=("kubectl logs POD -n NAMESPACE -c istio-proxy --tail=20",),
        hint="words of what you see (such as 503 UF, or the text of an error), or a whole line of a proxy's access log",
        otherwise="",
    )
    return paged(symptoms.reading(setting.rulebook, inquiry), PAGE)


def _which_failure(found: tuple[Failure, ...]) -> Inquiry:
    choices = tuple(Choice(meaning=_in_short(failure), value=failure) for failure in found)
    inquiry = Inquiry(
        about=FAILURE,
        question="Which failure of the log do you mean? The biggest comes first.",
        choices=choices,
        why=("Different failures may have different causes; I look at one at a time.",),
        default=found[0],
        otherwise=found[0],
        hint="Enter for the first",
    )
    return paged(inquiry, PAGE)


def _in_short(failure: Failure) -> str:
    group, request = failure.group, failure.request
    words = (f"{group.count} of {group.lines}:", str(group.response_code or ""), ",".join(group.flags))
    method = f"{request.method} " if request.scheme.startswith("http") else ""
    return " ".join(w for w in (*words, f"{method}{request.to}") if w)


def _to_whom(mesh: Mesh) -> Inquiry:
    all_of_it = Choice(word=EVERYTHING, meaning="I do not know: look at all of it", value=EVERYTHING)
    inquiry = Inquiry(
        about=TO,
        question="Where does the request go that fails?",
        choices=(all_of_it, *candidates.destinations(mesh)),
        why=(
            "I walk the request through the mesh, stage by stage, to where it dies.",
            "Without a request I can only look at each piece of configuration by itself.",
        ),
        how=("kubectl get services -A",),
        hint="part of a name, or a whole URL",
        otherwise=EVERYTHING,
    )
    return narrowing(inquiry, _url, PAGE)


def _url(line: str) -> str:
    """A typed URL.

    Raises:
        ValueError: it is none.
    """
    parse_request(line)
    return line


def _which_path(to: str) -> Inquiry:
    return Inquiry(
        about=PATH,
        question=f"Which path of {to}, and by which method?",
        why=("Routes and policies may differ from path to path and from method to method.",),
        how=("kubectl logs POD -n NAMESPACE -c istio-proxy --tail=20",),
        read=_method_and_path,
        hint="a path such as /pay, or POST /pay; Enter for GET /",
        default=("GET", ""),
        otherwise=("GET", ""),
    )


def _method_and_path(line: str) -> tuple[str, str]:
    found = METHOD_AND_PATH.fullmatch(line)
    if found is None:
        raise ValueError("A path begins with a slash, such as /pay; a method may stand before it: POST /pay.")
    return (found[1] or "GET").upper(), found[2]


def _from_whom(mesh: Mesh, asked: Request) -> Inquiry:
    inquiry = Inquiry(
        about=FROM,
        question="Who sends it?",
        choices=tuple(candidates.senders(mesh, asked)),
        why=("What a caller sees and speaks depends on its namespace, its proxy and its identity.",),
        how=("kubectl get pods -A",),
        hint="part of a name, or NAMESPACE/KIND/NAME; Enter if you do not know",
        default=ANYBODY,
        otherwise=ANYBODY,
    )
    return narrowing(inquiry, str, PAGE)
