"""What was seen in a look, laid beside everything else that is known of a request.

Decides: which failed line of a log is the one in question, where none was given. Must not know where texts come from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from troubleshooter.consult.from_log import failure_of, failures
from troubleshooter.evidence import Evidence, Format, LogPage, Reading, parse_lines, summarise, take
from troubleshooter.evidence.access.chosen_formats import formats_in
from troubleshooter.evidence.access.log_page import ACCESS_LOG, log_kind
from troubleshooter.evidence.istiod.values import SyncStatus
from troubleshooter.evidence.recognition import KINDS
from troubleshooter.mesh import Mesh
from troubleshooter.model import Exhibit, NotChecked, RuntimePage, Sight
from troubleshooter.model.sights import PROXY
from troubleshooter.remedy import Situation

TURN_ON = (
    "Turn access logs on (a Telemetry with accessLogging, or accessLogFile: /dev/stdout in the mesh config), send the "
    "request again, and diagnose again"
)


def with_seen(
    situation: Situation, mesh: Mesh, sight: Sight, exhibits: Sequence[Exhibit]
) -> tuple[Situation, tuple[NotChecked, ...]]:
    """The situation with what these texts say, one of each pod of a sight, and what of them cannot be used. A log in
    which nothing is known is no trouble: it tells of nothing."""
    formats = tuple(formats_in(mesh.settings.values))
    found = take(exhibits, [log_kind(formats) if kind is ACCESS_LOG else kind for kind in KINDS])
    if sight.page is RuntimePage.SYNC and len(exhibits) == len(sight.pods):
        found = _of_all_istiods(found)
    missing = _of_log(sight, exhibits, found) if sight.page.is_log else found.not_checked
    after = replace(situation, evidence=situation.evidence.with_more(replace(found, not_checked=())))
    pages = found.of(LogPage)
    return (_with_line(after, mesh, pages, formats) if pages and situation.entry is None else after), missing


def _of_log(sight: Sight, exhibits: Sequence[Exhibit], found: Evidence) -> tuple[NotChecked, ...]:
    """That a proxy logged no request at all: then its log tells nothing of the one in question either."""
    if sight.container != PROXY or not exhibits or found.of(LogPage):
        return ()
    why = f"no request is in it, of the last {sight.minutes} minutes: maybe access logs are turned off"
    return (NotChecked(what=sight.words, why=why, unlock=TURN_ON),)


def _of_all_istiods(found: Evidence) -> Evidence:
    """What every istiod says, as one page: a proxy that none of them knows is connected to none."""
    pages = found.of(SyncStatus)
    if not pages:
        return found
    proxies = tuple(proxy for page in pages for proxy in page.value.proxies)
    one = replace(pages[0], value=SyncStatus(proxies=proxies, every_istiod=True))
    return replace(found, readings={**found.readings, SyncStatus: (one,)})


def _with_line(
    situation: Situation, mesh: Mesh, pages: Iterable[Reading[LogPage]], formats: tuple[Format, ...]
) -> Situation:
    """The situation with the failed line that its request is about, if the logs hold one."""
    lines = (line for page in pages for line in parse_lines(page.value.lines(), file=page.name, formats=formats))
    asked = situation.request
    failure = failure_of(mesh, failures(mesh, summarise(lines)), asked, situation.namespace) if asked else None
    if failure is None:
        return situation
    return replace(situation, request=failure.request, entry=failure.group.example, recurrence=failure.group.recurrence)
