"""What somebody pasted: a proxy's log lines, what `curl -v` printed, the text of an error; one line or many.

Decides: which request a text names, and which symptoms it tells of. Which texts, flags and statuses betray a symptom,
the knowledge base says; only the forms of curl, of URLs and of status lines are known here. Must not know meshes.

Sources of the forms: curl's manual (-v: `>` is sent, `<` is received, `*` is said by curl), RFC 9112 (status line).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from troubleshooter.evidence import AccessLogEntry, LogSummary, Side, parse_lines, summarise
from troubleshooter.model.plain import without_credentials
from troubleshooter.rulebook import Rulebook, Symptom

PASTED = "the line you pasted"
"""The file name of a log line that somebody typed."""

URL = re.compile(r"\b(?:https?|grpc|tcp|tls)://[^\s\"'<>\\)\]]+")
OWN_PAGES = re.compile(r"://(?:www\.)?(?:curl\.(?:se|haxx\.se)|istio\.io|envoyproxy\.io)\b")
"""Pages that tools name in their own messages; nobody asked for them."""
SENT = re.compile(r"^> ([A-Z]+) (/\S*) HTTP/", re.MULTILINE)
SENT_HOST = re.compile(r"^> (?:Host|:authority): *(\S+)", re.MULTILINE | re.IGNORECASE)
SENT_METHOD = re.compile(r"\bcurl\b[^\n]*? -X *([A-Z]+)\b")
SECURED = re.compile(r"^\* (?:SSL connection using|TLSv1)", re.MULTILINE)
REACHED_FOR = re.compile(r"\b(?:[Ff]ailed to connect to|Connected to) ([\w.-]+) (?:\([^)]*\) )?port (\d+)\b")
LOOKED_UP = re.compile(r"\b(?:[Cc]ould not resolve host: |dial tcp: lookup )([\w.-]+\w)")
STATUS = re.compile(r"HTTP/[\d.]+\"? (\d{3})\b|\bstatus(?:[ _-]?code)?[ \"':=]+(\d{3})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a text tells: `symptom` ("" if none is settled), the failed log line, the request (`to` "" if none is named;
    `method` and path go with it), and one sentence for what it was `taken`."""

    symptom: str = ""
    entry: AccessLogEntry | None = None
    to: str = ""
    method: str = "GET"
    taken: str = ""


def logged(text: str) -> LogSummary:
    """The access log lines in a text."""
    return summarise(parse_lines(text.splitlines(), file=PASTED))


def request_in(text: str) -> tuple[str, str]:
    """Method and URL of the request that a text names; the URL is "" if it names none. No credentials are kept."""
    sent, host = SENT.search(text), SENT_HOST.search(text)
    if sent and host:
        scheme = "https" if SECURED.search(text) else "http"
        return sent[1], without_credentials(f"{scheme}://{host[1]}{sent[2]}")
    method = SENT_METHOD.search(text)
    named = (found[0].rstrip(".,:;") for found in URL.finditer(text) if not OWN_PAGES.search(found[0]))
    return method[1] if method else "GET", without_credentials(next(named, "") or _host_in(text))


def _host_in(text: str) -> str:
    """The host, and the port where it is said, of a connection that was tried, as a URL without a path."""
    reached, looked_up = REACHED_FOR.search(text), LOOKED_UP.search(text)
    if reached:
        return f"https://{reached[1]}" if reached[2] == "443" else f"http://{reached[1]}:{reached[2]}"
    return f"http://{looked_up[1]}" if looked_up else ""


def statuses_in(text: str) -> frozenset[int]:
    """The HTTP statuses of status lines, and of what is called a status."""
    return frozenset(int(found[1] or found[2]) for found in STATUS.finditer(text))


def told_by(rulebook: Rulebook, text: str) -> list[Symptom]:
    """The symptoms of which a text of theirs is quoted, those that fit best: what few symptoms share tells most."""
    symptoms = list(rulebook.symptoms.values())
    shared = Counter(quote for s in symptoms for quote in _quotes(s))
    present = {quote for quote in shared if _stands_in(quote, text)}
    numbers = statuses_in(text)
    if not present:
        return [s for s in symptoms if numbers & {*s.statuses}]
    quoted = [s for s in symptoms if _quotes(s) & present]
    weights = {s.id: _weight(_quotes(s) & present, shared) + Fraction(bool(numbers & {*s.statuses}), 4) for s in quoted}
    most = max(weights.values())
    return [s for s in quoted if weights[s.id] == most]


def _quotes(symptom: Symptom) -> set[str]:
    """Its texts in lower case, but for words in capitals, which are names: 503 Service Unavailable is not gRPC's
    UNAVAILABLE."""
    return {quote if quote == quote.upper() else quote.lower() for quote in symptom.texts}


def _weight(quotes: Iterable[str], shared: Counter[str]) -> Fraction:
    return sum((Fraction(1, shared[quote]) for quote in quotes), Fraction(0))


def _stands_in(quote: str, text: str) -> bool:
    """Whether it stands there as words, not inside another one."""
    text = text if quote == quote.upper() else text.lower()
    return quote in text and re.search(rf"(?<![A-Za-z0-9]){re.escape(quote)}(?![A-Za-z0-9])", text) is not None


WRITERS = {Side.INBOUND: "the target's proxy"}
BY_SENDER = "the proxy that sends"


def entry_taken(rulebook: Rulebook, entry: AccessLogEntry, lines: int = 1) -> str:
    """What a log line was taken for, and what its flags mean."""
    writer = entry.pod or WRITERS.get(entry.side, BY_SENDER if entry.side is not Side.UNKNOWN else "a proxy")
    status = str(entry.response_code) if entry.response_code else "no answer"
    words = " ".join((status, ",".join(entry.flags))).strip()
    asked = f", {entry.method} http://{entry.authority}{entry.path}" if entry.method else ", no HTTP request"
    of = "an access log line" if lines == 1 else f"{lines} access log lines, and look at the most frequent failure, one"
    return without_credentials(
        f"I take this for {of} of {writer}: {words}{asked}. " + " ".join(_flags(rulebook, entry))
    )


def _flags(rulebook: Rulebook, entry: AccessLogEntry) -> Iterator[str]:
    for flag in entry.flags:
        known = rulebook.flags.get(flag)
        yield f"{flag} ({known.long_name}): {known.meaning}" if known else f"{flag} is a flag that I do not know."


def text_taken(symptom: Symptom, method: str, to: str) -> str:
    """What a text was taken for."""
    asked = f"; the request is {method} {to}" if to else ""
    return f"I take this for: {symptom.title.rstrip('.')} ({symptom.id}){asked}."
