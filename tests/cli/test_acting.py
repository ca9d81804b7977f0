"""--apply: from a diagnosis to a mended cluster, with a person's yes in between."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from argparse import Namespace
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.conftest import FAILING, NOT_FOUND, Run, RunCommand
from tests.cli.test_live import cluster
from tests.inventories import EXACT, SHOP
from tests.kube_api import faults
from tests.kube_api.server import ApiServer
from troubleshooter.cli import acting
from troubleshooter.cli.answer import Answer
from troubleshooter.cli.parsing import parse
from troubleshooter.cli.session import words_of

WRITES = {"POST", "PATCH", "PUT", "DELETE"}
UNDO = "troubleshoot-undo-*.yaml"
Answering = Callable[[str], None]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here no controller needs a moment."""
    monkeypatch.setattr(acting, "PAUSES", (0,))
    monkeypatch.setattr(acting, "GLANCE", 0)


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch, here: Path) -> Iterator[ApiServer]:
    """A cluster in which no route takes the request; it is the one of the current kubeconfig."""
    with ApiServer(cluster(SHOP, EXACT)) as running:
        monkeypatch.setenv("KUBECONFIG", str(running.kubeconfig(here / "config", context="east")))
        yield running


class Terminal(io.StringIO):
    """Somebody who types."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Answering:
    """`answering("yes")`: what the person at the terminal types."""

    def types(text: str) -> None:
        monkeypatch.setattr("sys.stdin", Terminal(text))

    return types


def writes(api: ApiServer) -> list[str]:
    """What was sent that may change something, but for questions about one's own rights."""
    paths = ((method, path) for method, path, _ in api.requests if "review" not in path)
    return [("dry " if "dryRun=All" in path else "") + method for method, path in paths if method in WRITES]


def routes(api: ApiServer) -> Any:
    """The VirtualService of the shop."""
    (found,) = (one for one in api.objects if one["kind"] == "VirtualService")
    return found


def verdict(done: Run) -> str:
    """The verdict of the one object that was printed."""
    return str(json.loads(done.out)["verdict"])


def test_fix_is_applied(run: RunCommand, api: ApiServer) -> None:
    """With --yes: tried by the cluster, sent once, and the same request arrives then."""
    done = run("diagnose", *FAILING, "--apply", "--yes", "-o", "json")

    assert (0, "reachable") == (done.status, verdict(done))
    assert ["dry PATCH", "PATCH"] == writes(api)


def test_person_is_asked(run: RunCommand, api: ApiServer, answering: Answering) -> None:
    """The diagnosis, the diff and the risk are shown before the question; yes applies it."""
    answering("yes\n")
    done = run("diagnose", *FAILING, "--apply")

    assert 0 == done.status
    assert ["dry PATCH", "PATCH"] == writes(api)
    assert done.out.index("does not arrive.") < done.out.index("web arrives.")
    assert "VirtualService shop/payments is changed:" in done.err
    assert "in the cluster east (http://127.0.0.1:" in done.err
    assert "Apply this? yes or no: " in done.err


@pytest.mark.parametrize("typed", ["no\n", "\n", "", "yesterday\n"])
def test_anything_but_yes_is_no(run: RunCommand, api: ApiServer, answering: Answering, here: Path, typed: str) -> None:
    """Nothing is sent then, and no file is written."""
    answering(typed)
    done = run("diagnose", *FAILING, "--apply")

    assert (1, ["dry PATCH"]) == (done.status, writes(api))
    assert done.err.endswith("nothing was changed\n")
    assert [] == list(here.glob(UNDO))


def test_without_a_terminal_nothing_is_read(run: RunCommand, api: ApiServer) -> None:
    """Where nobody can be asked, --yes is wanted before anything is done."""
    done = run("diagnose", *FAILING, "--apply")

    assert (2, []) == (done.status, api.requests)
    assert "--yes says yes" in done.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--apply", "-f", "bad.yaml"), "-f names files"),
        (("--apply", "--context", "east", "-f", "bad.yaml"), "-f names files"),
        (("--apply", "--with", "bad.yaml"), "--with and --without"),
        (("--apply", "--offline"), "there is none"),
        (("--yes",), "--apply, which is not given"),
    ],
)
def test_refusals(run: RunCommand, api: ApiServer, words: tuple[str, ...], told: str) -> None:
    """What --apply does not go with is said in one sentence."""
    done = run("diagnose", *FAILING, *words)

    assert (2, "", []) == (done.status, done.out, api.requests)
    assert told in done.err


