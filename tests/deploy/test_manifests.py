"""The manifests of the Job and the CronJob: what they run as, what they may, and that the program takes their words."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.test_live import cluster
from tests.inventories import EXACT, SHOP
from tests.kube_api.server import ApiServer
from troubleshooter.cli import main
from troubleshooter.cli.parsing import parse

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
PAGE = (DEPLOY.parent / "docs" / "in-cluster.md").read_text(encoding="utf-8")
KUBECTL = shutil.which("kubectl") or ""


def objects(name: str) -> list[Any]:
    """The objects of a file."""
    return list(yaml.safe_load_all((DEPLOY / name).read_text(encoding="utf-8")))


(JOB,) = objects("job.yaml")
(CRON,) = objects("cronjob.yaml")
PODS = {"job": JOB["spec"]["template"], "cronjob": CRON["spec"]["jobTemplate"]["spec"]["template"]}
EACH = pytest.mark.parametrize("name", PODS)


def test_both_run_the_same() -> None:
    """The Job is the CronJob, once."""
    assert JOB["spec"] == CRON["spec"]["jobTemplate"]["spec"]


@EACH
def test_pod_fits_into_a_restricted_namespace(name: str) -> None:
    """What the Pod Security Standard `restricted` asks for stands in it."""
    spec = PODS[name]["spec"]
    (container,) = spec["containers"]
    own = container["securityContext"]

    assert (True, "RuntimeDefault") == (
        spec["securityContext"]["runAsNonRoot"],
        spec["securityContext"]["seccompProfile"]["type"],
    )
    assert (False, {"drop": ["ALL"]}) == (own["allowPrivilegeEscalation"], own["capabilities"])
    assert own["readOnlyRootFilesystem"]
    assert {"emptyDir"} == {key for volume in spec["volumes"] for key in volume if key != "name"}


@EACH
def test_pod_has_no_proxy(name: str) -> None:
    """A proxy beside it would keep the Job from ending."""
    assert {"sidecar.istio.io/inject": "false", "istio.io/dataplane-mode": "none"}.items() <= PODS[name]["metadata"][
        "labels"
    ].items()


@EACH
def test_pod_says_what_it_needs(name: str) -> None:
    """It asks for processor and memory, and has a limit of memory."""
    (container,) = PODS[name]["spec"]["containers"]

    assert {"requests": {"cpu", "memory"}, "limits": {"memory"}} == {
        key: set(each) for key, each in container["resources"].items()
    }


@EACH
def test_pod_is_the_account_with_the_role(name: str) -> None:
    """Its account is the one that is bound to the role for configuration, and to nothing else."""
    namespace, account, binding = objects("account.yaml")
    subject = {"kind": "ServiceAccount", **{k: account["metadata"][k] for k in ("name", "namespace")}}

    assert PODS[name]["spec"]["serviceAccountName"] == account["metadata"]["name"]
    assert {namespace["metadata"]["name"]} == {one["metadata"]["namespace"] for one in (account, JOB, CRON)}
    assert [subject] == binding["subjects"]
    assert "istio-troubleshooter-configuration" == binding["roleRef"]["name"]


@EACH
def test_program_takes_the_words(name: str) -> None:
    """The arguments are flags of the program."""
    (container,) = PODS[name]["spec"]["containers"]
    command, *flags = container["args"]
    taken = parse(command, flags)

    assert ("json", "never", True) == (taken.output, taken.fail_on, taken.all_namespaces)


def test_job_ends_well_with_findings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the rights of its role, the words of the Job print an audit, and its status is 0."""
    (role,) = objects("rbac/configuration.yaml")
    (container,) = PODS["job"]["spec"]["containers"]
    wrong = EXACT.replace("host: payments}", "host: payments, port: {number: 9}}")
    with ApiServer(cluster(SHOP, wrong), roles=[role]) as api:
        monkeypatch.setenv("KUBECONFIG", str(api.kubeconfig(tmp_path / "config")))
        status = main(container["args"])
    printed = json.loads(capsys.readouterr().out)

    assert (0, True) == (status, bool(printed["findings"]))


def test_kustomization_names_files_that_are_there() -> None:
    """Every resource of it is a file."""
    (found,) = objects("kustomization.yaml")

    assert [] == [name for name in found["resources"] if not (DEPLOY / name).is_file()]


@pytest.mark.skipif(not KUBECTL, reason="kubectl is not installed")
def test_kustomize_builds_it() -> None:
    """`kubectl apply -k` would apply the account, its role and the CronJob."""
    built = subprocess.run([KUBECTL, "kustomize", str(DEPLOY)], capture_output=True, text=True, check=True)

    assert {"Namespace", "ServiceAccount", "ClusterRole", "ClusterRoleBinding", "CronJob"} == {
        one["kind"] for one in yaml.safe_load_all(built.stdout)
    }


def test_page_patches_a_place_that_is_there() -> None:
    """The patch of the page adds --publish to the arguments of the CronJob."""
    ((patch,),) = (json.loads(text) for text in re.findall(r"'(\[\{\"op\".*\}\])'", PAGE))
    place = CRON
    for part in patch["path"].split("/")[1:-1]:
        place = place[int(part)] if part.isdecimal() else place[part]

    assert "diagnose" == place[0]
    assert parse("diagnose", [*place[1:], patch["value"]]).publish


def test_page_names_every_role() -> None:
    """Each file of roles has its row."""
    files = sorted(file.name for file in (DEPLOY / "rbac").glob("*.yaml"))

    assert files == sorted(re.findall(r"^\| `(\S+\.yaml)`", PAGE, re.MULTILINE))
