"""The access log formats that stand in dumps of proxies.

Decides: nothing. A log in a format that somebody chose is read without being told where a dump of any proxy is there:
all proxies of a mesh have the same, unless a Telemetry says otherwise.
"""

from __future__ import annotations

from troubleshooter.evidence.access.chosen_formats import formats_written
from troubleshooter.evidence.access.formats import Format
from troubleshooter.evidence.envoy.dump import ConfigDump
from troubleshooter.evidence.recognition import Evidence

MOST = 8
"""So many are tried on each line."""


def formats_dumped(evidence: Evidence) -> tuple[Format, ...]:
    """The formats in all dumps, each once."""
    listeners = (one for dump in evidence.of(ConfigDump) for one in dump.value.listeners or ())
    texts = dict.fromkeys(text for one in listeners for text in one.log_formats)
    return formats_written(texts)[:MOST]
