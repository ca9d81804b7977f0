"""Edge: the consultation that people hold, on the whole screen or in plain lines. The one place that imports
`prompt_toolkit`; `wizard` does, and is imported only where somebody sits at a terminal.

Decides how a question is put and an answer read. Knows the consultation and the layers below it; it must not know the
other edges, and concludes nothing by itself.
"""

from troubleshooter.terminal.desk import Desk
from troubleshooter.terminal.given import Given
from troubleshooter.terminal.setting import Setting, Show
from troubleshooter.terminal.talk import put_end, talk
from troubleshooter.terminal.transcript import (
    Transcript,
    TranscriptError,
    read_transcript,
    screen_of,
    to_markdown,
    typing,
)

__all__ = [
    "Desk",
    "Given",
    "Setting",
    "Show",
    "Transcript",
    "TranscriptError",
    "put_end",
    "read_transcript",
    "screen_of",
    "talk",
    "to_markdown",
    "typing",
]
