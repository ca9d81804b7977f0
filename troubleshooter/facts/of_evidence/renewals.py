"""Whether a proxy's own certificate was renewed when it should have been.

A proxy's agent asks for a new certificate when half of the lifetime of the old one is left, by default; the share is
SECRET_GRACE_PERIOD_RATIO, less or more by a hundredth. Decides: that one of which less than a tenth is left, and less
than half of that share, is overdue: tries to renew it fail. When its page was taken says `certificates.taken`, so much
is over at least. Short lifetimes are not judged, for a try that fails once may fill what is left. Must not know causes.

Sources: https://istio.io/latest/docs/reference/commands/pilot-agent/ (SECRET_GRACE_PERIOD_RATIO, and in newer versions
SECRET_GRACE_PERIOD_RATIO_JITTER); `rotateTime` in security/pkg/nodeagent/cache/secretcache.go of istio/istio.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from datetime import datetime, timedelta

from troubleshooter.evidence import Evidence, moment
from troubleshooter.evidence.envoy.proxies import Proxy, proxies_of
from troubleshooter.evidence.envoy.status import Certificate, Certificates
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence.certificates import is_own, taken
from troubleshooter.facts.of_evidence.ends import ends_of
from troubleshooter.facts.of_evidence.proxies_alone import case_of, pod_of
from troubleshooter.facts.of_evidence.scene import Scene
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.workload.proxy_variables import variable_of
from troubleshooter.model import Case, Resource, Source

RATIO, LITTLE = 0.5, 0.1
"""The default share of its lifetime that is left when a certificate is renewed, and the share that is too little."""
SHORT = timedelta(hours=1)
VARIABLE = "SECRET_GRACE_PERIOD_RATIO"


def about_renewal(case: CaseBuilder, scene: Scene) -> None:
    """Whether one of the two proxies has a certificate that should have been renewed long ago. One that has ended is
    another matter, and where something else is the matter with another pod, nothing is said."""
    ends = ends_of(scene)
    for proxy in filter(None, (ends.sender, ends.target)):
        pod = pod_of(proxy.node)
        if case.roles.get("pod", pod) == pod and _about(case, scene.mesh, proxy, _logged(scene), words=("overdue",)):
            return


def renewal_cases(mesh: Mesh, evidence: Evidence) -> Iterator[Case]:
    """A case for each proxy whose certificate should have been renewed long ago, or has ended."""
    for number, proxy in enumerate(proxies_of(evidence)):
        case = case_of(mesh, proxy, f"evidence/renewal/{number}")
        if _about(case, mesh, proxy):
            yield case.build()


def _logged(scene: Scene) -> datetime | None:
    return moment(scene.observation.entry.start_time) if scene.observation else None


def _about(
    case: CaseBuilder,
    mesh: Mesh,
    proxy: Proxy,
    logged: datetime | None = None,
    words: Container[str] = ("overdue", "ended"),
) -> bool:
    """Whether one of these words was added."""
    at = taken(mesh, proxy, logged)
    owner = mesh.workloads.pod(proxy.node.namespace, proxy.node.pod)
    given = variable_of(mesh.index, mesh.settings, owner[1], VARIABLE) if owner else ""
    share = min(LITTLE, _ratio(proxy.node.renewal or given) / 2)
    own = ((page.name, one) for page in proxy.of(Certificates) for one in page.value.chain if is_own(one))
    for file, one in own:
        word = _word(one, at, share) if at else ""
        if word in words:
            _tell(case, proxy, word, _source(file, one), owner[0].object.at("metadata.name") if owner else None)
            return True
    return False


def _word(one: Certificate, now: datetime, share: float) -> str:
    begins, ends = moment(one.valid_from), moment(one.expires)
    if begins is None or ends is None or ends - begins < SHORT or now < begins:
        return ""
    if ends <= now:
        return "ended"
    return "overdue" if ends - now < (ends - begins) * share else ""


def _ratio(given: str) -> float:
    """The share that a proxy was told; the default for what is none."""
    try:
        found = float(given or RATIO)
    except ValueError:
        return RATIO
    return found if 0 < found < 1 else RATIO


def _source(file: str, one: Certificate) -> Source:
    return Source(
        file=file, line=one.line, text=f"serial {one.serial}: valid from {one.valid_from} until {one.expires}"
    )


def _tell(case: CaseBuilder, proxy: Proxy, word: str, source: Source, place: Resource | None) -> None:
    """The fact, and whose proxy it is."""
    case.seen("evidence.renewal", word, source, *([place] if place else []))
    case.role("pod", pod_of(proxy.node))
    case.detail("evidence.certificate_dates", source.text.partition(": ")[2])
