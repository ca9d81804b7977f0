"""The small pages of a proxy, and what no page must do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evidence.damage import damaged
from tests.evidence.envoy.admin_pages import page, read, taken
from troubleshooter.evidence import take
from troubleshooter.evidence.envoy.status import BoundListeners, Certificates, Clusters, Ready, ServerInfo, Stats
from troubleshooter.model import Exhibit

SERVER_INFO = """\
{"version": "abc/1.29.0/Clean/RELEASE/BoringSSL", "state": "DRAINING", "uptime_current_epoch": "93s",
 "hot_restart_version": "disabled", "command_line_options": {},
 "node": {"id": "router~10.0.0.9~gw-1.ingress~ingress.svc.cluster.local",
          "metadata": {"ISTIO_VERSION": "1.23.1", "CLUSTER_ID": "east", "NETWORK": "net1",
                       "PROXY_CONFIG": {"discoveryAddress": "istiod.istio-system.svc:15012"}}}}
"""
PAGES = {
    "certs.json": Certificates,
    "clusters.json": Clusters,
    "clusters.txt": Clusters,
    "listeners.json": BoundListeners,
    "listeners.txt": BoundListeners,
    "stats.txt": Stats,
}


@pytest.mark.parametrize("name", PAGES)
def test_each_page_is_known_by_what_stands_in_it(name: str) -> None:
    """No name or suffix is needed."""
    assert taken(page(name)) == [PAGES[name]]


def test_certificates_have_names_and_ends() -> None:
    """What a proxy shows and what it trusts, with the days that are left."""
    certificates = read(page("certs.json"), Certificates)

    (shown,), (root,) = certificates.chain, certificates.roots
    assert (shown.names, shown.days_left) == (("spiffe://cluster.local/ns/default/sa/bookinfo-reviews",), 0)
    assert (root.days_left, root.expires) == (3649, "2036-11-18T00:04:24Z")


def test_a_proxy_says_who_it_is() -> None:
    """The node of /server_info is taken apart."""
    info = read(SERVER_INFO, ServerInfo)

    assert (info.state, info.uptime) == ("DRAINING", 93)
    assert (info.node.type, info.node.pod, info.node.namespace, info.node.version, info.node.cluster) == (
        "router",
        "gw-1",
        "ingress",
        "1.23.1",
        "east",
    )
    assert info.node.discovery == "istiod.istio-system.svc:15012"


def test_a_proxy_says_whether_it_is_ready() -> None:
    """The one word of /ready."""
    assert read("PRE_INITIALIZING\n", Ready) == Ready(state="PRE_INITIALIZING")


def test_listeners_are_the_same_in_both_forms() -> None:
    """Text and JSON name the same listeners."""
    assert read(page("listeners.txt"), BoundListeners) == read(page("listeners.json"), BoundListeners)


def test_escape_sequences_do_not_survive() -> None:
    """A name with an escape sequence in it cannot reach a terminal."""
    text = '{"cluster_statuses": [{"name": "a\\u001b[2Jb"}]}'

    assert list(read(text, Clusters).by_name) == ["ab"]


@pytest.mark.parametrize("name", PAGES)
@given(data=st.data())
def test_no_damage_raises(name: str, data: st.DataObject) -> None:
    """Whatever is cut off or put in, a page is read or named, and nothing is raised."""
    evidence = take([Exhibit(name="page", text=data.draw(damaged(page(name))))])

    assert evidence or evidence.not_checked


@given(st.text())
def test_no_text_raises(text: str) -> None:
    """Any text is read or named."""
    evidence = take([Exhibit(name="page", text=text)])

    assert evidence or evidence.not_checked
