"""Who may do what: rows that forbid, or RBAC roles that allow, and the reviews that tell a client so.

Decides one question, `denied`, and answers SelfSubjectAccessReview and SelfSubjectRulesReview from it;
SelfSubjectReview says who asks.

A row is `(verb, group, resource, namespace)` or has a fifth member, `name`. Each member is a value, `*` for all, or
`!a,b` for all but these. A row for one namespace also forbids to ask the whole cluster, because RBAC only ever adds:
who may list everywhere may list there. The namespace "" means requests to the whole cluster alone. Resources are
written as in rules: `pods`, `pods/log`.

With `roles` (ClusterRoles count everywhere, Roles in their namespace) only what they allow is allowed: the way to prove
that a role suffices.

Facts: https://kubernetes.io/docs/reference/access-authn-authz/rbac/ and …/authorization/; wording from
`k8s.io/apiserver/pkg/endpoints/handlers/responsewriters/errors.go`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator

from tests.kube_api import protobuf, selectors
from tests.kube_api.kinds import SUBRESOURCES, VERBS, Catalogue
from tests.kube_api.messages import Call, Json, Refused, Reply, Target, encoded, verb

Row = tuple[str, ...]

USER = "tester"
GROUPS = ["system:authenticated"]

_REVIEWS = ("authentication.k8s.io", "authorization.k8s.io")
_UPGRADES = {"pods/exec", "pods/portforward", "pods/attach"}


def _fits(pattern: str, value: str) -> bool:
    if pattern.startswith("!"):
        return value not in pattern[1:].split(",")
    return pattern in ("*", value)


class Rights:
    """What the one user of this cluster may do. `version`: since 1.35 a websocket to a pod needs `create` as well."""

    def __init__(self, forbidden: Iterable[Row], roles: Collection[Json] | None, version: tuple[int, int]) -> None:
        self._forbidden = [tuple(row) for row in forbidden]
        self._roles = roles
        self._version = version

    def check(self, call: Call, target: Target) -> None:
        """Raises Refused (403) for what may not be done."""
        for asked in self._verbs(call, target):
            name = target.name or selectors.only_name(call.first("fieldSelector"))
            if target.sub == "proxy":
                name = name.partition(":")[0]
            if self.denied(asked, target.group, target.full, target.namespace, name):
                raise _forbidden(asked, target, name)

    def _verbs(self, call: Call, target: Target) -> Iterator[str]:
        yield verb(call, target)
        if target.full in _UPGRADES and call.method == "GET" and self._version >= (1, 35):
            yield "create"

    def denied(self, asked: str, group: str, resource: str, namespace: str, name: str) -> bool:
        """Whether a verb on a resource is forbidden. The reviews are open to everybody, as by system:basic-user."""
        if group in _REVIEWS:
            return False
        if self._roles is not None:
            rules = self._rules_for(namespace)
            return not any(_allows(rule, asked, group, resource, name) for rule in rules)
        return any(_forbids(row, asked, (group, resource), namespace, name) for row in self._forbidden)

    def _rules_for(self, namespace: str) -> Iterator[Json]:
        for role in self._roles or ():
            if role["kind"] == "ClusterRole" or (namespace and role["metadata"].get("namespace") == namespace):
                yield from role.get("rules") or ()

    def rules(self, catalogue: Catalogue, namespace: str) -> list[Json]:
        """What SelfSubjectRulesReview says of a namespace."""
        if self._roles is not None:
            return [rule for rule in self._rules_for(namespace) if "resources" in rule]
        if not self._forbidden:
            return [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}]
        made = []
        for each in catalogue.all:
            subs = SUBRESOURCES.get(each.name, ()) if not each.group else ()
            for full in (each.name, *(f"{each.name}/{sub}" for sub, _ in subs)):
                verbs = [v for v in VERBS if not self.denied(v, each.group, full, namespace, "")]
                made += [{"verbs": verbs, "apiGroups": [each.group], "resources": [full]}] if verbs else []
                made += self._by_name(each.group, full, namespace)
        return made

    def _by_name(self, group: str, resource: str, namespace: str) -> Iterator[Json]:
        """The rules for names that a row leaves out."""
        for row in self._forbidden:
            names = row[4][1:].split(",") if len(row) > 4 and row[4].startswith("!") else []
            verbs = [
                v
                for v in VERBS
                if names
                and _forbids(row, v, (group, resource), namespace, "")
                and not self.denied(v, group, resource, namespace, names[0])
            ]
            if verbs:
                yield {"verbs": verbs, "apiGroups": [group], "resources": [resource], "resourceNames": names}


def _forbids(row: Row, asked: str, what: tuple[str, str], namespace: str, name: str) -> bool:
    where, (group, resource) = row[3], what
    placed = _fits(where, namespace) or (not namespace and where != "")
    named = len(row) < 5 or _fits(row[4], name)
    return placed and named and _fits(row[0], asked) and _fits(row[1], group) and _fits(row[2], resource)


def _allows(rule: Json, asked: str, group: str, resource: str, name: str) -> bool:
    def has(key: str, *values: str) -> bool:
        return any(v in rule.get(key, ()) for v in values)

    sub = resource.partition("/")[2]
    named = not rule.get("resourceNames") or name in rule["resourceNames"]
    anything = ("*", resource, f"*/{sub}") if sub else ("*", resource)
    return named and has("verbs", "*", asked) and has("apiGroups", "*", group) and has("resources", *anything)


def _forbidden(asked: str, target: Target, name: str) -> Refused:
    full = f"{target.resource}.{target.group}" if target.group else target.resource
    subject = f'{full} "{name}"' if name else full
    where = f'in the namespace "{target.namespace}"' if target.namespace else "at the cluster scope"
    message = (
        f'{subject} is forbidden: User "{USER}" cannot {asked} resource "{target.full}" '
        f'in API group "{target.group}" {where}'
    )
    details = {"name": name, "group": target.group, "kind": target.resource}
    return Refused(403, message, details={k: v for k, v in details.items() if v})


def review(rights: Rights, catalogue: Catalogue, call: Call, target: Target) -> Reply | None:
    """The answer to a posted review; None for any other resource."""
    if target.group not in _REVIEWS or call.method != "POST":
        return None
    try:
        asked: Json = protobuf.review(call.body) if call.body.startswith(protobuf.MAGIC) else json.loads(call.body)
    except ValueError as wrong:
        raise Refused(400, f"the object provided is unrecognized: {wrong}") from wrong
    if target.resource == "selfsubjectaccessreviews":
        return Reply(status=201, body=encoded({**asked, "status": _access(rights, asked["spec"])}))
    if target.resource == "selfsubjectrulesreviews":
        return Reply(status=201, body=encoded({**asked, "status": _rules(rights, catalogue, asked["spec"])}))
    if target.resource == "selfsubjectreviews":
        return Reply(status=201, body=encoded({**asked, "status": {"userInfo": {"username": USER, "groups": GROUPS}}}))
    return None


def _access(rights: Rights, spec: Json) -> Json:
    asked = spec.get("resourceAttributes")
    if asked is None:
        return {"allowed": True}
    resource = "/".join(filter(None, (asked.get("resource", ""), asked.get("subresource", ""))))
    where = asked.get("namespace", "")
    denied = rights.denied(asked.get("verb", ""), asked.get("group", ""), resource, where, asked.get("name", ""))
    return {"allowed": not denied, **({} if denied else {"reason": "RBAC: allowed"})}


def _rules(rights: Rights, catalogue: Catalogue, spec: Json) -> Json:
    if not spec.get("namespace"):
        raise Refused(400, "no namespace on request")
    reviews = {
        "verbs": ["create"],
        "apiGroups": list(_REVIEWS),
        "resources": ["selfsubjectaccessreviews", "selfsubjectreviews", "selfsubjectrulesreviews"],
    }
    paths = [{"verbs": ["get"], "nonResourceURLs": ["/api", "/api/*", "/apis", "/apis/*", "/version", "/healthz"]}]
    resource_rules = [reviews, *rights.rules(catalogue, spec["namespace"])]
    return {"resourceRules": resource_rules, "nonResourceRules": paths, "incomplete": False}
