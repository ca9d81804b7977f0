"""The fields of a pod that are kept: those that are ever looked at.

Decides by their names alone, and must not know what a field means. A field that something new looks at must be named
here: a test holds that the diagnosis of every mesh of the knowledge base is the same without the others. `Any` is a
value of any shape, kept whole; lists of maps are named where not all of each map is kept.
"""

from __future__ import annotations

from typing import Any, TypedDict


class Owner(TypedDict, total=False):
    """Who made it."""

    apiVersion: Any
    kind: Any
    name: Any
    controller: Any


class Metadata(TypedDict, total=False):
    """Its name and what was written on it."""

    name: Any
    namespace: Any
    labels: Any
    annotations: Any
    creationTimestamp: Any
    deletionTimestamp: Any
    ownerReferences: list[Owner] | None


class Variable(TypedDict, total=False):
    """A variable of a container; not from where its value is taken."""

    name: Any
    value: Any


class Container(TypedDict, total=False):
    """A container, without resources, mounts and the like."""

    name: Any
    image: Any
    command: Any
    args: Any
    env: list[Variable] | None
    ports: Any
    lifecycle: Any
    livenessProbe: Any
    readinessProbe: Any
    startupProbe: Any
    restartPolicy: Any
    securityContext: Any


class Spec(TypedDict, total=False):
    """What is to run, without volumes, tolerations and the like."""

    containers: list[Container] | None
    initContainers: list[Container] | None
    nodeName: Any
    hostNetwork: Any
    serviceAccountName: Any
    serviceAccount: Any
    hostname: Any
    subdomain: Any
    dnsPolicy: Any
    dnsConfig: Any
    hostAliases: Any
    securityContext: Any
    terminationGracePeriodSeconds: Any
    restartPolicy: Any


class Condition(TypedDict, total=False):
    """A condition, without when it changed."""

    type: Any
    status: Any
    reason: Any
    message: Any


class ContainerStatus(TypedDict, total=False):
    """What became of a container, without the identities of its image."""

    name: Any
    ready: Any
    restartCount: Any
    state: Any
    lastState: Any


class Status(TypedDict, total=False):
    """What became of the pod."""

    phase: Any
    reason: Any
    message: Any
    podIP: Any
    conditions: list[Condition] | None
    containerStatuses: list[ContainerStatus] | None
    initContainerStatuses: list[ContainerStatus] | None


class Parts(TypedDict):
    """What every pod has that is cut; one that lacks a part does not fit."""

    metadata: Metadata
    spec: Spec
    status: Status


class Pod(Parts, total=False):
    """A pod. As an item of a list it may leave its kind to the list."""

    apiVersion: Any
    kind: Any
