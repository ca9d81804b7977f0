"""How fast access logs are read, in lines and MB a second, against reading the same bytes and nothing else.

The log is made up: one request in ten fails. It is read from a file as the commands read it, in Istio's text and JSON
formats, in a format that somebody chose, and compressed. The fastest of some rounds counts, since a busy moment only
ever adds. Run it with `make bench`, or with a number of lines: `python -m bench.logs 1000000`.
"""

from __future__ import annotations

import gzip
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from troubleshooter.collect.log_files import CHUNK, opened_log
from troubleshooter.evidence import Format, parse_lines, summarise
from troubleshooter.evidence.access.formats import compile_format

LINES = 100_000
ROUNDS = 3
MB = 1_000_000
CLUSTER = "outbound|8080||reviews.default.svc.cluster.local"
REFUSED = "upstream_reset_before_response_started{remote_connection_failure|delayed_connect_error:_Connection_refused}"
CHOSEN = (
    "%START_TIME%|%RESPONSE_CODE%|%RESPONSE_FLAGS%|%RESPONSE_CODE_DETAILS%|%REQ(:METHOD)%|%REQ(:AUTHORITY)%|"
    "%REQ(:PATH)%|%REQ(X-REQUEST-ID)%|%DURATION%|%UPSTREAM_HOST%|%UPSTREAM_CLUSTER%|%REQ(USER-AGENT)%"
)


def _told(number: int) -> tuple[str, int, str, str, str, str]:
    """Time, status, flags, details, path and request id of the request of that number."""
    when = f"2026-11-21T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}.797Z"
    failed = number % 10 == 0
    return (
        when,
        503 if failed else 200,
        "UF" if failed else "-",
        REFUSED if failed else "via_upstream",
        f"/orders/{number % 50}",
        f"{number:08x}-8d51-4c4f-9bcd-a446381627a3",
    )


def text(number: int) -> str:
    """A line in Istio's text format."""
    when, status, flags, details, path, request_id = _told(number)
    return (
        f'[{when}] "GET {path} HTTP/1.1" {status} {flags} {details} - "-" 0 98 3 2 "-" "curl/8.5.0" "{request_id}" '
        f'"reviews:8080" "10.244.0.7:8080" {CLUSTER} 10.244.0.5:{40000 + number % 20000} 10.96.12.34:8080 '
        f"10.244.0.5:{30000 + number % 9000} - default"
    )


def as_json(number: int) -> str:
    """The same in Istio's JSON format."""
    when, status, flags, details, path, request_id = _told(number)
    told = {
        "authority": "reviews:8080",
        "bytes_received": 0,
        "bytes_sent": 98,
        "connection_termination_details": None,
        "downstream_local_address": "10.96.12.34:8080",
        "downstream_remote_address": f"10.244.0.5:{30000 + number % 9000}",
        "duration": 3,
        "method": "GET",
        "path": path,
        "protocol": "HTTP/1.1",
        "request_id": request_id,
        "requested_server_name": None,
        "response_code": status,
        "response_code_details": details,
        "response_flags": flags,
        "route_name": "default",
        "start_time": when,
        "upstream_cluster": CLUSTER,
        "upstream_host": "10.244.0.7:8080",
        "upstream_local_address": f"10.244.0.5:{40000 + number % 20000}",
        "upstream_service_time": "2",
        "upstream_transport_failure_reason": None,
        "user_agent": "curl/8.5.0",
        "x_forwarded_for": None,
    }
    return json.dumps(told, separators=(",", ":"))


def chosen(number: int) -> str:
    """The same in the chosen format."""
    when, status, flags, details, path, request_id = _told(number)
    return (
        f"{when}|{status}|{flags}|{details.replace('|', ',')}|GET|reviews:8080|{path}|{request_id}|3|10.244.0.7:8080|"
        f"{CLUSTER.replace('|', '_')}|curl/8.5.0"
    )


KINDS: tuple[tuple[str, Callable[[int], str], bool], ...] = (
    ("text", text, False),
    ("JSON", as_json, False),
    ("a chosen format", chosen, False),
    ("text, compressed", text, True),
)


def nobody() -> BinaryIO:
    """Standard input is not read here."""
    raise AssertionError


def summary_of(file: Path, formats: Sequence[Format]) -> int:
    """The number of failed requests in a log."""
    with opened_log(str(file), nobody) as lines:
        return summarise(parse_lines(lines, file=file.name, formats=formats)).failed


def bytes_of(file: Path) -> int:
    """Merely the bytes, unpacked."""
    with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as stream:
        return sum(len(chunk) for chunk in iter(lambda: stream.read(CHUNK), b""))


def fastest(work: Callable[[], object]) -> float:
    """Seconds, the best of all rounds."""
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


def rows(count: int, place: Path) -> Iterator[str]:
    """A row of the table for each kind of log."""
    for name, line, packed in KINDS:
        data = "".join(f"{line(number)}\n" for number in range(count)).encode()
        file = place / ("access.log.gz" if packed else "access.log")
        file.write_bytes(gzip.compress(data) if packed else data)
        formats = [compile_format(CHOSEN)] if line is chosen else []
        if summary_of(file, formats) != len(range(0, count, 10)):
            sys.exit(f"No times: of the log ({name}) not every failed request was seen.")
        took, bare = fastest(lambda: summary_of(file, formats)), fastest(lambda: bytes_of(file))  # noqa: B023 - called at once
        size = len(data) / MB
        yield f"{name:20}{count / took:>12,.0f} lines/s{size / took:>8.1f} MB/s{took / bare:>9.0f} x"


def table(count: int) -> str:
    """The table of all kinds."""
    head = f"{'access logs, best of ' + str(ROUNDS):20}{'':>14}{'':>13}{'to bare bytes':>13}"
    with tempfile.TemporaryDirectory() as place:
        return "\n".join([head, *rows(count, Path(place))])


if __name__ == "__main__":
    print(table(int(sys.argv[1]) if len(sys.argv) > 1 else LINES))
