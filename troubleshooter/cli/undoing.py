"""The way back from a change, as files for kubectl.

Decides: which command undoes what. Must not know where files are kept.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from troubleshooter.collect.cluster.applying import Trial
from troubleshooter.model import Raw
from troubleshooter.report.changes_text import objects_to_yaml


def undo_files(trials: Sequence[Trial], kubeconfig: str, stamp: str) -> dict[str, str]:
    """Texts by the names of their files: one for each Kubernetes cluster and for each command that takes one. What was
    changed is replaced, since `kubectl apply` would leave what was added; what was deleted is made again; what was made
    is deleted by a command in a comment."""
    found: dict[str, str] = {}
    for cluster in dict.fromkeys(one.key[0] for one in trials):
        ours = [one for one in trials if one.key[0] == cluster]
        kubectl = _kubectl(ours[0], kubeconfig)
        new = [f"# {kubectl} {_deletion(one)}\n" for one in ours if one.whole is None]
        for verb, objects in (("replace", _changed(ours)), ("create", _deleted(ours))):
            if objects or (verb == "replace" and new):
                name = "-".join(filter(None, ("troubleshoot-undo", stamp, _plain(cluster), verb))) + ".yaml"
                command = f"# {kubectl} {verb} -f {name}\n" if objects else ""
                lines = [command, *(new if verb == "replace" else ())]
                found[name] = "# To undo it:\n" + "".join(lines) + (objects_to_yaml(objects) if objects else "")
    return found


def _changed(trials: Sequence[Trial]) -> list[Raw]:
    return [one.whole for one in trials if one.whole is not None and one.then is not None]


def _deleted(trials: Sequence[Trial]) -> list[Raw]:
    return [one.whole for one in trials if one.whole is not None and one.then is None]


def _deletion(trial: Trial) -> str:
    _, _, _, namespace, name = trial.key
    return shlex.join(["delete", trial.resource, name, *(["-n", namespace] if namespace else [])])


def _kubectl(trial: Trial, kubeconfig: str) -> str:
    context = trial.connection.context
    flags = (("--kubeconfig", kubeconfig), ("--context", "" if context == "in-cluster" else context))
    return shlex.join(["kubectl", *(word for name, value in flags if value for word in (name, value))])


def _plain(cluster: str) -> str:
    """A cluster's name as part of a file's."""
    return "".join(letter if letter.isalnum() else "-" for letter in cluster)
