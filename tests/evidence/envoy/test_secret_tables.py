"""What istioctl prints of the certificates of a proxy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evidence.envoy.admin_pages import read, taken
from troubleshooter.evidence.ambient.ztunnel_config import ZtunnelConfig
from troubleshooter.evidence.envoy.status import Certificates

HEADINGS = "RESOURCE NAME     TYPE        STATUS   VALID CERT  SERIAL NUMBER  NOT AFTER             NOT BEFORE"
OWN = "default           Cert Chain  ACTIVE   true        062da250       2026-11-22T00:04:24Z  2026-11-20T00:04:24Z"
ROOT = "ROOTCA            CA          ACTIVE   true        5d19e5a7       2036-11-18T00:04:24Z  2025-10-17T00:04:24Z"
SHOWN = "kubernetes://tls  Cert Chain  ACTIVE   true        77777777       2026-12-24T00:00:00Z  2026-09-25T00:00:00Z"
WARMING = "default           Cert Chain  WARMING  false"
TABLE = f"{HEADINGS}\n{OWN}\n{SHOWN}\n{ROOT}"
OF_A_ZTUNNEL = TABLE.replace("RESOURCE NAME   ", "CERTIFICATE NAME")


def test_the_own_certificate_and_the_roots_are_read() -> None:
    """With their dates and lines; what a gateway shows to clients is another matter."""
    found = read(TABLE, Certificates)
    (own,), (root,) = found.chain, found.roots

    assert (own.valid_from, own.expires, own.serial, own.line) == (
        "2026-11-20T00:04:24Z",
        "2026-11-22T00:04:24Z",
        "062da250",
        2,
    )
    assert (root.serial, root.line) == ("5d19e5a7", 4)


def test_columns_of_newer_versions_change_nothing() -> None:
    """The trust domain stands behind."""
    found = read(f"{HEADINGS}     TRUST DOMAIN\n{OWN}     cluster.local", Certificates)

    assert [one.expires for one in found.chain] == ["2026-11-22T00:04:24Z"]


@pytest.mark.parametrize("rows", ["", WARMING, "default", SHOWN])
def test_rows_without_dates_tell_nothing(rows: str) -> None:
    """A certificate that never came has none."""
    assert Certificates() == read(f"{HEADINGS}\n{rows}", Certificates)


def test_the_certificates_of_a_ztunnel_are_not_those_of_a_proxy() -> None:
    """The same columns under another name."""
    assert [ZtunnelConfig] == taken(OF_A_ZTUNNEL)


@given(st.lists(st.sampled_from([OWN, ROOT, SHOWN, WARMING]) | st.text(max_size=200)), st.integers(0, 200))
def test_no_table_raises(rows: list[str], cut: int) -> None:
    """Whatever stands below the headings, and wherever it ends."""
    text = "\n".join((HEADINGS, *rows))

    assert isinstance(read(text[: len(HEADINGS) + 1 + cut], Certificates), Certificates)
