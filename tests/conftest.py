"""What every test may use: texts that are kept in files and renewed by `pytest --golden`."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "plain", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # a busy machine draws and runs slowly
settings.load_profile("plain")
settings.register_profile("fuzz", max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))

Golden = Callable[[str, str], None]


@pytest.fixture(autouse=True)
def no_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have a kubeconfig; no test reads a cluster that it has not started itself."""
    monkeypatch.setenv("KUBECONFIG", os.devnull)
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)


EDGES = frozenset(
    {"captures", "cli", "collect", "deploy", "engine", "judge", "kube_api", "learn", "report", "repository", "terminal"}
)
"""Folders of tests that say nothing of the coverage of the core: they run whole commands, or what is no core."""

LONG = frozenset(
    {
        "test_bundles.py",
        "test_closures.py",
        "test_symptoms.py",
        "test_tree.py",
        "test_trimmed_pods.py",
        "test_unseen_kinds.py",
    }
)
"""Modules that run through the same core again and again: counting lines would take them twice as long."""


def pytest_configure() -> None:
    """Tests press Ctrl-C, and what a script starts in the background ignores it, with all that is started by that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The coverage of the core is that of its own tests; all others run without counting lines."""
    for item in items:
        place = item.path.relative_to(Path(__file__).parent)
        if place.parts[0] in EDGES or place.name in LONG:
            item.add_marker(pytest.mark.no_cover)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--golden` writes the kept texts anew."""
    parser.addoption("--golden", action="store_true", help="write the golden files anew instead of comparing with them")
    parser.addoption("--every-row", action="store_true", help="try all rows of the tables on Envoy, not only a share")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """`golden(name, text)`: `text` is what `golden/<name>` beside the test's file holds (or will, with --golden). A
    module whose texts lie elsewhere names their folder in `GOLDEN`."""
    folder: Path = getattr(request.module, "GOLDEN", Path(request.path).parent / "golden")

    def compare(name: str, text: str) -> None:
        file = folder / name
        if request.config.getoption("--golden"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
        kept = file.read_bytes().decode("utf-8") if file.is_file() else ""
        renew = f"{file.name} is not what comes out now. If it should be: pytest --golden '{request.node.nodeid}'"

        assert kept == text, renew

    return compare
