"""Facts about an init container of an application that keeps its pod from starting.

Must not know what the container is for.
"""

from __future__ import annotations

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh.workload.init_containers import Held, held, refusal, unfinished
from troubleshooter.mesh.workload.workloads import Pod, Workload
from troubleshooter.model import as_list, as_map


def about_init_container(case: CaseBuilder, workload: Workload, pod: Pod) -> None:
    """What becomes of the connections of the init container that fails, or still runs, what it says of them where they
    get nowhere, and where its user would be set. Nothing of a container that is not in the template: something else
    puts it into each pod."""
    name = unfinished(pod)
    names = [as_map(c).get("name") for c in as_list(workload.pod_spec.get("initContainers"))]
    found = held(pod, name) if name in names else None
    if found is None:
        return
    word, place = found
    field = f"{workload.template.path}spec.initContainers[{names.index(name)}]"
    case.role("workload", workload.object.at())
    case.fact("pod.init_network", word, workload.object.at(field), place)
    case.detail("workload.init_user_field", f"{field}.securityContext.runAsUser")
    case.detail("pod.init_container", name)
    told = refusal(pod, name) if word is Held.BACK else None
    if told is not None:
        case.fact("pod.init_says", "refused", told)
