"""The Secrets that servers of Gateways name: which are not where the gateway's pods are given them from, or lack a key?

Decides from names, places and the names of keys; what a Secret holds under them is never read. Must not know requests.
Sources: `credentialName` in https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings;
`ParseResourceName` in istio/istio pilot/pkg/model/credentials/resource.go; `filterAuthorizedResources` in
pilot/pkg/xds/sds.go there; `ExtractCertInfo`, `ExtractRoot` and `GetCaCert` in
pilot/pkg/credentials/kube/secrets.go there (which keys are looked for, and in which Secret).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from troubleshooter.mesh.basis.index import CORE, Index
from troubleshooter.mesh.gateway.servers import Server
from troubleshooter.mesh.not_modelled.unmodelled import GATEWAY_API
from troubleshooter.model import Object, Raw, as_list, as_map

BY_NAME = frozenset({"SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL"})
"""TLS modes in which a server's certificate may come from a Secret."""

ASKING = frozenset({"MUTUAL", "OPTIONAL_MUTUAL"})
"""Those in which it also needs the certificate of an authority, to check those of clients."""
PAIRS = (frozenset({"cert", "key"}), frozenset({"tls.crt", "tls.key"}))
AUTHORITIES = frozenset({"cacert", "ca.crt"})
"""The names of keys under which istiod looks for a certificate with its key, and for that of an authority."""
OF_AUTHORITY = "-cacert"
"""What the name of a Secret ends with that holds the authority alone; where it is there, no other is looked at."""

SCHEME = "kubernetes://"
REMOTE = "istio/multiCluster"
"""The label of a Secret by which istiod reads another cluster."""
COPIERS = ("reflector.", "replicator.", "kubed.", "config-syncer.")
"""What annotations of Secrets begin with that a controller copies to other namespaces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A Secret as a server names it, in `field` of its Gateway, and where it is looked for. `foreign` where that is not
    the namespace of the pods."""

    field: str
    written: str
    namespace: str
    name: str
    foreign: bool


class Lack(StrEnum):
    """What a Secret has no key for."""

    CERTIFICATE = "no-certificate"
    AUTHORITY = "no-authority"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """A Secret that is there and lacks something, and the field that names it."""

    secret: Object
    lacks: Lack
    field: str


def named_by(server: Server, namespace: str) -> Iterable[Credential]:
    """The Secrets that a server names, as pods of a namespace look for them; nothing for other sources."""
    settings = server.settings or {}
    if server.tls not in BY_NAME:
        return
    place = f"{server.path}.tls"
    written = [(f"{place}.credentialName", settings.get("credentialName"))]
    several = as_list(settings.get("credentialNames"))
    written += [(f"{place}.credentialNames[{n}]", name) for n, name in enumerate(several)]
    for field, name in written:
        text = str(name or "")
        bare = text.removeprefix(SCHEME)
        if bare and "://" not in bare:
            space, slash, own = bare.partition("/")
            home, wanted = (space, own) if slash else (namespace, bare)
            yield Credential(field=field, written=text, namespace=home, name=wanted, foreign=home != namespace)


def missing(index: Index, server: Server, namespace: str) -> Credential | None:
    """The first Secret that a server names and that pods of a namespace do not get: it is not there, where Secrets were
    seen, or lies in another namespace that was seen and grants nothing."""
    return next((c for c in named_by(server, namespace) if _lacks(index, c)), None)


def unfit(index: Index, server: Server, namespace: str) -> Unfit | None:
    """The first Secret that a server names, that stands in the namespace of the pods, and that lacks a key. One without
    any keys was written down without them, and says nothing."""
    for credential in named_by(server, namespace):
        secret = None if credential.foreign else _secret(index, credential)
        if secret is not None and keys_of(secret) and not any(pair <= keys_of(secret) for pair in PAIRS):
            return Unfit(secret=secret, lacks=Lack.CERTIFICATE, field=credential.field)
        if secret is not None and _needs_authority(server):
            held = _of_authority(index, credential, secret)
            if held is not None and keys_of(held) and not keys_of(held) & AUTHORITIES:
                return Unfit(secret=held, lacks=Lack.AUTHORITY, field=credential.field)
    return None


def _needs_authority(server: Server) -> bool:
    """Whether the Secret that a server names has to hold an authority too: nothing else of the server does."""
    elsewhere_named = ("caCertificates", "caCertCredentialName", "credentialNames")
    return server.tls in ASKING and not any((server.settings or {}).get(name) for name in elsewhere_named)


def _of_authority(index: Index, credential: Credential, secret: Object) -> Object | None:
    """The Secret in which the authority is looked for; None where something is there to make one for it."""
    alone = replace(credential, name=f"{credential.name}{OF_AUTHORITY}")
    return _secret(index, alone) or (
        None if _made(index, alone) or any(map(_copied, elsewhere(index, alone))) else secret
    )


def keys_of(secret: Object) -> frozenset[str]:
    """The names of a Secret's keys."""
    return frozenset(as_map(secret.raw.get("data"))) | frozenset(as_map(secret.raw.get("stringData")))


def assumed(index: Index, server: Server, namespace: str) -> Credential | None:
    """The first Secret that a server names and of which nobody can tell whether it is there."""
    return next((c for c in named_by(server, namespace) if not _lacks(index, c) and _secret(index, c) is None), None)


def _secret(index: Index, credential: Credential) -> Object | None:
    return index.get(CORE, "Secret", credential.namespace, credential.name)


def _lacks(index: Index, credential: Credential) -> bool:
    space = credential.namespace
    if credential.foreign:
        grant = (GATEWAY_API, "ReferenceGrant")
        return index.saw(space, grant) and not index.inside(*grant, space)
    seen = _saw_secrets(index, space) and _secret(index, credential) is None
    return seen and not _made(index, credential) and not any(map(_copied, elsewhere(index, credential)))


def _saw_secrets(index: Index, namespace: str) -> bool:
    """Whether the Secrets of a namespace were looked at. Those by which clusters are joined say nothing of the others
    where istiod has told of them."""
    told = index.inventory.remotes_told
    if told and not any(REMOTE not in s.labels for s in index.inside(CORE, "Secret", namespace)):
        return False
    return index.saw_running(CORE, "Secret", namespace)


def elsewhere(index: Index, credential: Credential) -> list[Object]:
    """The Secrets of this name in other namespaces."""
    held = index.all(CORE, "Secret")
    return [s for s in held if s.name == credential.name and s.namespace != credential.namespace]


def _made(index: Index, credential: Credential) -> bool:
    """Whether another object of the namespace is there to make the Secret, as issuers of certificates do."""
    makers = index.custom.get(credential.namespace, ())
    ingresses = index.inside("networking.k8s.io", "Ingress", credential.namespace)
    return any(credential.name in _makes(m) for m in makers) or any(
        as_map(tls).get("secretName") == credential.name for i in ingresses for tls in as_list(i.spec.get("tls"))
    )


def _makes(maker: Object) -> tuple[object, ...]:
    """The names that a Secret may have that a custom resource makes."""
    spec: Raw = maker.spec
    template = as_map(as_map(spec.get("template")).get("metadata"))
    return maker.name, spec.get("secretName"), as_map(spec.get("target")).get("name"), template.get("name")


def _copied(secret: Object) -> bool:
    return any(key.startswith(COPIERS) for key in secret.annotations)
