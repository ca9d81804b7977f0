"""Whether a pod's connections are led to its proxy, as the rules in its network and the logs of Istio's init containers
show.

Must not know causes.
"""

from __future__ import annotations

from collections.abc import Iterator

from troubleshooter.evidence import Evidence, Reading
from troubleshooter.evidence.pods.redirection import Redirection
from troubleshooter.evidence.pods.setup_log import SetupLog
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence.scene import Scene
from troubleshooter.mesh import Mesh
from troubleshooter.model import Case, CaseKind, Resource, Source


def about_redirection(case: CaseBuilder, scene: Scene) -> None:
    """What rules and logs say that were given with a request: rules that do not say whose they are, are taken for those
    of the pod that is called, where no others are there."""
    for log in scene.evidence.of(SetupLog):
        _about_log(case, log)
    far = scene.trail.hop if scene.trail else None
    endpoint = far.endpoint if far is not None else None
    if endpoint is None or endpoint.pod is None or endpoint.workload is None or not endpoint.pod.proxy:
        return
    names = {f"{pod.namespace}/{pod.name}" for pod in endpoint.workload.pods}
    held = scene.evidence.of(Redirection)
    rules = next((one for one in held if one.pod in names), held[0] if len(held) == 1 and not held[0].pod else None)
    if rules is None:
        return
    if not rules.value.istio:
        case.role("pod", endpoint.pod.owner.at())
        _about_rules(case, rules, endpoint.pod.owner.at())
    elif "target.capture" in case.facts:
        _about_port(case, rules, endpoint.workload.object.at(), endpoint.port)


def _about_port(case: CaseBuilder, rules: Reading[Redirection], place: Resource, port: int) -> None:
    """Whether the rules of the pod, which outrank what its objects ask for, leave the port out."""
    rule = rules.value.lets_in(port)
    if rule is None or case.facts["target.capture"].word == "excluded":
        return
    source = Source(file=rules.name, line=rule.line, text=rule.text)
    case.forget(("target.capture", "target.excluded_by"))
    case.seen("target.capture", "excluded", source, place)
    case.seen("target.excluded_by", "rules", source, place)
    case.detail("target.rule", rule.text)


def cases_of_redirection(mesh: Mesh, evidence: Evidence) -> Iterator[Case]:
    """A case for each log that tells of a failure, and each set of rules. A pod is said to be without redirection only
    where the mesh shows that it has a proxy."""
    for log in evidence.of(SetupLog):
        if log.value.failure is not None:
            case = CaseBuilder(f"evidence/redirection/{log.name}", CaseKind.PIECE)
            _about_log(case, log)
            yield case.build()
    for rules in evidence.of(Redirection):
        pod = _pod(rules)
        known = mesh.workloads.pod(pod.namespace, pod.name) if pod is not None else None
        if known is not None and known[1].proxy and known[1].proxy_seen:
            case = CaseBuilder(f"evidence/rules/{rules.name}", CaseKind.PIECE)
            case.role("pod", known[1].owner.at())
            _about_rules(case, rules, known[1].owner.at())
            yield case.build()


def _about_rules(case: CaseBuilder, rules: Reading[Redirection], pod: Resource) -> None:
    place = Source(file=rules.name, line=rules.value.line, text="*nat")
    case.seen("pod.redirected", "yes" if rules.value.istio else "no", place, pod)


def _about_log(case: CaseBuilder, log: Reading[SetupLog]) -> None:
    found = log.value
    if found.failure is None:
        return
    case.role("pod", _pod(log))
    place = Source(file=log.name, line=found.line, text=found.text)
    case.seen("evidence.redirection_log", found.failure, place, *_places(case))
    case.detail("evidence.redirection_line", f"{log.name}:{found.line}")


def _places(case: CaseBuilder) -> list[Resource]:
    """The status of the init container, else the pod, as far as they are known."""
    failed = case.facts.get("pod.init_failed")
    told = [source.resource for source in failed.sources if source.resource] if failed else []
    return told or ([case.roles["pod"]] if "pod" in case.roles else [])


def _pod(reading: Reading[SetupLog] | Reading[Redirection]) -> Resource | None:
    space, slash, name = reading.pod.partition("/")
    return Resource(kind="Pod", namespace=space, name=name) if slash else None
