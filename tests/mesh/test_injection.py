"""Who asks for a proxy, and what says no."""

from __future__ import annotations

import pytest

from tests.meshes import mesh, thing
from troubleshooter.mesh.injection import Injection, revisions

LABEL, REVISION = "sidecar.istio.io/inject", "istio.io/rev"


def space(labels: str, name: str = "shop") -> str:
    """A Namespace."""
    return thing("Namespace", name, namespace="", meta=f"labels: {{{labels}}}")


def pods(labels: str = "", notes: str = "", spec: str = "", *, namespace: str = "shop") -> str:
    """A Deployment with these labels and annotations of its pods."""
    return thing(
        "Deployment",
        "web",
        f"""
        template:
          metadata: {{labels: {{{labels}}}, annotations: {{{notes}}}}}
          spec: {{containers: [{{name: app}}]{spec}}}
        """,
        namespace=namespace,
    )


def webhook(name: str, namespaces: str, objects: str = "{}", labels: str = "") -> str:
    """An injector's webhook configuration with one webhook."""
    return thing(
        "MutatingWebhookConfiguration",
        name,
        namespace="",
        meta=f"labels: {{{labels}}}",
        rest=f"""
        webhooks:
        - name: rev.namespace.sidecar-injector.istio.io
          namespaceSelector: {namespaces}
          objectSelector: {objects}
        """,
    )


def wish(*texts: str, namespace: str = "shop") -> Injection:
    """What is decided for the Deployment web."""
    found = mesh(*texts).workloads.get("Deployment", namespace, "web")
    assert found is not None
    return found.injection


@pytest.mark.parametrize(
    ("of_namespace", "of_pod", "notes", "expected"),
    [
        ("istio-injection: enabled", "", "", "asked"),
        ("istio-injection: enabled", f'{LABEL}: "true"', "", "asked"),
        ("istio-injection: enabled", f'{LABEL}: "false"', "", "opted-out"),
        ("istio-injection: enabled", f'{LABEL}: "nonsense"', "", "opted-out"),
        ("istio-injection: enabled", f'{LABEL}: "yes"', "", "asked"),
        ("istio-injection: enabled", "", f'{LABEL}: "false"', "opted-out"),
        ("istio-injection: enabled", f'{LABEL}: "true"', f'{LABEL}: "false"', "asked"),
        ("istio-injection: enabled", f'{LABEL}: "false"', f'{LABEL}: "true"', "opted-out"),
        ("istio-injection: disabled", "", "", "namespace-disabled"),
        ("istio-injection: disabled", f'{LABEL}: "true"', "", "overruled"),
        ("istio-injection: disabled", f'{LABEL}: "false"', "", "opted-out"),
        ("", "", "", "not-asked"),
        ("", f'{LABEL}: "true"', "", "asked"),
        ("", "", f'{LABEL}: "true"', "not-asked"),
        ("istio.io/rev: canary", "", "", "asked"),
        ("", "istio.io/rev: canary", "", "asked"),
        ("istio-injection: off", "", "", "not-asked"),
    ],
)
def test_labels_and_annotations(of_namespace: str, of_pod: str, notes: str, expected: str) -> None:
    """The pod's label outranks its annotation; the namespace's no outranks the pod's yes."""
    assert expected == wish(space(of_namespace), pods(of_pod, notes)).wish


def test_namespace_that_was_not_seen() -> None:
    """Without the Namespace it is not known whether a proxy is asked for, unless the pod decides it."""
    assert "not-known" == wish(pods()).wish
    assert "opted-out" == wish(pods(f'{LABEL}: "false"')).wish
    assert "asked" == wish(pods(f'{LABEL}: "true"')).wish


def test_host_network() -> None:
    """A pod on the host's network is never injected."""
    found = wish(space("istio-injection: enabled"), pods(spec=", hostNetwork: true"))

    assert "host-network" == found.wish
    assert "spec.template.spec.hostNetwork" == getattr(found.decided_by, "field", "")


