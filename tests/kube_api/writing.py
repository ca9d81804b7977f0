"""Writing: create, update, patch, server-side apply and delete, each also as `dryRun=All`.

Decides what is stored, and refuses what the real server would: a name that is taken, a version that is old, a field
that another manager owns, an object that the validation webhook does not like (`refuse`). It knows no schemas: any
field is accepted, whatever `fieldValidation` says, and nothing is defaulted.

Facts: https://kubernetes.io/docs/reference/using-api/api-concepts/, `k8s.io/apiserver/pkg/registry/generic/registry/
store.go`.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import yaml

from tests.kube_api import fieldsets, ownership, patches
from tests.kube_api.kinds import Resource
from tests.kube_api.messages import Call, Json, Refused, Reply, Target, encoded, not_found
from tests.kube_api.store import Store

Refuse = Callable[[Json], str]
"""What the validation webhook says against an object; "" when it lets it through."""


class Writer:
    """Writes one call to the store."""

    def __init__(self, store: Store, resource: Resource, call: Call, target: Target, refuse: Refuse) -> None:
        self._store, self._resource, self._call, self._target = store, resource, call, target
        self._refuse = refuse
        # Istio's lists are one value each; the Gateway API's and Kubernetes' own are merged by keys.
        self._atomic = resource.custom and resource.group != "gateway.networking.k8s.io"
        self._version = f"{target.group}/{target.version}" if target.group else target.version

    def answer(self, verb: str) -> Reply:
        """What the verb comes to. Raises Refused."""
        if self._call.first("dryRun") not in ("", "All"):
            raise Refused(422, f'dryRun: Unsupported value: "{self._call.first("dryRun")}": supported values: "All"')
        with self._store.lock:
            doing = {"create": self._create, "update": self._update, "patch": self._patch, "delete": self._delete}
            if verb not in doing:
                raise Refused(405, f"the server does not allow this method on the requested resource: {verb}")
            return doing[verb]()

    def _body(self) -> Json:
        """The object that was sent, with the type and the namespace of its path."""
        try:
            each = yaml.load(self._call.body, _Loader) if self._is_apply() else json.loads(self._call.body)  # noqa: S506 - a safe one
        except (ValueError, yaml.YAMLError) as wrong:
            raise Refused(400, f"the object provided is unrecognized: {wrong}") from wrong
        if not isinstance(each, dict) or each.get("kind", self._resource.kind) != self._resource.kind:
            raise Refused(400, f"the object provided is no {self._resource.kind}")
        metadata = dict(each.get("metadata") or {})
        where = self._target.namespace
        if metadata.get("namespace", where) != where:
            said = f"the namespace of the provided object does not match the namespace sent on the request: {where}"
            raise Refused(400, said)
        if self._target.name and metadata.get("name", self._target.name) != self._target.name:
            raise Refused(400, f"the name of the object ({metadata['name']}) does not match the name on the URL")
        metadata |= {"namespace": where} if where else {}
        return {**each, "apiVersion": self._version, "kind": self._resource.kind, "metadata": metadata}

    def _is_apply(self) -> bool:
        return self._call.method == "PATCH" and self._kind() == patches.APPLY

    def _kind(self) -> str:
        return self._call.headers.get("content-type", "").partition(";")[0].strip()

    def _manager(self) -> str:
        agent = self._call.headers.get("user-agent", "unknown").partition("/")[0]
        return self._call.first("fieldManager") or agent

    def _live(self, name: str) -> Json | None:
        stored = self._store.get(self._resource, self._target.namespace, name)
        return stored.object if stored else None

    def _leaves(self, each: Json | None) -> dict[fieldsets.Path, Any]:
        return fieldsets.leaves(each, atomic=self._atomic) if each else {}

    def _create(self) -> Reply:
        each = self._body()
        metadata = each["metadata"]
        if not metadata.get("name") and metadata.get("generateName"):
            metadata["name"] = f"{metadata['generateName']}{uuid.uuid4().hex[:5]}"
        if not metadata.get("name"):
            raise Refused(422, "name or generateName is required")
        if metadata.get("resourceVersion"):
            raise Refused(400, "resourceVersion should not be set on objects to be created")
        if self._live(metadata["name"]):
            named = {"name": metadata["name"], "group": self._target.group, "kind": self._target.resource}
            said = f'{self._resource.full} "{metadata["name"]}" already exists'
            raise Refused(409, said, reason="AlreadyExists", details=named)
        mine = ownership.Share(self._manager(), "Update", self._version, set(self._leaves(each)))
        return self._keep(None, each, [mine], 201)

    def _update(self) -> Reply:
        live = self._live(self._target.name)
        if live is None:
            raise not_found(self._target)
        each = self._body()
        return self._keep_update(live, each)

    def _keep_update(self, live: Json, each: Json) -> Reply:
        asked = each["metadata"].get("resourceVersion")
        if asked and asked != live["metadata"]["resourceVersion"]:
            said = (
                f'Operation cannot be fulfilled on {self._resource.full} "{self._target.name}": the object has been '
                "modified; please apply your changes to the latest version and try again"
            )
            raise Refused(409, said, details={"name": self._target.name, "kind": self._target.resource})
        if not asked and self._resource.custom and self._call.method == "PUT":
            raise Refused(422, "metadata.resourceVersion: Invalid value: 0x0: must be specified for an update")
        held = ownership.shares(live, atomic=self._atomic) if live["metadata"].get("managedFields") else []
        mine = ownership.share_of(held, self._manager(), "Update", self._version)
        ownership.updated(held, mine, self._leaves(live), self._leaves(each))
        return self._keep(live, each, held if live["metadata"].get("managedFields") else [], 200)

    def _patch(self) -> Reply:
        if self._is_apply():
            return self._apply()
        live = self._live(self._target.name)
        if live is None:
            raise not_found(self._target)
        each = patches.patched(live, self._kind(), self._call.body, custom=self._resource.custom)
        return self._keep_update(live, each)

    def _apply(self) -> Reply:
        if not self._call.first("fieldManager"):
            raise Refused(
                422, "PatchOptions.meta.k8s.io is invalid: fieldManager: Required value: is required for apply patch"
            )
        wanted = self._body()
        wanted["metadata"]["name"] = self._target.name
        if wanted["metadata"].get("managedFields"):
            raise Refused(400, "metadata.managedFields must be nil")
        live = self._live(self._target.name)
        held = ownership.shares(live, atomic=self._atomic)
        mine = ownership.share_of(held, self._manager(), "Apply", self._version)
        applied = self._leaves(wanted)
        ownership.settle(held, mine, applied, self._leaves(live), force=self._call.first("force") == "true")
        each: Json = fieldsets.merged(json.loads(encoded(live)) if live else {}, wanted, atomic=self._atomic)
        others = {path for other in held if other is not mine for path in other.fields}
        fieldsets.without(each, mine.fields - set(applied) - others)
        mine.fields = set(applied)
        return self._keep(live, each, held, 200 if live else 201)

    def _keep(self, live: Json | None, each: Json, held: list[ownership.Share], code: int) -> Reply:
        """Stores what came out, unless it is a dry run or nothing changed, and shows it."""
        self._place(each["metadata"].get("namespace", ""))
        if said := self._refuse(each):
            message = f'admission webhook "validation.istio.io" denied the request: {said}'
            raise Refused(400, message, reason="")
        each = {**each, "metadata": _metadata(live, each, ownership.entries(held))}
        if live and _same(live, each):
            each = live
        elif self._call.first("dryRun"):
            before = live["metadata"]["resourceVersion"] if live else None
            each["metadata"] |= {"resourceVersion": before} if before else {}
        else:
            each = self._store.put(self._resource, each).object
        return Reply(status=code, body=encoded({**each, "apiVersion": self._version}))

    def _place(self, namespace: str) -> None:
        if namespace and not self._store.has_namespace(namespace):
            details = {"name": namespace, "kind": "namespaces"}
            raise Refused(404, f'namespaces "{namespace}" not found', details=details)

    def _delete(self) -> Reply:
        live = self._live(self._target.name)
        if live is None:
            raise not_found(self._target)
        metadata = live["metadata"]
        for key, value in (_options(self._call.body).get("preconditions") or {}).items():
            if metadata.get(key) != value:
                raise Refused(
                    409, f"Precondition failed: {key} in precondition: {value}, in object: {metadata.get(key)}"
                )
        if not self._call.first("dryRun"):
            self._store.drop(self._resource, self._target.namespace, self._target.name)
        details = {"name": metadata["name"], "kind": self._target.resource, "uid": metadata["uid"]}
        details |= {"group": self._target.group} if self._target.group else {}
        return Reply(
            body=encoded(
                {
                    "kind": "Status",
                    "apiVersion": "v1",
                    "metadata": {},
                    "status": "Success",
                    "details": details,
                }
            )
        )


class _Loader(yaml.SafeLoader):
    """YAML without dates: a time stays the text that it is."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rules if tag != "tag:yaml.org,2002:timestamp"]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _options(body: bytes) -> Json:
    try:
        found = json.loads(body or b"{}")
    except ValueError as wrong:
        raise Refused(400, f"DeleteOptions are no JSON: {wrong}") from wrong
    return found if isinstance(found, dict) else {}


def _metadata(live: Json | None, each: Json, entries: list[Json]) -> Json:
    """What the server itself says of an object; resourceVersion is left to the store."""
    metadata = {k: v for k, v in each["metadata"].items() if k not in ("managedFields", "resourceVersion", "uid")}
    before: Json = (
        live["metadata"] if live else {"uid": str(uuid.uuid4()), "creationTimestamp": ownership.now(), "generation": 1}
    )
    metadata |= {k: before[k] for k in ("uid", "creationTimestamp", "generation") if k in before}
    if live and "generation" in before and live.get("spec") != each.get("spec"):
        metadata["generation"] = before["generation"] + 1
    return {**metadata, "managedFields": entries} if entries else metadata


def _same(live: Json, each: Json) -> bool:
    """Whether a write changes nothing but versions and times."""

    def plain(one: Json) -> Json:
        metadata = {k: v for k, v in one["metadata"].items() if k not in ("resourceVersion", "managedFields")}
        owned = [{k: v for k, v in e.items() if k != "time"} for e in one["metadata"].get("managedFields") or ()]
        return {**one, "metadata": metadata, "apiVersion": "", "owned": owned}

    return plain(live) == plain(each)
