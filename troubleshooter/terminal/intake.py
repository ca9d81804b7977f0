"""The first questions: what is in question, before anything can be looked at or concluded.

Decides: which of them are left, given what flags said, what files hold and what was pasted. A person is asked what is
seen; with a mesh the request is asked for, as far as nothing names it, with a log which of its failures. Answers are a
list; `back` drops its end. Must not know how questions are worded or drawn, or what follows from the answers.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import Any

from troubleshooter.consult import Failure, LogLine, failure_of, failures
from troubleshooter.evidence import ONCE, AccessLogEntry, Evidence
from troubleshooter.facts import request_of
from troubleshooter.mesh import Mesh
from troubleshooter.model import Inventory, Request
from troubleshooter.remedy import Situation
from troubleshooter.terminal import first_questions
from troubleshooter.terminal.first_questions import ANYBODY, EVERYTHING, FAILURE, FROM, PATH, SYMPTOM, TO
from troubleshooter.terminal.inquiry import Inquiry
from troubleshooter.terminal.pasted import Seen
from troubleshooter.terminal.setting import Setting
from troubleshooter.walk import RequestError, parse_request

EMPTY = Inventory()
PAGE = 9
"""Choices on one screen of 24 lines, beside what stands around them."""


class Intake:
    """What was answered so far, and what it comes to."""

    def __init__(self, setting: Setting, page: int = PAGE) -> None:
        self.setting, self.page = setting, page
        self.told: list[tuple[Inquiry, Any]] = []
        self._mesh: Mesh | None = None

    @property
    def inventory(self) -> Inventory | None:
        """The objects at hand, with those that were pasted; None if there are none."""
        return self.seen.inventory or self.setting.inventory

    @property
    def evidence(self) -> Evidence:
        """What else is at hand, with what was pasted."""
        return self.setting.evidence.with_more(self.seen.evidence)

    @property
    def mesh(self) -> Mesh:
        """The mesh at hand; an empty one if there is none."""
        inventory = self.inventory or EMPTY
        if self._mesh is None or self._mesh.inventory is not inventory:
            self._mesh = Mesh(inventory)
        return self._mesh

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
            several = self.failed[1:] and self.answer(FAILURE) is None
            return first_questions.which_failure(self.failed, self.page) if several else None
        blind = self.inventory is None
        if (blind or self.setting.person) and self.symptom == "" and self.answer(SYMPTOM) is None:
            return first_questions.what_is_seen(self.setting, self.page)
        return None if blind else self._about_request()

    @property
    def named(self) -> Request | None:
        """The request as far as answers and what was pasted name it."""
        with suppress(RequestError):
            return self._asked()
        return None

    @property
    def everything(self) -> bool:
        """Whether no one request is in question."""
        return bool(self.answer(TO) == EVERYTHING)

    def _about_request(self) -> Inquiry | None:
        asked = self._logged or self._named()
        if asked is None:
            return first_questions.to_whom(self.mesh, self.page) if self.answer(TO) is None else None
        if self._logged is None and self.answer(PATH) is None and _is_bare(asked):
            return first_questions.which_path(self.mesh, asked)
        known = asked.source or self.answer(FROM) is not None
        return None if known else first_questions.from_whom(self.mesh, asked, self.page)

    @property
    def seen(self) -> Seen:
        """What was pasted, typed or chosen as what is seen."""
        value = self.answer(SYMPTOM)
        return value if isinstance(value, Seen) else Seen(symptom=value or "")

    @property
    def symptom(self) -> str:
        """The symptom in question, "" if it is not known."""
        return self.seen.symptom or self.setting.symptom

    def situation(self) -> Situation | LogLine | None:
        """What there is to look at: a mesh, a log line without one, or nothing.

        Raises:
            RequestError: the request makes no sense in this mesh.
        """
        failure = self._failure()
        entry = failure.group.example if failure else self.seen.entry
        recurrence = failure.group.recurrence if failure else ONCE
        asked = failure.request if failure else self.setting.request or self._asked()
        inventory, evidence = self.inventory, self.evidence
        if inventory is None and asked and entry:
            return LogLine(request=asked, entry=entry, recurrence=recurrence, evidence=evidence)
        if inventory is None and (self.symptom or not evidence):
            return None
        return Situation(
            inventory=inventory or EMPTY,
            request=asked if inventory else None,
            entry=entry if inventory else None,
            recurrence=recurrence,
            evidence=evidence,
            namespace=self.setting.namespace,
        )

    def _failure(self) -> Failure | None:
        """The failure of the log that is in question, if it is about the request that flags named."""
        if not self.failed:
            return None
        if self.setting.request is not None:
            return failure_of(self.mesh, self.failed, self.setting.request, self.setting.namespace)
        chosen: Failure | None = self.answer(FAILURE)
        return chosen or next(iter(self.failed), None)

    def _asked(self) -> Request | None:
        """The request that a pasted line or the answers name, from whom the answers say."""
        request = self._logged or self._named()
        source = self.answer(FROM)
        if request is None or request.source or source in (None, ANYBODY):
            return request
        return replace(request, source=source)

    @cached_property
    def _reads(self) -> dict[AccessLogEntry, Request | None]:
        return {}

    @property
    def _logged(self) -> Request | None:
        """The request of a pasted line; None where it names no host that can be one."""
        entry = self.seen.entry
        if entry is None:
            return None
        if entry not in self._reads:
            with suppress(RequestError):
                self._reads[entry] = request_of(self.mesh, entry)
        return self._reads.get(entry)

    def _named(self) -> Request | None:
        """The request that was typed, or that a pasted text names."""
        to = self.answer(TO)
        if self.everything:
            return None
        method, below = self.answer(PATH) or (self.seen.method, "")
        if to is not None:
            return parse_request(to.rstrip("/") + below if below else to, method=method)
        with suppress(RequestError):
            return _of_seen(self.seen, method, below)
        return None


def _of_seen(seen: Seen, method: str, below: str) -> Request | None:
    return parse_request(seen.to + below, source=seen.source, method=method) if seen.to else None


def _is_bare(asked: Request) -> bool:
    """Whether nobody has named a path."""
    return asked.scheme.startswith("http") and asked.path == "/" and not asked.to.endswith("/")
