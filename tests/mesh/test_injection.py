"""Who asks for a proxy, and what says no."""

from __future__ import annotations

import pytest

from tests.meshes import mesh, thing
from troubleshooter.mesh.injection.decision import Injection
from troubleshooter.mesh.injection.revisions import only_revision, revisions, same_control_plane

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
        ('istio-injection: "true"', "", "", "mislabelled"),
        ("istio-injection: Enabled", "", "", "mislabelled"),
        ("istio-injection: enable", f'{LABEL}: "true"', "", "mislabelled"),
        ("istio-injection: enable", f'{LABEL}: "false"', "", "opted-out"),
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


def test_webhook_that_knows_another_value() -> None:
    """A value is wrong only where no injector takes it."""
    hook = webhook("own", '{matchLabels: {istio-injection: "true"}}')

    assert "asked" == wish(space('istio-injection: "true"'), pods(), hook).wish
    assert "mislabelled" == wish(space('istio-injection: "yes"'), pods(), hook).wish


def test_webhook_that_takes_every_namespace() -> None:
    """A webhook may take pods of namespaces that carry no label."""
    taken = wish(space(""), pods("tier: web"), BY_DEFAULT)

    assert ("asked", "MutatingWebhookConfiguration") == (taken.wish, getattr(taken.decided_by, "kind", ""))
    assert "not-asked" == wish(space(""), pods("tier: back"), BY_DEFAULT).wish


def test_revision_asked_for() -> None:
    """The namespace's revision outranks the pod's; istio-injection stands for none."""
    assert "canary" == wish(space("istio.io/rev: canary"), pods()).revision
    assert "canary" == wish(space("istio.io/rev: canary"), pods("istio.io/rev: pod")).revision
    assert "pod" == wish(space(""), pods("istio.io/rev: pod")).revision
    assert "" == wish(space("istio-injection: enabled"), pods("istio.io/rev: pod")).revision
    assert "" == wish(space("istio-injection: enabled, istio.io/rev: canary"), pods()).revision


def test_revisions_served() -> None:
    """The labels of webhooks name revisions and tags."""
    tagged = webhook("tagged", "{}", labels="istio.io/rev: v1, istio.io/tag: stable")
    other = thing(
        "MutatingWebhookConfiguration", "other", namespace="", rest="webhooks: [{name: policy.example.com}, 7]"
    )

    assert ("canary", "default", "stable") == revisions(mesh(BY_LABEL, BY_REVISION, tagged, other).index)


def tag(name: str, revision: str, selector: str = "{}") -> str:
    """A revision tag."""
    return webhook(f"tag-{name}", selector, labels=f"istio.io/rev: {revision}, istio.io/tag: {name}")


SWITCHED_OFF = webhook("injector", "{matchLabels: {istio.io/deactivated: never-match}}", labels="istio.io/rev: default")
"""The webhooks of the default revision, once a tag `default` leads elsewhere."""


def istiod(revision: str) -> str:
    """A control plane."""
    labels = f"labels: {{app: istiod, istio.io/rev: {revision}}}"
    return thing("Deployment", f"istiod-{revision}", "template: {}", namespace="istio-system", meta=labels)


@pytest.mark.parametrize(
    ("of_namespace", "of_pod", "expected"),
    [
        ("istio-injection: enabled", "", ""),
        ("istio-injection: enabled, istio.io/rev: canary", "", "namespace-labels canary"),
        ("istio-injection: disabled, istio.io/rev: canary", "", "namespace-labels canary"),
        ("istio-injection: enabled, istio.io/rev: default", "", ""),
        ("istio-injection: off, istio.io/rev: canary", "", ""),
        ("istio-injection: enabled", "istio.io/rev: canary", "pod-revision canary"),
        ("istio.io/rev: v1", "istio.io/rev: canary", "pod-revision canary"),
        ("istio.io/rev: canary", "istio.io/rev: canary", ""),
        ("", "istio.io/rev: canary", ""),
        ("istio-injection: disabled", "istio.io/rev: canary", "pod-asks "),
        ("istio-injection: disabled", f'{LABEL}: "true"', "pod-asks "),
    ],
)
def test_labels_that_contradict_each_other(of_namespace: str, of_pod: str, expected: str) -> None:
    """The label that has no effect is remembered, with the revision that it names."""
    found = wish(space(of_namespace), pods(of_pod)).overruled

    assert expected == (f"{found.conflict} {found.revision}" if found else "")


@pytest.mark.parametrize(
    ("hooks", "expected"),
    [
        ((), None),
        ((BY_REVISION,), True),
        ((BY_REVISION, tag("default", "canary")), False),
        ((BY_REVISION, SWITCHED_OFF, tag("default", "canary")), False),
        ((BY_REVISION, tag("default", "v1")), True),
    ],
)
def test_another_control_plane(hooks: tuple[str, ...], *, expected: bool | None) -> None:
    """Two names may lead to one control plane; without webhooks it is not known."""
    found = wish(space("istio-injection: enabled, istio.io/rev: canary"), pods(), *hooks).overruled

    assert expected is getattr(found, "other", "no conflict")


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ((), None),
        ((istiod("v2"),), False),
        ((istiod("v1"), istiod("v2")), True),
        ((istiod("v2"), BY_REVISION), None),
    ],
)
def test_control_plane_in_sight(seen: tuple[str, ...], *, expected: bool | None) -> None:
    """Without webhooks the Deployments of istiod tell which revisions there are, though not which tags."""
    assert expected is wish(space("istio.io/rev: v1"), pods(), *seen).control_plane


def test_a_proxy_that_only_a_tag_could_bring() -> None:
    """Where istiod of another revision is all that was seen, whether new pods get a proxy is not known."""
    found = mesh(space("istio.io/rev: v1"), pods(), istiod("v2")).workloads.get("Deployment", "shop", "web")

    assert found is not None
    assert (True, False) == (found.representative.proxy, found.representative.proxy_seen)


def test_the_only_revision() -> None:
    """There is one to offer only where all names lead to one control plane."""
    assert "canary" == only_revision(mesh(BY_REVISION, tag("stable", "canary")).index)
    assert "stable" == only_revision(mesh(tag("stable", "canary")).index)
    assert "" == only_revision(mesh(BY_REVISION, BY_LABEL).index)
    assert "canary" == only_revision(mesh(BY_REVISION, SWITCHED_OFF).index)
    assert "v2" == only_revision(mesh(istiod("v2")).index)


def test_a_name_leads_to_itself() -> None:
    """One name needs no webhooks."""
    assert same_control_plane(mesh().index, "canary", "canary") is True
