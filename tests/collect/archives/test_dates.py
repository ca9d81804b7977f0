"""When an archive was made, by the dates of its members."""

from __future__ import annotations

import io
import tarfile
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.collect.archives.packing import tar
from troubleshooter.collect import read_input
from troubleshooter.collect.bundle.manifest import manifest_text
from troubleshooter.model import Inventory

THEN = int(datetime(2025, 3, 1, 9, 30, 20, tzinfo=UTC).timestamp())
LIVE = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop, uid: 0f3c}\n"
WRITTEN = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\n"


def tar_of(*members: tuple[str, str, int]) -> bytes:
    """A tar of files with their dates."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, text, changed in members:
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(text), changed
            archive.addfile(info, io.BytesIO(text.encode()))
    return buffer.getvalue()


def observed(data: bytes, place: Path) -> int | None:
    """When what is in an archive was observed."""
    file = place / "archive"
    file.write_bytes(data)
    return read_input([str(file)], stdin=lambda: b"").inventory.observed


def test_what_was_taken_from_a_cluster_was_observed_when_the_newest_file_was_written(tmp_path: Path) -> None:
    """An archive is written in one go."""
    assert THEN == observed(tar_of(("a.yaml", LIVE, THEN - 60), ("b.yaml", WRITTEN, THEN)), tmp_path)


def test_a_log_of_a_pod_was_taken_from_a_cluster(tmp_path: Path) -> None:
    """The places at which tools keep such texts are known."""
    data = tar_of(("bug-report/proxies/shop/web-1/certs", "{}", THEN), ("a.yaml", WRITTEN, THEN - 60))

    assert THEN == observed(data, tmp_path)


def test_manifests_were_not_observed(tmp_path: Path) -> None:
    """The date of a manifest is that of its last change."""
    assert observed(tar_of(("a.yaml", WRITTEN, THEN)), tmp_path) is None


@pytest.mark.parametrize("date", [0, 315_532_800, int(time.time()) + 86_400], ids=["1970", "1980", "tomorrow"])
def test_a_date_that_cannot_be_is_none(tmp_path: Path, date: int) -> None:
    """Some programs write none into archives, and clocks go wrong."""
    assert observed(tar_of(("a.yaml", LIVE, date)), tmp_path) is None


def test_a_zip_has_dates_too(tmp_path: Path) -> None:
    """They are taken for UTC."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a.yaml", (2025, 3, 1, 9, 30, 20)), LIVE)

    assert THEN == observed(buffer.getvalue(), tmp_path)


def test_a_zip_with_an_impossible_date_is_read(tmp_path: Path) -> None:
    """The thirteenth month is no date."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a.yaml", (2025, 13, 1, 9, 30, 20)), LIVE)

    assert observed(buffer.getvalue(), tmp_path) is None


def test_an_archive_in_an_archive_keeps_its_dates(tmp_path: Path) -> None:
    """Those of what is in it count."""
    assert THEN == observed(tar({"inner.tar": tar_of(("a.yaml", LIVE, THEN)).decode("latin-1")}), tmp_path)


def test_what_a_bundle_says_of_itself_outranks_dates(tmp_path: Path) -> None:
    """It may have been packed anew."""
    said = manifest_text(Inventory(observed=THEN - 500), "troubleshoot", redacted=False)

    assert THEN - 500 == observed(
        tar_of(("troubleshoot-bundle/manifest.json", said, THEN), ("a.yaml", LIVE, THEN)), tmp_path
    )


def test_what_a_bundle_could_not_see_stays_unseen(tmp_path: Path) -> None:
    """Whoever packed it knew which lists were refused, whatever else is in it."""
    refused = ("", "", "ConfigMap", "shop")
    said = manifest_text(Inventory(observed=THEN, unseen=frozenset({refused})), "troubleshoot", redacted=False)
    config = '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "istio", "namespace": "istio-system"}, '
    config += '"data": {"mesh": "{}"}}'
    archive = tar_of(("troubleshoot-bundle/manifest.json", said, THEN), ("mesh.json", config, THEN))
    (tmp_path / "bundle.tgz").write_bytes(archive)

    assert frozenset({refused}) == read_input([str(tmp_path / "bundle.tgz")], stdin=lambda: b"").inventory.unseen
