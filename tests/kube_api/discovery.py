"""What the cluster says of itself: versions, groups, resources, and as much OpenAPI as kubectl asks for.

Decides the documents of /api, /apis, /version and /openapi/v3, old and aggregated. Must not know any object.

Facts: https://kubernetes.io/docs/concepts/overview/kubernetes-api/; kubectl looks into OpenAPI v3 for the parameter
`fieldValidation` of PATCH (`k8s.io/cli-runtime/pkg/resource/query_param_verifier_v3.go`), so that alone is described.
"""

from __future__ import annotations

from tests.kube_api.kinds import SUBRESOURCES, VERBS, Catalogue, Resource
from tests.kube_api.messages import JSON, Call, Json, Reply, encoded

_REVIEWS = ("authentication.k8s.io", "authorization.k8s.io")


def answer(catalogue: Catalogue, version: tuple[int, int], call: Call, *, aggregated: bool) -> Reply | None:
    """The document at a path; None where it is no document of discovery, or of a group that is not there."""
    parts = call.path.strip("/").split("/")
    if call.method not in ("GET", "HEAD"):
        return None
    if parts == ["version"]:
        return _json(_version(version))
    if call.path in ("/healthz", "/livez", "/readyz"):
        return Reply(body=b"ok", kind="text/plain; charset=utf-8")
    if parts in (["api"], ["apis"]):
        return _groups(catalogue, parts[0], call, aggregated=aggregated)
    if parts[:2] == ["openapi", "v3"]:
        return _openapi(catalogue, parts[2:])
    if parts[0] == "api" and len(parts) == 2:
        return _resources(catalogue, "", parts[1])
    if parts[0] == "apis" and len(parts) == 3:
        return _resources(catalogue, parts[1], parts[2])
    if parts[0] == "apis" and len(parts) == 2 and parts[1] in catalogue.groups():
        return _json({"kind": "APIGroup", "apiVersion": "v1", **_group(parts[1], catalogue.groups()[parts[1]])})
    return None


def _json(document: Json, kind: str = JSON) -> Reply:
    return Reply(body=encoded(document), kind=kind)


def _version(version: tuple[int, int]) -> Json:
    major, minor = version
    return {
        "major": str(major),
        "minor": str(minor),
        "gitVersion": f"v{major}.{minor}.0",
        "gitCommit": "0" * 40,
        "gitTreeState": "clean",
        "buildDate": "2025-01-01T00:00:00Z",
        "goVersion": "go1.23.0",
        "compiler": "gc",
        "platform": "linux/amd64",
    }


def _groups(catalogue: Catalogue, root: str, call: Call, *, aggregated: bool) -> Reply:
    groups = {g: v for g, v in catalogue.groups().items() if bool(g) is (root == "apis")}
    for version in ("v2", "v2beta1"):
        wanted = f"g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList"
        if aggregated and wanted in call.accept.replace(" ", ""):
            items = [_discovered(catalogue, group, versions) for group, versions in groups.items()]
            head: Json = {"kind": "APIGroupDiscoveryList", "apiVersion": f"apidiscovery.k8s.io/{version}"}
            return _json({**head, "metadata": {}, "items": items}, f"{JSON};{wanted}")
    if root == "api":
        cidr = {"clientCIDR": "0.0.0.0/0", "serverAddress": "127.0.0.1"}
        return _json({"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": [cidr]})
    return _json({"kind": "APIGroupList", "apiVersion": "v1", "groups": [_group(g, v) for g, v in groups.items()]})


def _group(group: str, versions: tuple[str, ...]) -> Json:
    named = [{"groupVersion": f"{group}/{v}", "version": v} for v in versions]
    return {"name": group, "versions": named, "preferredVersion": named[0]}


def _verbs(resource: Resource) -> list[str]:
    return ["create"] if resource.group in _REVIEWS or resource.name == "bindings" else list(VERBS)


def _sub_verbs(name: str) -> list[str]:
    return {"log": ["get"], "proxy": list(VERBS)}.get(name, ["create", "get"])


def _discovered(catalogue: Catalogue, group: str, versions: tuple[str, ...]) -> Json:
    """A group as aggregated discovery shows it."""

    def shown(resource: Resource, version: str) -> Json:
        kind = {"group": group, "version": version, "kind": resource.kind}
        made: Json = {
            "resource": resource.name,
            "responseKind": kind,
            "scope": "Namespaced" if resource.namespaced else "Cluster",
            "singularResource": resource.kind.lower(),
            "verbs": _verbs(resource),
        }
        if resource.short:
            made["shortNames"] = list(resource.short)
        subs = SUBRESOURCES.get(resource.name, ()) if not group else ()
        if subs:
            made["subresources"] = [
                {"subresource": s, "responseKind": {**kind, "kind": k}, "verbs": _sub_verbs(s)} for s, k in subs
            ]
        return made

    return {
        "metadata": {"name": group, "creationTimestamp": None} if group else {"creationTimestamp": None},
        "versions": [
            {"version": v, "resources": [shown(r, v) for r in catalogue.within(group, v)], "freshness": "Current"}
            for v in versions
        ],
    }


def _resources(catalogue: Catalogue, group: str, version: str) -> Reply | None:
    """The old way: one document for each version of a group."""
    held = catalogue.within(group, version)
    if not held:
        return None
    rows: list[Json] = []
    for each in held:
        row: Json = {
            "name": each.name,
            "singularName": each.kind.lower(),
            "namespaced": each.namespaced,
            "kind": each.kind,
            "verbs": _verbs(each),
        }
        rows.append({**row, "shortNames": list(each.short)} if each.short else row)
        for sub, kind in SUBRESOURCES.get(each.name, ()) if not group else ():
            rows.append(
                {
                    "name": f"{each.name}/{sub}",
                    "singularName": "",
                    "namespaced": True,
                    "kind": kind,
                    "verbs": _sub_verbs(sub),
                }
            )
    both = f"{group}/{version}" if group else version
    return _json({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": both, "resources": rows})


def _openapi(catalogue: Catalogue, parts: list[str]) -> Reply | None:
    if not parts:
        roots = [
            f"apis/{group}/{version}" if group else f"api/{version}"
            for group, versions in catalogue.groups().items()
            for version in versions
        ]
        return _json({"paths": {root: {"serverRelativeURL": f"/openapi/v3/{root}"} for root in roots}})
    group, version = ("", parts[-1]) if parts[0] == "api" else (parts[1], parts[-1])
    root = "/".join(parts)
    paths = {
        f"/{root}/namespaces/{{namespace}}/{r.name}/{{name}}" if r.namespaced else f"/{root}/{r.name}/{{name}}": {
            "patch": {
                "parameters": [{"name": "fieldValidation", "in": "query", "schema": {"type": "string"}}],
                "x-kubernetes-group-version-kind": {"group": group, "version": version, "kind": r.kind},
                "responses": {},
            }
        }
        for r in catalogue.within(group, version)
    }
    info = {"title": "Kubernetes", "version": "v1"}
    return _json({"openapi": "3.0.0", "info": info, "paths": paths}) if paths else None
