"""A row tried on real proxies, and in what the walk's word differs from what they do.

A row is one of `tests/tables/rows.py` with more keys, for what no object tells:

- `apps`: how an application behaves, by `namespace/name` of its workload or by a host outside (words: `apps.py`);
- `flaws`: what is wrong with the certificate of a workload's proxy (`stranger`, `expired`, `other-account`);
- `token`: the claims of the token that is sent, with `lives`, the seconds until it ends;
- `client`: `version` of HTTP, `waits` where the server speaks first, `shows: null` where it has no certificate;
- `times`: how often the request is sent, `together` for all at once;
- `seen`: where the walk takes for granted what the row makes untrue: what comes then (`status flags details
  connection`, one outcome or a list of them), and `names`, the stage that the log line names.

Without `seen` the walk's own branches are what must come.
"""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.envoy.clients import Dial, Seen, send
from tests.envoy.secrets import Authority
from tests.envoy.stage import Scene, Settings
from tests.tables.rows import Row, inventory_of
from troubleshooter.evidence import AccessLogEntry
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.service.server_first import speaks_first
from troubleshooter.model import Request
from troubleshooter.walk import Walked, parse_request, walk
from troubleshooter.walk.caller.sender import meant
from troubleshooter.walk.request.without import take_away

Habit = Callable[[Mesh, Request], str]
HOME = "shop"
"""The namespace of what a row writes without one."""
UNSIGNED = re.compile(r"Bearer [\w-]+\.([\w-]+)\.[\w-]{0,9}")
SETTLED = 0.06
"""Seconds in which a proxy writes down what it did."""
PATIENCE = 1.0
"""Seconds that a line which must come may take."""


@dataclass(frozen=True, kw_only=True)
class Observed:
    """What one request came to: what the client saw, and what each proxy logged, by workload."""

    seen: Seen
    lines: Mapping[str, Sequence[AccessLogEntry]]


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A row with what the walk said and what was observed."""

    row: Row
    walked: Walked
    observed: tuple[Observed, ...]


def request_of(row: Row, authority: Authority) -> Request:
    """The request of a row, with its token."""
    asked = row.raw
    headers = {str(name): str(value) for name, value in dict(asked.get("headers", ())).items()}
    token = ""
    if "token" in asked:
        claims = {key: value for key, value in asked["token"].items() if key != "lives"}
        token = authority.token(claims, lives=asked["token"].get("lives", 3600))
        if "TOKEN" not in f"{asked['to']} {headers}":
            headers["authorization"] = f"Bearer {token}"
    return parse_request(
        asked["to"].replace("TOKEN", token),
        source=asked["from"],
        method=asked.get("method", "GET"),
        headers=[(name, _signed(authority, value.replace("TOKEN", token))) for name, value in headers.items()],
        sni=asked.get("sni", ""),
        plaintext=asked.get("plaintext", False),
        expect=asked.get("expect", ""),
        http10=asked.get("http10", False),
    )


def _signed(authority: Authority, value: str) -> str:
    """The value of a header, with a token that nobody signed signed."""
    found = UNSIGNED.fullmatch(value)
    if found is None:
        return value
    claims = json.loads(base64.urlsafe_b64decode(found[1] + "=" * (-len(found[1]) % 4)))
    return f"Bearer {authority.token(claims)}"


def mesh_of(row: Row) -> Mesh:
    """The mesh of a row, observed now: Envoy looks at the clock."""
    held = take_away(inventory_of(row), row.raw.get("without", ()), HOME, row.raw["from"])
    return Mesh(replace(held, observed=int(time.time())))


def habit(mesh: Mesh, request: Request) -> str:
    """What applications do where only the mesh tells: they speak first where a port or an image says so, else they
    speak whatever the client does."""
    _, service = meant(mesh, request.host, HOME)
    port = service.port(request.port) if service else None
    first = service and port and speaks_first(mesh.workloads, service, port)
    return "greets" if first and request.scheme == "tcp" else "any"


def tried(row: Row, binary: Path, folder: Path, authority: Authority, habit: Habit = lambda *_: "well") -> Trial:
    """Walk the request of a row, and send it. `habit` is what applications do of which the row says nothing."""
    mesh, request, home = mesh_of(row), request_of(row, authority), row.raw.get("namespace", HOME)
    usual = habit(mesh, request)
    settings = Settings(usual=usual, apps=row.raw.get("apps", {}), flaws=row.raw.get("flaws", {}))
    scene = Scene(mesh=mesh, authority=authority, binary=binary, folder=folder, settings=settings, home=home)
    with scene.running(request):
        version = "1.0" if request.http10 else "1.1"
        dial = replace(scene.dial(request, row.raw["from"]), waits=usual == "greets", version=version)
        dial = replace(dial, **row.raw.get("client", {}))
        observed = tuple(_observe(scene, request, dial, row.raw))
    return Trial(row=row, walked=walk(mesh, request, home), observed=observed)


def _observe(scene: Scene, request: Request, dial: Dial, raw: Mapping[str, Any]) -> list[Observed]:
    count = raw.get("times", 1)
    if raw.get("together"):
        with ThreadPoolExecutor(count) as pool:
            seen = list(pool.map(lambda _: send(request, dial), range(count)))
        return [Observed(seen=one, lines=_lines(scene) if one is seen[-1] else {}) for one in seen]
    return [Observed(seen=send(request, dial), lines=_lines(scene)) for _ in range(count)]


def _lines(scene: Scene) -> dict[str, list[AccessLogEntry]]:
    """What the proxies logged of the request just made. Where none of them has a line yet, there is a little more
    time; a connection that was refused below HTTP may leave none at all."""
    end = time.monotonic() + PATIENCE
    found: dict[str, list[AccessLogEntry]] = {name: [] for name in scene.proxies}
    while True:
        time.sleep(SETTLED)
        fresh = {name: proxy.lines() for name, proxy in scene.proxies.items()}
        # The proxies of one request do not write at one time.
        if time.monotonic() > end or not scene.proxies or (any(found.values()) and not any(fresh.values())):
            return found
        for name, lines in fresh.items():
            found[name] += lines