@pytest.mark.parametrize("name", ["kube-system", "kube-public", "kube-node-lease", "local-path-storage"])
def test_namespaces_that_are_never_injected(name: str) -> None:
    """System namespaces get no proxy whatever their labels say."""
    found = wish(space("istio-injection: enabled", name), pods(namespace=name), namespace=name)

    assert "not-asked" == found.wish


@pytest.mark.parametrize(
    ("of_namespace", "of_pod", "place"),
    [
        ("istio-injection: enabled", "", "Namespace metadata.labels.istio-injection"),
        ("istio.io/rev: canary", "", 'Namespace metadata.labels["istio.io/rev"]'),
        ("", f'{LABEL}: "true"', f'Deployment spec.template.metadata.labels["{LABEL}"]'),
        ("", "istio.io/rev: canary", f'Deployment spec.template.metadata.labels["{REVISION}"]'),
        ("istio-injection: enabled", f'{LABEL}: "false"', f'Deployment spec.template.metadata.labels["{LABEL}"]'),
        ("istio-injection: disabled", "", "Namespace metadata.labels.istio-injection"),
        ("", "", "Namespace metadata.labels"),
    ],
)
def test_what_decided(of_namespace: str, of_pod: str, place: str) -> None:
    """The label that decided is pointed at."""
    found = wish(space(of_namespace), pods(of_pod)).decided_by

    assert place == f"{getattr(found, 'kind', '')} {getattr(found, 'field', '')}"


def test_refusal_against_the_namespace() -> None:
    """A pod that refuses in a namespace that asks is remembered as such."""
    refused = pods("", f'{LABEL}: "false"')

    assert wish(space("istio-injection: enabled"), refused).against_namespace
    assert not wish(space(""), refused).against_namespace


BY_LABEL = webhook("injector", "{matchLabels: {istio-injection: enabled}}")
BY_REVISION = webhook(
    "canary", "{matchExpressions: [{key: istio.io/rev, operator: In, values: [canary]}]}", labels="istio.io/rev: canary"
)
BY_DEFAULT = webhook(
    "default", "{matchExpressions: [{key: istio-injection, operator: DoesNotExist}]}", "{matchLabels: {tier: web}}"
)


@pytest.mark.parametrize(
    ("labels", "hook", "expected"),
    [
        ("istio-injection: enabled", BY_LABEL, "asked"),
        ("istio-injection: enabled", BY_REVISION, "revision-mismatch"),
        ("istio.io/rev: canary", BY_REVISION, "asked"),
        ("istio.io/rev: canarry", BY_REVISION, "revision-mismatch"),
        ("", BY_LABEL, "not-asked"),
    ],
)
def test_webhooks(labels: str, hook: str, expected: str) -> None:
    """Where webhooks were seen, one of them has to take the pod."""
    assert expected == wish(space(labels), pods(), hook).wish


def test_webhook_that_takes_every_namespace() -> None:
    """A webhook may take pods of namespaces that carry no label."""
    taken = wish(space(""), pods("tier: web"), BY_DEFAULT)

    assert ("asked", "MutatingWebhookConfiguration") == (taken.wish, getattr(taken.decided_by, "kind", ""))
    assert "not-asked" == wish(space(""), pods("tier: back"), BY_DEFAULT).wish


def test_revision_asked_for() -> None:
    """The pod's revision outranks the namespace's; istio-injection stands for none."""
    assert "canary" == wish(space("istio.io/rev: canary"), pods()).revision
    assert "pod" == wish(space("istio.io/rev: canary"), pods("istio.io/rev: pod")).revision
    assert "" == wish(space("istio-injection: enabled, istio.io/rev: canary"), pods()).revision


def test_revisions_served() -> None:
    """The labels of webhooks name revisions and tags."""
    tagged = webhook("tagged", "{}", labels="istio.io/rev: v1, istio.io/tag: stable")
    other = thing(
        "MutatingWebhookConfiguration", "other", namespace="", rest="webhooks: [{name: policy.example.com}, 7]"
    )

    assert ("canary", "default", "stable") == revisions(mesh(BY_LABEL, BY_REVISION, tagged, other).index)
