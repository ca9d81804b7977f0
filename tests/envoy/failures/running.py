"""An Envoy that runs with what it is served, and what it says of itself: its logs and its admin pages.

Decides which pages are taken, in which form. Must not know what is broken.
Source: https://www.envoyproxy.io/docs/envoy/latest/operations/admin.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from tests.envoy.envoy_shapes import Shape
from tests.envoy.failures.served import Served, file_of, lay, resource
from tests.envoy.proxies import PATIENCE, refuse_unfenced

ADMIN = "admin-address.txt"
FORMS: tuple[Mapping[str, str], ...] = (
    {"clusters.json": "/clusters?format=json", "stats.txt": "/stats"},
    {"clusters.txt": "/clusters", "stats.json": "/stats?format=json"},
    {"clusters.json": "/clusters?format=json", "stats.prom": "/stats/prometheus"},
)
"""Pages that Envoy writes in several forms; a run takes one of them."""
PAGES = {
    "config_dump.json": "/config_dump?include_eds",
    "listeners.txt": "/listeners",
    "certs.json": "/certs",
    "server_info.json": "/server_info",
    "ready.txt": "/ready",
}


class Running:
    """A started Envoy, in a folder of its own."""

    def __init__(self, binary: Path, folder: Path, source: str, served: Served) -> None:
        folder.mkdir()
        self.folder = folder
        config = lay(folder, source, served)
        refuse_unfenced(config, served.clusters)
        (folder / "envoy.json").write_text(json.dumps(config, indent=1), encoding="utf-8")
        command = [str(binary), "-c", "envoy.json", "--concurrency", "1", "--disable-hot-restart", "-l", "warning"]
        command += ["--file-flush-interval-msec", "10", "--admin-address-path", ADMIN, "--drain-time-s", "1"]
        with (folder / "envoy.log").open("wb") as log:
            self._process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)

    def wait(self, *, ready: bool = True) -> None:
        """Until it answers, and, if that is `ready` to come, until it takes traffic."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self._process.poll() is None:
            with contextlib.suppress(OSError, ValueError):
                if (not ready and self.page("/ready")) or "LIVE" in self.page("/ready"):
                    return
            time.sleep(0.01)
        raise RuntimeError(f"Envoy is not ready: {(self.folder / 'envoy.log').read_text(encoding='utf-8')[-3000:]}")

    def page(self, path: str) -> str:
        """An admin page, whatever its status. Raises OSError or ValueError while there is none."""
        at = (self.folder / ADMIN).read_text(encoding="utf-8").strip() if (self.folder / ADMIN).exists() else ""
        try:
            with urllib.request.urlopen(f"http://{at}{path}", timeout=PATIENCE) as answer:
                return str(answer.read().decode("utf-8", "replace"))
        except urllib.error.HTTPError as error:
            with error:
                return error.read().decode("utf-8", "replace")

    def push(self, kind: str, more: Shape) -> None:
        """Serve one listener (`lds`) or cluster (`cds`) more, as a push does."""
        place = self.folder / file_of(kind)
        held = json.loads(place.read_text(encoding="utf-8"))
        held["resources"].append(resource(kind, more))
        fresh = place.with_suffix(".new")
        fresh.write_text(json.dumps(held | {"version_info": "later"}), encoding="utf-8")
        fresh.rename(place)

    def take_pages(self, target: Path, form: int) -> None:
        """Write its admin pages into a folder."""
        target.mkdir()
        for name, path in {**PAGES, **FORMS[form % len(FORMS)]}.items():
            (target / name).write_text(self.page(path), encoding="utf-8")

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