@pytest.mark.usefixtures("api")
def test_way_back(run: RunCommand, here: Path) -> None:
    """What the object was is in a file for its owner alone, with the command that puts it back."""
    run("diagnose", *FAILING, "--apply", "--yes")
    (file,) = here.glob(UNDO)
    text = file.read_text(encoding="utf-8")

    assert 0o600 == file.stat().st_mode & 0o777
    assert f"# kubectl --context east replace -f {file.name}" in text.splitlines()
    assert yaml.safe_load(EXACT)["spec"] == yaml.safe_load(text)["spec"]


@pytest.mark.skipif(not shutil.which("kubectl"), reason="kubectl is not installed")
def test_way_back_leads_back(run: RunCommand, api: ApiServer, here: Path) -> None:
    """The command of the file, run by kubectl, breaks the mesh as it was."""
    run("diagnose", *FAILING, "--apply", "--yes")
    mended = routes(api)["spec"]
    (file,) = here.glob(UNDO)
    command = next(line for line in file.read_text().splitlines() if line.startswith("# kubectl"))
    subprocess.run([*command[2:].split(), "--validate=false"], check=True, capture_output=True, cwd=here)

    assert mended != routes(api)["spec"]
    assert yaml.safe_load(EXACT)["spec"] == routes(api)["spec"]


