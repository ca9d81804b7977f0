"""A row tried on real proxies, and in what the walk's word differs from what they do.

A row is one of `tests/tables/rows.py` with more keys, for what no object tells:

- `apps`: how an application behaves, by `namespace/name` of its workload or by a host outside (words: `apps.py`);
- `flaws`: what is wrong with the certificate of a workload's proxy (`stranger`, `expired`, `other-account`);
- `token`: the claims of the token that is sent, with `lives`, the seconds until it ends;
- `client`: `version` of HTTP, `waits` where the server speaks first;
- `times`: how often the request is sent, `together` for all at once;
- `seen`: where the walk takes for granted what the row makes untrue: what comes then (`status flags details
  connection`, one outcome or a list of them), and `names`, the stage that the log line names.

Without `seen` the walk's own branches are what must come.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
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
from troubleshooter.model import Request
from troubleshooter.walk import Walked, parse_request, walk

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
    headers = dict(asked.get("headers", {}))
    if "token" in asked:
        claims = {key: value for key, value in asked["token"].items() if key != "lives"}
        headers["authorization"] = f"Bearer {authority.token(claims, lives=asked['token'].get('lives', 3600))}"
    return parse_request(
        asked["to"],
        source=asked["from"],
        method=asked.get("method", "GET"),
        headers=headers.items(),
        sni=asked.get("sni", ""),
    )


def tried(row: Row, binary: Path, folder: Path, authority: Authority) -> Trial:
    """Walk the request of a row, and send it."""
    # Envoy looks at the clock, so the mesh is observed now.
    mesh = Mesh(replace(inventory_of(row), observed=int(time.time())))
    request = request_of(row, authority)
    settings = Settings(apps=row.raw.get("apps", {}), flaws=row.raw.get("flaws", {}))
    scene = Scene(mesh=mesh, authority=authority, binary=binary, folder=folder, settings=settings)
    with scene.running(request):
        dial = replace(scene.dial(request, row.raw["from"]), **row.raw.get("client", {}))
        observed = tuple(_observe(scene, request, dial, row.raw))
    return Trial(row=row, walked=walk(mesh, request, "shop"), observed=observed)


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
    time.sleep(SETTLED)
    while True:
        for name, proxy in scene.proxies.items():
            found[name] += proxy.lines()
        if any(found.values()) or time.monotonic() > end or not scene.proxies:
            return found
        time.sleep(0.02)
