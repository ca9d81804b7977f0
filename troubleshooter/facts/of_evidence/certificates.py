"""Whether the certificates that proxies show and trust hold, and whether two proxies trust a common root.

Decides by the dates and serial numbers of `/certs`, and by the roots in a dump. The time in question is that of the log
line, else that at which a page was taken, or before that. Files may be much older than the moment at which they are
read: where neither is known, a page must say itself that no day is left to a certificate that was made for many. Must
not know causes.

Source: envoy/admin/v3/certs.proto. `ca_cert` are the roots that a proxy trusts; `cert_chain` what it shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from troubleshooter.evidence import moment
from troubleshooter.evidence.envoy.dump import ConfigDump
from troubleshooter.evidence.envoy.proxies import Proxy
from troubleshooter.evidence.envoy.status import Certificate, Certificates
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence.ends import ends_of
from troubleshooter.facts.of_evidence.scene import Scene
from troubleshooter.mesh import Mesh
from troubleshooter.model import Source

PEM = re.compile(r"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)
ROOTS = "ROOTCA"
"""The name under which a proxy asks for the roots of the mesh (Istio: SDSRootResourceName)."""
OWN = "default"
"""That for its own certificate (Istio: SDSDefaultResourceName), which istioctl prints."""
MESH_NAME = "spiffe://"
"""How the name in a certificate of the mesh begins."""


def about_certificates(case: CaseBuilder, scene: Scene) -> None:
    """The certificates of both ends at the time in question, and their roots."""
    ends = ends_of(scene)
    proxies = [proxy for proxy in (ends.sender, ends.target) if proxy is not None]
    _about_dates(case, scene, proxies)
    if ends.sender is not None and ends.target is not None:
        _about_roots(case, ends.sender, ends.target)


def _about_dates(case: CaseBuilder, scene: Scene, proxies: Iterable[Proxy]) -> None:
    line = scene.observation
    logged = moment(line.entry.start_time) if line else None
    times = [(proxy, logged if line else taken(scene.mesh, proxy)) for proxy in proxies]
    held = [(at, source, page) for proxy, at in times for source, page in _pages(proxy) if _of_mesh(page)]
    read = scene.mesh.inventory.observed
    chains = [(at, source, one) for at, source, page in held for one in page.chain if _signs_for_mesh(one)]
    roots = [(at, source, one) for at, source, page in held for one in page.roots]
    for fact, found in (("evidence.certificate", chains), ("evidence.root_certificate", roots)):
        states = [
            (_state(one, at, logged=line is not None) if at else _by_its_page(one, read), source, one)
            for at, source, one in found
        ]
        for word in ("expired", "not-yet-valid", "valid"):
            fitting = [(source, one) for state, source, one in states if state == word]
            if fitting:
                name, one = fitting[0]
                text = f"serial {one.serial}: valid from {one.valid_from} until {one.expires}"
                case.seen(fact, word, Source(file=name, line=one.line, text=text))
                break


def _pages(proxy: Proxy) -> Iterator[tuple[str, Certificates]]:
    return ((page.name, page.value) for page in proxy.of(Certificates))


def _of_mesh(page: Certificates) -> bool:
    """Whether what it shows is a certificate of the mesh; a gateway has others."""
    return any(map(is_own, page.chain))


def is_own(certificate: Certificate) -> bool:
    """Whether it is a workload's own: by its name, or by that under which a proxy asks for it."""
    return certificate.path == OWN or any(name.startswith(MESH_NAME) for name in certificate.names)


def _signs_for_mesh(certificate: Certificate) -> bool:
    """Whether it is a workload's own, or, without any name, one of those that signed it: not what a gateway shows."""
    return is_own(certificate) or not certificate.names


def _state(certificate: Certificate, now: datetime, *, logged: bool) -> str:
    """How it stood at a time. `logged` is that of a line, after which the page was taken: a certificate that begins
    later still is more likely a new one, unless the page tells that its proxy's clock had not come so far."""
    begins, ends = moment(certificate.valid_from), moment(certificate.expires)
    if begins is None or ends is None:
        return ""
    if ends <= now:
        return "expired"
    if begins <= now:
        return "valid"
    days = certificate.days_left
    early = days is not None and timedelta(days=days) >= ends - begins
    return "not-yet-valid" if early or not logged else ""


MANY = timedelta(days=2)
"""A certificate that was made for longer has a day left at most of its pages."""


def _by_its_page(certificate: Certificate, read: int | None) -> str:
    """How it stood when its page was taken, at a time that is not known, and `read` (seconds since 1970) later: it has
    expired if that moment is past its end, and no day was left when the page was taken."""
    begins, ends = moment(certificate.valid_from), moment(certificate.expires)
    if begins is None or ends is None or read is None or certificate.days_left != 0:
        return ""
    return "expired" if ends - begins > MANY and ends <= datetime.fromtimestamp(read, UTC) else ""


def taken(mesh: Mesh, proxy: Proxy, logged: datetime | None = None) -> datetime | None:
    """When the proxy's pages were taken, or before that: only what was listed from a cluster has its own time; else no
    earlier than the failed line, or the last change that they tell of."""
    if mesh.inventory.listed and mesh.inventory.observed is not None and logged is None:
        return datetime.fromtimestamp(mesh.inventory.observed, UTC)
    return max(filter(None, (logged, *_changes(proxy))), default=None)


def _changes(proxy: Proxy) -> Iterator[datetime | None]:
    """When each piece in its dumps came."""
    dumps = [page.value for page in proxy.of(ConfigDump)]
    parts = [part for dump in dumps for part in (dump.listeners, dump.routes, dump.clusters, dump.secrets)]
    return (moment(one.updated) for part in parts for one in part or ())


def _about_roots(case: CaseBuilder, sender: Proxy, target: Proxy) -> None:
    """By the certificates themselves where both dumps have them, else by their serial numbers."""
    for read in (_in_dump, _serials):
        (near, near_name), (far, far_name) = read(sender), read(target)
        if near and far:
            word = "common" if near & far else "different"
            case.seen("evidence.roots", word, Source(file=near_name, text=f"its roots, beside those in {far_name}"))
            return


def _in_dump(proxy: Proxy) -> tuple[frozenset[str], str]:
    for dump in proxy.of(ConfigDump):
        for secret in dump.value.secrets or ():
            found = frozenset("".join(body.split()) for body in PEM.findall(secret.roots))
            if secret.name == ROOTS and found:
                return found, dump.name
    return frozenset(), ""


def _serials(proxy: Proxy) -> tuple[frozenset[str], str]:
    for name, page in _pages(proxy):
        if _of_mesh(page) and page.roots:
            return frozenset(one.serial for one in page.roots), name
    return frozenset(), ""
