"""Edge: the consultation that people hold, for now in plain lines. The one place that imports `prompt_toolkit`.

Decides how a question is put and an answer read. Knows the consultation and the layers below it; it must not know the
other edges, and concludes nothing by itself.
"""

from troubleshooter.terminal.setting import Setting, Show
from troubleshooter.terminal.talk import talk
from troubleshooter.terminal.transcript import (
    Transcript,
    TranscriptError,
    read_transcript,
    screen_of,
    to_markdown,
    typing,
)

__all__ = [
    "Setting",
    "Show",
    "Transcript",
    "TranscriptError",
    "read_transcript",
    "screen_of",
    "talk",
    "to_markdown",
    "typing",
]
