"""The Kubernetes API server for tests: any objects, over real HTTP, on loopback.

    with ApiServer(objects, faults=[faults.refused("/api/v1/pods*", 429, seconds=1)]) as api:
        subprocess.run(["kubectl", "--kubeconfig", api.kubeconfig(folder / "config"), "get", "pods", "-A"])

It serves discovery, lists in pages with selectors, tables, access reviews, logs, exec, port-forward, the proxy
subresource, and writes with server-side apply and dry run; `faults` makes it fail. It does not watch, knows no schemas
(nothing is defaulted, converted or validated), and runs no controllers.

Why it is our own: of what is published, kmock comes nearest, and it ignores paging, selectors and the forms of answers,
and has neither access rights nor exec; mockernetes replaces the client instead of the server; and there is no package
that brings a real kube-apiserver. So that it is not only agreed with itself, kubectl is tried on it.

Decides who answers a call. Each answer is made in a module of its own.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.kube_api import discovery, executing, forwarding, listing, podlogs
from tests.kube_api.backends import Backends, Proxy, fetch
from tests.kube_api.certificates import Certificates
from tests.kube_api.faults import Fault, Faults
from tests.kube_api.http_server import HttpServer, Upgrade
from tests.kube_api.kinds import Catalogue, Resource
from tests.kube_api.messages import Call, Json, Refused, Reply, Target, not_found, understood, verb
from tests.kube_api.rights import Rights, Row, review
from tests.kube_api.store import Store
from tests.kube_api.websocket import chosen
from tests.kube_api.writing import Refuse, Writer

_NOWHERE = Reply(status=404, body=b"404 page not found\n", kind="text/plain; charset=utf-8")

_ONLY_INSIDE = {15000, 15004, 15053}
"""Ports of a proxy that listen on the pod's own loopback alone: https://istio.io/latest/docs/ops/deployment/
application-requirements/."""


class ApiServer:
    """A cluster's API. Enter it to start, leave it to stop; leaving raises what went wrong inside.

    - `objects`: plain objects with apiVersion, kind and metadata. They are kept, never changed.
    - `faults`: see `faults`. `fail` adds more later.
    - `logs`: texts by namespace, pod and container. `previous`: those of the containers before.
    - `proxies`: what listens in a pod, by namespace and name: pages, a function, a port or a place on loopback, or one
      of these for each port of the pod. See `backends`.
    - `forbidden`, `roles`: see `rights`.
    - `token`: without this bearer token everything is 401.
    - `tls`: certificates to serve https with. The user then has a certificate, or the token where there is one.
    - `latency`: seconds before each answer.
    - `version`: of Kubernetes. `served`, `missing`: see `kinds.Catalogue`. `aggregated`: discovery in one document.
    - `refuse`: what the validation webhook says against an object.
    """

    def __init__(
        self,
        objects: Iterable[Json],
        *,
        faults: Iterable[Fault] = (),
        logs: podlogs.Logs | None = None,
        previous: podlogs.Logs | None = None,
        proxies: Mapping[tuple[str, str], Proxy] | None = None,
        forbidden: Iterable[Row] = (),
        roles: Collection[Json] | None = None,
        token: str = "",
        tls: Certificates | None = None,
        latency: float = 0.0,
        version: tuple[int, int] = (1, 32),
        served: Mapping[str, Collection[str]] | None = None,
        missing: Collection[str] = (),
        aggregated: bool = True,
        refuse: Refuse = lambda _: "",
    ) -> None:
        objects = list(objects)
        self._catalogue = Catalogue(objects, served or {}, missing)
        self._store = Store(objects, self._catalogue)
        self._rights = Rights(forbidden, roles, version)
        self._backends = Backends(proxies or {})
        self._logs, self._previous = logs or {}, previous or {}
        self._token, self._version, self._aggregated, self._refuse = token, version, aggregated, refuse
        self._faults, self._tls = Faults(faults), tls
        self._http = HttpServer(self._answer, self._faults, latency, tls)

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._http.port}"

    @property
    def requests(self) -> list[tuple[str, str, dict[str, str]]]:
        """Method, path with query, and headers of all that was asked, in the order of arrival."""
        return list(self._http.received)

    @property
    def objects(self) -> list[Json]:
        """What is in the cluster now."""
        return self._store.everything()

    def fail(self, fault: Fault) -> None:
        """One more fault from now on."""
        self._faults.add(fault)

    def kubeconfig(self, path: Path, context: str = "test", namespace: str = "", user: Json | None = None) -> Path:
        """Writes how to get here into a file, beside the contexts that it holds already, and returns its path.

        `user` stands in for the user's stanza: the token where there is one, else the certificate where there is TLS.
        """
        held = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        entry = {"cluster": context, "user": context, **({"namespace": namespace} if namespace else {})}
        cluster = {"server": self.url, **({"certificate-authority": str(self._tls.root)} if self._tls else {})}
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": held.get("current-context", context),
            "clusters": [*held.get("clusters", ()), {"name": context, "cluster": cluster}],
            "users": [*held.get("users", ()), {"name": context, "user": self._user() if user is None else user}],
            "contexts": [*held.get("contexts", ()), {"name": context, "context": entry}],
        }
        path.write_text(json.dumps(config, indent=1), encoding="utf-8")
        path.chmod(0o600)
        return path

    def _user(self) -> Json:
        if self._token:
            return {"token": self._token}
        if self._tls:
            return {"client-certificate": str(self._tls.user), "client-key": str(self._tls.user_key)}
        return {}

    def __enter__(self) -> Self:
        self._http.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, wrong: BaseException | None, at: TracebackType | None) -> None:
        self._http.stop()
        self._backends.stop()
        if self._http.broken and wrong is None:
            raise self._http.broken[0]

    def _answer(self, call: Call) -> Reply | Upgrade:
        known = call.certified if self._tls and not self._token else True
        if self._token and call.headers.get("authorization") != f"Bearer {self._token}":
            known = False
        if not known:
            raise Refused(401, "Unauthorized")
        document = discovery.answer(self._catalogue, self._version, call, aggregated=self._aggregated)
        target = understood(call)
        if document is not None or target is None:
            return document or _NOWHERE
        self._rights.check(call, target)
        resource = self._catalogue.named(target.group, target.resource)
        if resource is None or target.version not in resource.versions:
            return _NOWHERE
        reviewed = review(self._rights, self._catalogue, call, target)
        if reviewed:
            return reviewed
        return self._below(call, target, resource) if target.sub else self._object(call, target, resource)

    def _object(self, call: Call, target: Target, resource: Resource) -> Reply:
        """Reads or writes what a path names."""
        if resource.namespaced and not target.namespace and (target.name or call.method == "POST"):
            raise Refused(404, "the server could not find the requested resource")
        doing = verb(call, target)
        if doing == "get":
            return listing.one(self._store, resource, call, target)
        if doing == "list":
            return listing.many(self._store, resource, call, target)
        if doing == "watch":
            raise Refused(405, "the API server for tests does not watch")
        return Writer(self._store, resource, call, target, self._refuse).answer(doing)

    def _below(self, call: Call, target: Target, resource: Resource) -> Reply | Upgrade:
        """A subresource of a pod."""
        if target.resource != "pods" or target.group or target.sub not in ("log", "exec", "portforward", "proxy"):
            raise Refused(404, "the server could not find the requested resource")
        if target.sub == "proxy":
            return self._proxied(call, target, resource)
        pod = self._pod(target, resource, target.name)
        if target.sub == "log":
            return podlogs.answer(self._logs, self._previous, pod, call)
        container = podlogs.chosen(pod, call.first("container")) if target.sub == "exec" else ""
        if not podlogs.runs(pod, container):
            said = f'container not found ("{container}")' if container else f'pod not found ("{target.name}")'
            return Reply(status=500, body=f"{said}\n".encode(), kind="text/plain; charset=utf-8")
        if not call.upgrades:
            raise Refused(400, "unable to upgrade: websockets alone are spoken here")
        if target.sub == "exec":
            return Upgrade(chosen(call, executing.PROTOCOLS), executing.session(self._backends, call, target))
        protocol = chosen(call, forwarding.PROTOCOLS)
        return Upgrade(protocol, forwarding.session(self._backends, call, target, protocol))

    def _pod(self, target: Target, resource: Resource, name: str) -> Json:
        stored = self._store.get(resource, target.namespace, name)
        if stored is None:
            raise not_found(target)
        return stored.object

    def _proxied(self, call: Call, target: Target, resource: Resource) -> Reply:
        """A page of a pod, fetched from outside of it: what listens on the pod's loopback is not reached."""
        name, _, number = target.name.partition(":")
        self._pod(target, resource, name)
        port = int(number or 80)
        path, _, query = call.url.partition("/proxy")[2].partition("?")
        if port == 15014 and path.startswith("/debug/"):
            return Reply(status=401, body=b"Unauthorized", kind="text/plain; charset=utf-8")
        place = None if port in _ONLY_INSIDE else self._backends.place(target.namespace, name, port)
        try:
            if place is None:
                raise ConnectionRefusedError
            status, kind, body = fetch(place, call.method, f"{path or '/'}?{query}" if query else path or "/")
        except OSError:
            said = f"error trying to reach service: dial tcp {name}:{port}: connect: connection refused"
            raise Refused(503, said) from None
        return Reply(status=status, body=body, kind=kind)
