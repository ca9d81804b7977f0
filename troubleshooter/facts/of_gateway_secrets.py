"""Facts about the Secrets that Gateways name for their certificates.

Decides where a Secret that is missing may be had from. Must not know requests or causes.
Source: https://istio.io/latest/docs/tasks/traffic-management/ingress/secure-ingress/.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis.index import CORE
from troubleshooter.mesh.gateway.credentials import Credential, Unfit, elsewhere, keys_of, missing, named_by, unfit
from troubleshooter.mesh.gateway.servers import Server
from troubleshooter.mesh.workload.workloads import Workload
from troubleshooter.model import Object, as_map

ISSUER = "cert-manager.io"
OF_TLS = "kubernetes.io/tls"
OF_CERTIFICATES = (OF_TLS, "Opaque", "")
"""Types of Secrets that hold certificates; one without a type is Opaque."""


def about_gateway_secrets(case: CaseBuilder, mesh: Mesh, gateway: Object) -> None:
    """The first server of a Gateway for which none of its workloads finds a Secret that it can use; all of its servers
    where there is none."""
    workloads = mesh.gateways.workloads(gateway)
    servers = mesh.gateways.servers(gateway)
    troubled = next((s for s in servers if _trouble(mesh, s, _spaces(workloads)) is not None), None)
    for server in servers if troubled is None else [troubled]:
        about_secret(case, mesh, server, workloads)


def about_secret(case: CaseBuilder, mesh: Mesh, server: Server, workloads: Iterable[Workload]) -> None:
    """Whether a server's Secret is where the pods of some workload look for it, with the keys that it needs; nothing
    where that is not known."""
    spaces = _spaces(workloads)
    trouble = _trouble(mesh, server, spaces)
    if isinstance(trouble, Credential):
        tell_missing(case, mesh, server, trouble, spaces[0])
    elif trouble is not None:
        _unfit(case, server, trouble)
    else:
        _found(case, mesh, server, spaces)


def _spaces(workloads: Iterable[Workload]) -> list[str]:
    return list(dict.fromkeys(w.namespace for w in workloads))


def _trouble(mesh: Mesh, server: Server, spaces: Sequence[str]) -> Credential | Unfit | None:
    """The Secret of a server that the pods do not get in any of their namespaces, or that lacks a key in all."""
    lacking = [missing(mesh.index, server, space) for space in spaces]
    if lacking and all(lacking):
        return lacking[0]
    flawed = [unfit(mesh.index, server, space) for space in spaces]
    return flawed[0] if flawed and all(flawed) else None


def _found(case: CaseBuilder, mesh: Mesh, server: Server, spaces: Sequence[str]) -> None:
    for credential in (c for space in spaces for c in named_by(server, space)):
        found = mesh.index.get(CORE, "Secret", credential.namespace, credential.name)
        if found is not None and not credential.foreign:
            case.fact("gateway.secret", "found", server.gateway.at(credential.field), found.at())


def about_own_secret(case: CaseBuilder, mesh: Mesh, server: Server, namespace: str) -> None:
    """Whether there is exactly one Secret for TLS beside the pods, which a server could show."""
    secrets = secrets_for_tls(mesh, namespace)
    alone = len(secrets) == 1
    place = server.gateway.at(f"{server.path}.tls")
    case.fact("gateway.own_secret", "one" if alone else "none", place, *(s.at() for s in secrets))
    case.detail("gateway.own_secret", secrets[0].name if alone else "")
    case.detail("gateway.tls_field", f"{server.path}.tls")


def secrets_for_tls(mesh: Mesh, namespace: str) -> list[Object]:
    """The Secrets with a certificate and its key in a namespace."""
    return [s for s in mesh.index.inside(CORE, "Secret", namespace) if s.raw.get("type") == OF_TLS]


def _unfit(case: CaseBuilder, server: Server, found: Unfit) -> None:
    secret = found.secret
    case.role("gateway", server.gateway.at())
    case.fact("gateway.secret", found.lacks, secret.at("data"), server.gateway.at(found.field))
    case.detail("gateway.secret_name", secret.name)
    case.detail("gateway.secret_namespace", secret.namespace)
    case.detail("gateway.secret_server", ", ".join(h.rpartition("/")[2] for h in server.hosts))
    case.detail("gateway.secret_keys", ", ".join(sorted(keys_of(secret))))
    case.detail("gateway.secret_mode", server.tls)


def tell_missing(case: CaseBuilder, mesh: Mesh, server: Server, lost: Credential, namespace: str) -> None:
    """That a Secret is not in a namespace, and where it could be had from."""
    place = server.gateway.at(lost.field)
    case.role("gateway", server.gateway.at())
    others = [s for s in elsewhere(mesh.index, lost) if s.namespace != namespace]
    if lost.foreign:
        foreign = mesh.index.get(CORE, "Secret", lost.namespace, lost.name)
        others = [foreign, *others] if foreign else others
    case.fact("gateway.secret", "not-found", place, *(s.at() for s in others))
    case.fact("gateway.secret_form", "qualified" if lost.foreign else "short", place)
    case.detail("gateway.secret_field", lost.field)
    case.detail("gateway.secret_written", lost.written)
    case.detail("gateway.secret_name", lost.name)
    case.detail("gateway.secret_namespace", namespace)
    case.detail("gateway.secret_server", ", ".join(h.rpartition("/")[2] for h in server.hosts))
    case.detail("gateway.secret_elsewhere", ", ".join(f"{s.namespace}/{s.name}" for s in others))
    case.detail("gateway.secret_source", others[0].namespace if others else lost.namespace)
    certificate = _certificate(mesh, lost, namespace)
    if certificate is not None:
        case.detail("gateway.certificate_name", certificate.name)
        case.detail("gateway.certificate_version", str(certificate.raw.get("apiVersion")))
        case.detail("gateway.certificate_spec", dict(certificate.spec))
        case.detail("gateway.secret_source", certificate.namespace)
    guess = _guess(mesh, lost, namespace)
    case.detail("gateway.secret_guess_name", guess)
    source = "name" if guess else "certificate" if certificate is not None else "copy" if others else "none"
    case.fact("gateway.secret_from", source, place)


def _certificate(mesh: Mesh, lost: Credential, namespace: str) -> Object | None:
    """The Certificate of another namespace that makes a Secret of this name and could stand in this one as well: its
    issuer is there for all namespaces."""
    found = [
        thing
        for space, things in mesh.index.custom.items()
        for thing in things
        if space != namespace and (thing.group, thing.kind) == (ISSUER, "Certificate")
        if thing.spec.get("secretName") == lost.name
        if as_map(thing.spec.get("issuerRef")).get("kind") == "ClusterIssuer"
    ]
    return found[0] if len(found) == 1 else None


def _guess(mesh: Mesh, lost: Credential, namespace: str) -> str:
    """The Secret of the pods' namespace that is probably meant, "" if none is: of this very name where another
    namespace is named, else the only one with nearly this name."""
    held = {s.name for s in mesh.index.inside(CORE, "Secret", namespace) if s.raw.get("type", "") in OF_CERTIFICATES}
    if lost.foreign and lost.name in held:
        return lost.name
    near = difflib.get_close_matches(lost.name, sorted(held), n=2, cutoff=0.8)
    return near[0] if len(near) == 1 and not elsewhere(mesh.index, lost) else ""
