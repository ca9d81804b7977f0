"""-f with a support archive: objects and what proxies said, from one file."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import FAILING, RunCommand

CERTS = '{"certificates": []}'
BESIDE = {
    "proxies/shop/web-1/certs": CERTS,
    "proxies/shop/web-1/netstat": "",
    "proxies/shop/web-1/clusters": "nobody knows\n",
    "versions": "client version: 1.30.0\n",
}


@pytest.fixture
def report(here: Path) -> Path:
    """`bug-report.tar.gz` with the objects of `bad.yaml`, and pages of a proxy."""
    objects = (here / "bad.yaml").read_text(encoding="utf-8")
    with tarfile.open(here / "bug-report.tar.gz", mode="w:gz") as archive:
        for name, text in {"cluster/k8s-resources": objects, **BESIDE}.items():
            info = tarfile.TarInfo(f"bug-report/{name}")
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))
    return here / "bug-report.tar.gz"


def _json(run: RunCommand, *words: str) -> Any:
    return json.loads(run("diagnose", *words, "-o", "json").out)


@pytest.mark.usefixtures("report")
def test_archive_gives_the_root_that_its_objects_give(run: RunCommand) -> None:
    """The same finding at the same line; the file is `archive!member`."""
    (plain, *_), (packed, *_) = (
        _json(run, "-f", name, *FAILING)["findings"] for name in ("bad.yaml", "bug-report.tar.gz")
    )

    assert (plain["cause"], plain["resource"]["line"], plain["root"]) == (
        packed["cause"],
        packed["resource"]["line"],
        packed["root"],
    )
    assert "bug-report.tar.gz!bug-report/cluster/k8s-resources" == packed["resource"]["file"]


@pytest.mark.usefixtures("report")
def test_pages_in_an_archive_are_evidence(run: RunCommand) -> None:
    """They are recognised like those that --envoy names."""
    said = run("diagnose", "-v", "-f", "bug-report.tar.gz", *FAILING).err

    assert "proxies/shop/web-1/certs is taken for the certificates of a proxy (/certs)" in said


@pytest.mark.usefixtures("report")
def test_texts_that_nobody_knows_are_counted(run: RunCommand) -> None:
    """Nobody named them one by one, so they are not named one by one."""
    (said,) = [
        line for line in run("diagnose", "-f", "bug-report.tar.gz", *FAILING).err.splitlines() if "no text" in line
    ]

    assert "netstat, and 1 more beside the objects: no text that is used from here" in said


def test_access_log_in_an_archive_is_used(run: RunCommand, here: Path) -> None:
    """What it tells of the request was seen; without a request it is listed, and everything is looked at."""
    with tarfile.open(here / "logs.tgz", mode="w:gz") as archive:
        archive.add(here / "bad.yaml", "mesh.yaml")
        archive.add(here / "access.log", "proxies/shop/web-1/istio-proxy.log")

    asked = json.loads(run("diagnose", "-f", "logs.tgz", *FAILING, "-o", "json").out)
    audit = json.loads(run("diagnose", "-f", "logs.tgz", "-o", "json").out)

    assert [True] == [step["observed"] for step in asked["path"] if step["verdict"] == "fail"]
    assert (None, 2) == (audit["request"], len(audit["groups"]))


def test_archive_of_pages_alone_needs_no_objects(run: RunCommand, here: Path) -> None:
    """A proxy's pages without the mesh: that there is none is said."""
    with tarfile.open(here / "pages.tgz", mode="w:gz") as archive:
        info = tarfile.TarInfo("proxies/shop/web-1/certs")
        info.size = len(CERTS)
        archive.addfile(info, io.BytesIO(CERTS.encode()))

    assert "the mesh: absent from the input" in run("diagnose", "-f", "pages.tgz", *FAILING).err


def test_archive_without_anything_known_is_refused(run: RunCommand, here: Path) -> None:
    """One sentence, status 2, nothing on standard output."""
    with tarfile.open(here / "other.tgz", mode="w:gz") as archive:
        info = tarfile.TarInfo("readme")
        info.size = 5
        archive.addfile(info, io.BytesIO(b"hello"))
    refused = run("diagnose", "-f", "other.tgz", *FAILING)

    assert (2, "") == (refused.status, refused.out)
    assert "other.tgz!readme: no text that is used from here" in refused.err


@pytest.mark.usefixtures("report")
def test_archive_named_as_evidence_says_how_to_name_it(run: RunCommand) -> None:
    """It is no text, and -f takes all of it."""
    refused = run("diagnose", "--envoy", "bug-report.tar.gz", *FAILING)

    assert (2, True) == (refused.status, "Name it as a whole: `-f bug-report.tar.gz`" in refused.err)


def test_an_old_archive_says_when_it_was_made(run: RunCommand, here: Path) -> None:
    """Dates in it are judged as of then, and the result tells so."""
    pod = b"apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop, uid: 0f3c}\n"
    with tarfile.open(here / "old.tar", mode="w") as archive:
        info = tarfile.TarInfo("pods.yaml")
        info.size, info.mtime = len(pod), 1_740_821_400
        archive.addfile(info, io.BytesIO(pod))

    told = [one["why"] for one in _json(run, "-f", "old.tar")["not_checked"]]

    assert "this was collected at 2025-03-01 09:30 UTC: certificates and tokens are judged as of then" in told