def test_way_back_that_cannot_be_kept(run: RunCommand, api: ApiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it nothing is sent."""
    monkeypatch.setattr("time.strftime", lambda *_: "no/such/folder")
    done = run("diagnose", *FAILING, "--apply", "--yes")

    assert (2, ["dry PATCH"]) == (done.status, writes(api))
    assert "so nothing was changed" in done.err


def test_request_of_a_log(run: RunCommand, api: ApiServer, here: Path) -> None:
    """The failure of a log is diagnosed again as a request: its lines are older than the fix."""
    (here / "one.log").write_text(NOT_FOUND, encoding="utf-8")
    done = run("diagnose", "--log", "one.log", "--apply", "--yes", "-o", "json")

    assert ["dry PATCH", "PATCH"] == writes(api)
    assert (0, "reachable", []) == (done.status, verdict(done), json.loads(done.out)["groups"])


def test_headers_are_asked_again(run: RunCommand, api: ApiServer) -> None:
    """The request after the fix is the one before it."""
    done = run("diagnose", *FAILING, "-X", "POST", "-H", "x-team: blue", "--apply", "--yes", "-o", "json")
    request = json.loads(done.out)["request"]

    assert ("POST", {"x-team": "blue"}) == (request["method"], request["headers"])
    assert "PATCH" in writes(api)


def test_audit_applies_nothing(run: RunCommand, api: ApiServer) -> None:
    """Without a request there is no one root cause."""
    done = run("diagnose", "--apply", "--yes")

    assert [] == writes(api)
    assert "name one with --from and --to" in done.err


def test_healthy_request_applies_nothing(run: RunCommand, api: ApiServer) -> None:
    """Where nothing is wrong, nothing is changed."""
    done = run("diagnose", *FAILING[:-1], "http://payments.shop:8080/api", "--apply", "--yes")

    assert (0, []) == (done.status, writes(api))
    assert "no root cause was found" in done.err


@pytest.mark.parametrize("code", [403, 409, 500])
def test_cluster_that_refuses(run: RunCommand, api: ApiServer, here: Path, code: int) -> None:
    """What the dry run refuses is said; the diagnosis stands as it was."""
    api.fail(faults.refused("*virtualservices/payments*", code, method="PATCH"))
    done = run("diagnose", *FAILING, "--apply", "--yes", "-o", "json")

    assert (1, "unreachable", ["dry PATCH"]) == (done.status, verdict(done), writes(api))
    assert "nothing is applied: VirtualService shop/payments: " in done.err
    assert [] == list(here.glob(UNDO))


def test_cluster_that_refuses_after_all(run: RunCommand, api: ApiServer) -> None:
    """What fails after the yes is said, with the way back."""
    api.fail(faults.refused("*virtualservices/payments*", 409, method="PATCH", after=1))
    done = run("diagnose", *FAILING, "--apply", "--yes")

    assert 2 == done.status
    assert "somebody has made or changed it since it was read" in done.err
    assert "Changed before that: nothing. The way back: troubleshoot-undo-" in done.err


def test_right_one_of_two_clusters(run: RunCommand, api: ApiServer, here: Path) -> None:
    """Of several clusters the one is changed in which the object is; the way back names it."""
    west = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "other"}}]
    with ApiServer(west) as second:
        second.kubeconfig(here / "config", context="west")
        clusters = ("--context", "east", "--context", "west")
        words = ("--from", "shop/deployment/web@east", *FAILING[2:], "--apply", "--yes")
        run("diagnose", *clusters, *words)
        others = writes(second)
    (file,) = here.glob(UNDO)

    assert (["dry PATCH", "PATCH"], []) == (writes(api), others)
    assert file.name.endswith("-east-replace.yaml")
    assert "kubectl --context east replace" in file.read_text(encoding="utf-8")


STRICT = """
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: shop}
spec: {mtls: {mode: STRICT}}
"""


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, here: Path) -> Iterator[ApiServer]:
    """A cluster in which the pod of web is older than injection, and payments takes mutual TLS only."""
    objects = deepcopy(cluster(SHOP, STRICT))
    for one in objects:
        if one["kind"] == "Pod" and one["metadata"]["labels"]["app"] == "web":
            one["spec"]["containers"] = one["spec"]["containers"][:1]
    with ApiServer(objects) as running:
        monkeypatch.setenv("KUBECONFIG", str(running.kubeconfig(here / "config")))
        yield running


def test_new_pods_are_waited_for(run: RunCommand, bare: ApiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workload is restarted, and diagnosed again when it says that its pods are new ones."""
    told = iter((False, False, True))
    monkeypatch.setattr(acting, "is_rolled_out", lambda *_: next(told))
    done = run("diagnose", *FAILING, "--apply", "--yes")

    assert ["dry PATCH", "PATCH"] == writes(bare)
    assert [] == list(told)
    assert "waiting for the new pods of Deployment shop/web" in done.err
    assert "not all there yet" not in done.err


@pytest.mark.usefixtures("bare")
def test_new_pods_that_do_not_come(run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for ever: it is said, and the request is diagnosed as it is."""
    monkeypatch.setattr(acting, "LONGEST_ROLLOUT", 0)
    done = run("diagnose", *FAILING, "--apply", "--yes", "-o", "json")

    assert (1, "unreachable") == (done.status, verdict(done))
    assert "they are not all there yet; diagnose again later" in done.err


@pytest.mark.parametrize(("statuses", "times"), [((0,), 1), ((1, 0), 2), ((1, 1), 2), ((3, 0), 2)])
def test_controllers_get_a_moment(monkeypatch: pytest.MonkeyPatch, statuses: tuple[int, ...], times: int) -> None:
    """What still fails is looked at once more: endpoints are made after a Service has changed."""
    monkeypatch.setattr(acting, "PAUSES", (0, 0))
    left = list(statuses)
    answer = acting.settled(Namespace(), lambda _: Answer("", left.pop(0)))

    assert (statuses[times - 1], len(statuses) - times) == (answer.status, len(left))


def test_consultation_applies_too(run: RunCommand, api: ApiServer, answering: Answering) -> None:
    """The wizard ends with the same, where it is told to."""
    answering("quit\n" * 9)
    done = run(*FAILING, "--plain", "--apply", "--yes")

    assert ["dry PATCH", "PATCH"] == writes(api)
    assert "web arrives." in done.out


def test_session_does_not_keep_it() -> None:
    """--resume goes on without --apply and --yes, unless they are given again."""
    assert ["--context", "east"] == list(words_of(parse("", ["--apply", "--yes", "--context", "east"])))
