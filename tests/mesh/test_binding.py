"""To which address an application listens, as far as its command, arguments or environment say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.meshes import mesh, thing
from troubleshooter.mesh.workload.binding import Binding, answers_probes, binding_of


def said(port: int = 8080, *, ports: tuple[int, ...] = (8080,), **container: Any) -> Binding | None:
    """What a Deployment with this container says of a port."""
    held = {"name": "app", "ports": [{"containerPort": number} for number in ports], **container}
    spec = f"template: {{metadata: {{}}, spec: {{containers: [{json.dumps(held)}]}}}}"
    return binding_of(mesh(thing("Deployment", "web", spec)).workloads.all[0], port)


def word(found: Binding | None) -> str:
    """`loopback`, `elsewhere`, or nothing."""
    return "" if found is None else "loopback" if found.loopback else "elsewhere"


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["--host=127.0.0.1"], "loopback"),
        (["--host", "localhost"], "loopback"),
        (["serve", "--bind-address=127.0.0.1"], "loopback"),
        (["--web.listen-address=127.0.0.1:8080"], "loopback"),
        (["--listen", "http://localhost:8080"], "loopback"),
        (["-Dserver.address=127.0.0.1"], "loopback"),
        (["--bind", "[::1]:8080"], "loopback"),
        (["-b", "127.0.0.1:8080"], "loopback"),
        (["uvicorn main:app --host 127.0.0.1 --port 8080"], "loopback"),
        (["nc", "-l", "127.0.0.1", "8080"], "loopback"),
        (["nc localhost 8080 -lk"], "loopback"),
        (["--host=0.0.0.0"], "elsewhere"),
        (["--listen=:8080"], "elsewhere"),
        (["--bind=127.0.0.1", "--bind=0.0.0.0"], "elsewhere"),
        (["--listen=127.0.0.1:9901"], ""),
        (["-b", "127.0.0.1"], ""),
        (["-b"], ""),
        (["--host"], ""),
        (["--host", "--port=8080"], ""),
        (["--host="], ""),
        (["--host=db.shop"], ""),
        (["--db-host=localhost"], ""),
        (["--upstream=http://127.0.0.1:8080"], ""),
        (["nc", "localhost", "8080"], ""),
        (["curl localhost:8080 'unbalanced"], ""),
        ([], ""),
    ],
)
def test_arguments(args: list[str], expected: str) -> None:
    """Only names for the address to listen on count, and an address with a port only for that port."""
    assert expected == word(said(args=args))


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("HOST", "localhost", "loopback"),
        ("BIND_ADDR", "127.0.0.1", "loopback"),
        ("APP_LISTEN_ADDRESS", "127.0.0.1:8080", "loopback"),
        ("ASPNETCORE_URLS", "http://localhost:8080", "loopback"),
        ("ASPNETCORE_URLS", "http://+:8080", "elsewhere"),
        ("HOST", "0.0.0.0", "elsewhere"),  # noqa: S104 - a text to read
        ("LISTEN_ADDRESS", "127.0.0.1:9901", ""),
        ("REDIS_HOST", "127.0.0.1", ""),
        ("HOST", "", ""),
    ],
)
def test_variables(name: str, value: str, expected: str) -> None:
    """So it is with environment variables."""
    assert expected == word(said(env=[{"name": name, "value": value}]))


def test_a_container_without_the_port() -> None:
    """What another container of the pod listens on says nothing of this port; one that declares no port may have it."""
    assert "" == word(said(args=["--host=127.0.0.1"], ports=(9090,)))
    assert "loopback" == word(said(args=["--host=127.0.0.1"], ports=()))


@pytest.mark.parametrize(
    ("args", "field", "opened"),
    [
        (["-v", "--host=127.0.0.1"], "spec.containers[0].args[1]", "--host=0.0.0.0"),
        (["--host", "localhost"], "spec.containers[0].args[1]", "0.0.0.0"),  # noqa: S104 - a text to read
        (["--bind", "[::1]:8080"], "spec.containers[0].args[1]", "[::]:8080"),
        (
            ["wait localhost && run --host localhost"],
            "spec.containers[0].args[0]",
            "wait localhost && run --host 0.0.0.0",
        ),
        (["nc", "-l", "127.0.0.1", "8080"], "spec.containers[0].args[2]", "0.0.0.0"),  # noqa: S104 - a text to read
    ],
)
def test_the_place_and_its_cure(args: list[str], field: str, opened: str) -> None:
    """The item that holds the address is named, with what would stand there for all addresses."""
    found = said(args=args)

    assert found is not None
    assert (field, opened) == (found.field, found.opened)


@pytest.mark.parametrize(
    ("probe", "ready", "expected"),
    [
        ({"tcpSocket": {"port": 8080}}, "True", True),
        ({"httpGet": {"port": "web", "path": "/"}}, "True", True),
        ({"grpc": {"port": 8080}}, "True", True),
        ({"httpGet": {"port": 9090}}, "True", False),
        ({"httpGet": {"port": 8080, "host": "127.0.0.1"}}, "True", False),
        ({"exec": {"command": ["true"]}}, "True", False),
        ({"tcpSocket": {"port": 8080}}, "False", False),
    ],
)
def test_a_probe_that_shows_it(probe: dict[str, Any], ready: str, *, expected: bool) -> None:
    """A pod that is ready by a probe of the port over the network can be reached there."""
    container = {"name": "app", "ports": [{"name": "web", "containerPort": 8080}], "readinessProbe": probe}
    status = f'status: {{phase: Running, conditions: [{{type: Ready, status: "{ready}"}}]}}'
    pod = mesh(thing("Pod", "web", f"containers: [{json.dumps(container)}]", rest=status)).workloads.all[0].pods[0]

    assert expected is answers_probes(pod, 8080)
