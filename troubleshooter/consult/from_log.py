"""A whole log: which of its failures is in question, and how each of them is asked about.

Decides: which failure a request is about, and the arguments that diagnose each. Must not know why anything failed, or
where the log came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from troubleshooter.evidence import FailureGroup, LogSummary
from troubleshooter.evidence.access.places import general_path
from troubleshooter.evidence.ambient.errors import ztunnel_error
from troubleshooter.facts import request_of
from troubleshooter.mesh import Mesh
from troubleshooter.model import Key, LogGroup, Request
from troubleshooter.walk import RequestError
from troubleshooter.walk.request.parties import known_service, starts


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A group of failed lines, and the request that its example is about."""

    group: FailureGroup
    request: Request


def failures(mesh: Mesh, summary: LogSummary) -> tuple[Failure, ...]:
    """The groups of a log of which a request can be made, the biggest first."""
    asked = ((group, _request(mesh, group)) for group in summary.groups)
    return tuple(Failure(group=group, request=request) for group, request in asked if request is not None)


def _request(mesh: Mesh, group: FailureGroup) -> Request | None:
    """None where the line names no host, or, as anybody may write into an authority, none that can be one."""
    try:
        return request_of(mesh, group.example)
    except RequestError:
        return None


def failure_of(mesh: Mesh, found: Sequence[Failure], request: Request, namespace: str = "default") -> Failure | None:
    """The failure that `request` is about: of those that fit it the one with the same method, then the biggest.

    It fits where host and path are the same (ids and numbers in a path apart; no path fits any) and the senders, if
    both are known. The failure's request is then `request`, with the path of the log if it had none of its own.

    Raises:
        RequestError: `--from` makes no sense in this mesh.
    """
    senders = _senders(mesh, request, namespace)
    fitting = [
        failure
        for failure in found
        if _same_place(mesh, request, failure.request, namespace) and _same_sender(mesh, senders, failure.request)
    ]
    if not fitting:
        return None
    best = next((f for f in fitting if f.request.method == request.method), fitting[0])
    return replace(best, request=_in_version(_as_logged(request, best.request), best.request))


def _same_place(mesh: Mesh, asked: Request, logged: Request, namespace: str) -> bool:
    if not _names_no_path(asked) and general_path(asked.path) != general_path(logged.path):
        return False
    service = known_service(mesh, asked.host, namespace)
    return asked.host == logged.host or (
        service is not None and known_service(mesh, logged.host, service.namespace) is service
    )


def _names_no_path(request: Request) -> bool:
    return request.path == "/" and not request.to.endswith("/")


def _same_sender(mesh: Mesh, senders: frozenset[Key], logged: Request) -> bool:
    told = _senders(mesh, logged, "default")
    return not (senders and told) or not senders.isdisjoint(told)


def _senders(mesh: Mesh, request: Request, namespace: str) -> frozenset[Key]:
    """The workloads that send it; none where that is not known."""
    if not request.source:
        return frozenset()
    parties = (trail.hop.party for trail in starts(mesh, request, namespace).trails)
    return frozenset(party.workload.object.key for party in parties if party.workload is not None)


def _as_logged(asked: Request, logged: Request) -> Request:
    if not _names_no_path(asked) or logged.path == "/":
        return asked
    assumed = (*asked.assumed, f"path: {logged.path}, as in the log")
    return replace(asked, to=asked.to + logged.path, path=logged.path, assumed=assumed)


def _in_version(asked: Request, logged: Request) -> Request:
    if asked.http10 or not logged.http10 or asked.scheme == "tcp":
        return asked
    return replace(asked, http10=True, assumed=(*asked.assumed, "in HTTP/1.0, as in the log"))


def log_groups(mesh: Mesh, summary: LogSummary, given: Sequence[str] = ()) -> tuple[LogGroup, ...]:
    """Every group of a log with the arguments that diagnose it: those `given` (the mesh and the log), and its
    request."""
    return tuple(
        LogGroup(
            count=group.count,
            share=group.share,
            first=group.first,
            last=group.last,
            flags=group.flags,
            arguments=arguments_of(_request(mesh, group), given),
            pattern=group.recurrence.pattern,
            since=group.recurrence.since,
            until=group.recurrence.until,
            callers=group.recurrence.callers,
            endpoint=group.recurrence.endpoint,
            far_log=group.recurrence.far_log,
            checks=group.recurrence.checks,
            said=_said(group),
        )
        for group in summary.groups
    )


def _said(group: FailureGroup) -> str:
    text = group.example.connection_termination_details
    return text if not group.flags and ztunnel_error(text) else ""


def arguments_of(request: Request | None, given: Sequence[str] = ()) -> tuple[str, ...]:
    """What is typed after `diagnose` for a request: what is `given` already, then its flags. Headers are left out:
    their values may be secrets."""
    if request is None:
        return tuple(given)
    sender = ("--from", request.source) if request.source else ()
    method = ("-X", request.method) if request.scheme.startswith("http") else ()
    sni = ("--sni", request.sni) if request.sni else ()
    old = ("--http1.0",) if request.http10 else ()
    return (*given, *sender, "--to", request.to, *method, *sni, *old)
