"""The requests of a log that were answered at a later try, as evidence beside other texts.

Decides: where they are found. Must not know how many are many.
"""

from __future__ import annotations

from troubleshooter.evidence.access.failure_groups import LogSummary
from troubleshooter.evidence.access.late_answers import LateAnswers
from troubleshooter.evidence.access.log_page import ACCESS_LOG
from troubleshooter.evidence.recognition import Evidence, Reading


def retries_logged(summary: LogSummary) -> Evidence:
    """What a log says of them; nothing where no request was late, or its format does not have the number of tries."""
    found = tuple(
        Reading(value=one, kind=ACCESS_LOG, name=one.example.file, pod=one.example.pod) for one in summary.late
    )
    return Evidence(readings={LateAnswers: found}) if found else Evidence()
