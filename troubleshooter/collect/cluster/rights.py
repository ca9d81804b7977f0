"""What somebody may read, and which role would let them.

Decides: how a forbidden part is named, and the command that unlocks it. Rights are asked for once a namespace, never
once an object.

Source: https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access and
https://kubernetes.io/docs/reference/access-authn-authz/rbac/#command-line-utilities
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from troubleshooter.collect.cluster.connection import Connection
from troubleshooter.collect.cluster.failures import ClusterError
from troubleshooter.collect.cluster.kinds import ReadKind
from troubleshooter.model import as_list, as_map

ACCOUNT = "system:serviceaccount:"
ANY = "*"


@dataclass(frozen=True, kw_only=True)
class Rights:
    """What may be done in a namespace, as rules of RBAC. `whole` is False where an authorizer does not tell all."""

    rules: tuple[Mapping[str, Any], ...] = ()
    whole: bool = False

    def may(self, verb: str, group: str, resource: str) -> bool:
        """Whether it is allowed, as far as the rules tell; True where they do not tell all."""
        return not self.whole or any(
            not {verb, ANY}.isdisjoint(as_list(rule.get("verbs")))
            and not {group, ANY}.isdisjoint(as_list(rule.get("apiGroups")))
            and not {resource, ANY, f"*/{resource.partition('/')[2]}"}.isdisjoint(as_list(rule.get("resources")))
            and not rule.get("resourceNames")
            for rule in self.rules
        )


def rights_in(connection: Connection, namespace: str) -> Rights:
    """What may be done in a namespace; nothing is known where the cluster does not tell."""
    try:
        told = as_map(json.loads(connection.review("SelfSubjectRulesReview", {"namespace": namespace}).body))
    except (ClusterError, ValueError, RecursionError):
        return Rights()
    status = as_map(told.get("status"))
    rules = tuple(map(as_map, as_list(status.get("resourceRules"))))
    return Rights(rules=rules, whole=not status.get("incomplete"))


def unlocking(connection: Connection, kinds: Iterable[ReadKind], namespaces: Sequence[str]) -> str:
    """The commands that let whoever asked read these kinds: in these namespaces, or everywhere if there are none."""
    return granting(connection, ("get", "list"), sorted({kind.resource for kind in kinds}), namespaces)


def granting(connection: Connection, verbs: Sequence[str], wanted: Sequence[str], namespaces: Sequence[str]) -> str:
    """The commands that let whoever asked do this with these resources: in these namespaces, or everywhere if there are
    none."""
    resources = ",".join(wanted)
    whom = _whom(connection)
    plural = wanted[0].partition(".")[0].replace("/", "-")
    name = f"troubleshoot-{plural}" + (f"-and-{len(wanted) - 1}-more" if wanted[1:] else "")
    if namespaces:
        inside = f" -n {namespaces[0]}"
        others = "; the same in each of the others" if namespaces[1:] else ""
        role, binding, flag = f"role {name}{inside}", f"rolebinding {name}{inside}", "--role"
    else:
        others, role, binding, flag = "", f"clusterrole {name}", f"clusterrolebinding {name}", "--clusterrole"
    create = f"kubectl create {role} --verb={','.join(verbs)} --resource={resources}"
    return f"{create} && kubectl create {binding} {flag}={name} {whom}{others}"


def _whom(connection: Connection) -> str:
    """Who asks, as kubectl takes it, and as a shell does: names of people may hold anything."""
    try:
        told = as_map(json.loads(connection.who().body))
    except (ClusterError, ValueError, RecursionError):
        return "--user=YOU"
    name = str(as_map(as_map(told.get("status")).get("userInfo")).get("username") or "YOU")
    flag = f"--serviceaccount={name.removeprefix(ACCOUNT)}" if name.startswith(ACCOUNT) else f"--user={name}"
    return shlex.quote(flag)
