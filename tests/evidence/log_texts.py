"""Access log lines for tests: those in `data/`, which an Envoy 1.40 wrote (each file is named after what was broken),
and lines composed in Istio's text format."""

from __future__ import annotations

from pathlib import Path

from troubleshooter.evidence import AccessLogEntry, parse_line, parse_lines

DATA = Path(__file__).parent / "data"

SERVICE = "outbound|8080||reviews.default.svc.cluster.local"
MESH_SNI = "outbound_.8080_._.reviews.default.svc.cluster.local"
NO_HTTP = "- - -"


def captured(name: str) -> tuple[AccessLogEntry, ...]:
    """The entries of `data/<name>.log`."""
    with (DATA / f"{name}.log").open(encoding="utf-8") as lines:
        return tuple(entry for entry in parse_lines(lines, file=f"{name}.log") if isinstance(entry, AccessLogEntry))


def log_line(
    *,
    time: str = "2026-11-21T00:18:17.797Z",
    request: str = "GET / HTTP/1.1",
    status: str = "503 UF",
    details: str = "-",
    termination: str = "-",
    transport_failure: str = "-",
    agent: str = "curl/8.5.0",
    authority: str = "reviews:8080",
    host: str = "10.244.0.7:8080",
    cluster: str = SERVICE,
    local: str = "10.96.12.34:8080",
    sni: str = "-",
    route: str = "default",
) -> str:
    """A line in the format of Istio 1.9 and later."""
    return (
        f'[{time}] "{request}" {status} {details} {termination} "{transport_failure}" 0 98 3 - "-" "{agent}" '
        f'"d6f061b5-8d51-4c4f-9bcd-a446381627a3" "{authority}" "{host}" {cluster} - {local} 10.244.0.5:41129 '
        f"{sni} {route}"
    )


def tcp_line(**words: str) -> str:
    """A line of a connection on which no HTTP was read."""
    return log_line(**({"request": NO_HTTP, "status": "0 NR", "authority": "-", "agent": "-", "route": "-"} | words))


def entry(line: str) -> AccessLogEntry:
    """The entry that `line` holds."""
    parsed = parse_line(line, file="access.log")
    assert isinstance(parsed, AccessLogEntry), parsed
    return parsed
