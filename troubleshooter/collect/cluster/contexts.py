"""Which clusters are meant: contexts of a kubeconfig, or the cluster in which this runs.

Decides: what a cluster is called. The one module that asks the `kubernetes` package for credentials; it is imported
when a cluster is read, and not before.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from troubleshooter.collect.cluster.connection import Connection, Limits
from troubleshooter.collect.errors import InputError, note
from troubleshooter.model import as_list, as_map

WORKERS = 8
"""So many requests to one API server at a time."""

ANOTHER = "Name another: --kubeconfig FILE"
_IN_CLUSTER = "KUBERNETES_SERVICE_HOST"


def connections(contexts: Sequence[str], kubeconfig: str, limits: Limits) -> list[Connection]:
    """One connection for each context, that of kubeconfig's current one if none is named, or to the cluster in which
    this runs. Where there are several, each carries the name of its context.

    Raises:
        InputError: there is no kubeconfig, it has no such context, or its credentials cannot be had.
    """
    named = list(dict.fromkeys(contexts))
    if not named and not kubeconfig and not has_kubeconfig() and os.environ.get(_IN_CLUSTER):
        return [Connection(_in_cluster(), context="in-cluster", limits=limits)]
    return [_connection(name, kubeconfig, limits, several=len(named) > 1) for name in named or [""]]


def _connection(name: str, kubeconfig: str, limits: Limits, *, several: bool) -> Connection:
    client = _of_context(name, kubeconfig)
    context = _named(name, kubeconfig)
    return Connection(
        client,
        name=name if several else "",
        context=str(context.get("name") or name),
        namespace=str(as_map(context.get("context")).get("namespace") or ""),
        limits=limits,
    )


def _named(name: str, kubeconfig: str) -> Mapping[str, Any]:
    """What the kubeconfig says of a context, or of the current one."""
    from kubernetes import config

    all_of_them, current = config.list_kube_config_contexts(_file(kubeconfig))
    return next((one for one in all_of_them if one["name"] == name), current) if name else current


def namespace_of(contexts: Sequence[str], kubeconfig: str) -> str:
    """The namespace that the kubeconfig names for the first of these contexts, or for the current one; "" if none."""
    from kubernetes import config

    try:
        context = _named(next(iter(contexts), ""), kubeconfig)
    except (config.ConfigException, OSError):
        return ""
    return str(as_map(context.get("context")).get("namespace") or "")


def has_kubeconfig() -> bool:
    """Whether there is a file from which kubectl would read its clusters."""
    return any(Path(one).expanduser().is_file() for one in _file("").split(os.pathsep) if one)


def _file(kubeconfig: str) -> str:
    """The kubeconfig, or those that kubectl would merge. The package itself looks at the environment once only, when it
    is imported."""
    return kubeconfig or os.environ.get("KUBECONFIG") or "~/.kube/config"


def context_names(kubeconfig: str) -> list[str]:
    """The contexts of a kubeconfig, or of those that kubectl would read; what cannot be read has none."""
    import yaml

    files = [kubeconfig] if kubeconfig else os.environ.get("KUBECONFIG", "").split(os.pathsep)
    found: list[str] = []
    for file in filter(None, files) if any(files) else [str(Path.home() / ".kube" / "config")]:
        with suppress(OSError, ValueError, yaml.YAMLError):
            held = as_map(yaml.safe_load(Path(file).expanduser().read_text(encoding="utf-8")))
            found += [str(as_map(one).get("name") or "") for one in as_list(held.get("contexts"))]
    return [name for name in dict.fromkeys(found) if name]


def has_cluster() -> bool:
    """Whether there is anything that names a cluster."""
    return has_kubeconfig() or bool(os.environ.get(_IN_CLUSTER))


def _of_context(name: str, kubeconfig: str) -> Any:
    from kubernetes import config

    where = kubeconfig or "your kubeconfig"
    if kubeconfig and not Path(kubeconfig).expanduser().exists():
        raise InputError(note(where, "there is no such file", ANOTHER))
    try:
        with _complaints() as complaints:
            client = config.new_client_from_config(_file(kubeconfig), name or None, persist_config=False)
    except config.ConfigException as error:
        what = f"the context {name} of {where}" if name else where
        unlock = "`kubectl config get-contexts` lists what there is; name one: --context NAME, or files: -f FILE"
        raise InputError(note(what, f"it cannot be used: {error}", unlock)) from None
    except OSError as error:
        raise InputError(note(where, f"it cannot be read: {error.strerror or error}", ANOTHER)) from None
    if complaints:
        unlock = "Run `kubectl get namespaces` to see what it says, then try again"
        raise InputError(note(where, f"there are no credentials: {complaints[0]}", unlock))
    return _ready(client)


def _in_cluster() -> Any:
    from kubernetes import client, config

    settings = client.Configuration()
    try:
        config.load_incluster_config(client_configuration=settings)
    except config.ConfigException as error:
        unlock = "Run the pod with a service account and its token, or name a kubeconfig: --kubeconfig FILE"
        raise InputError(note("the service account of this pod", f"it cannot be used: {error}", unlock)) from None
    return _ready(client.ApiClient(settings))


def _ready(client: Any) -> Any:
    """A client whose pool has room for all workers, and which tells a proxy the password that its URL has, as kubectl
    does. Whoever asks for TLS without a check need not hear of it at each request."""
    import urllib3
    from kubernetes.client import rest

    settings = client.configuration
    url = urlsplit(getattr(settings, "proxy", None) or "")
    if url.username and not getattr(settings, "proxy_headers", None):
        who = f"{unquote(url.username)}:{unquote(url.password or '')}"
        settings.proxy_headers = urllib3.make_headers(proxy_basic_auth=who)
    if not settings.verify_ssl:
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    settings.connection_pool_maxsize = WORKERS
    client.rest_client = rest.RESTClientObject(settings)
    return client


class _Kept(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@contextmanager
def _complaints() -> Iterator[list[str]]:
    """What the package logs while it looks for credentials: of an exec plugin that fails it tells nobody else."""
    kept, root = _Kept(), logging.getLogger()
    others, root.handlers = root.handlers, [kept]
    try:
        yield kept.lines
    finally:
        root.handlers = others
