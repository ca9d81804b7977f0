"""What somebody reads before a fix is applied."""

from __future__ import annotations

import yaml

from troubleshooter.report.changes_text import Changed, changes_to_text, objects_to_yaml

OLD = {"kind": "PeerAuthentication", "metadata": {"name": "default"}, "spec": {"mtls": {"mode": "STRICT"}}}
NEW = {**OLD, "spec": {"mtls": {"mode": "PERMISSIVE"}}}
NAME = "PeerAuthentication shop/default"


def test_change_is_a_diff() -> None:
    """Fields that change are shown with what stands around them."""
    assert """\
PeerAuthentication shop/default is changed:

  @@ -3,4 +3,4 @@
     name: default
   spec:
     mtls:
  -    mode: STRICT
  +    mode: PERMISSIVE
""" == changes_to_text([Changed(name=NAME, now=OLD, then=NEW)])


def test_new_object_is_shown_whole() -> None:
    """Of an object that is made every line is new."""
    text = changes_to_text([Changed(name=NAME, now=None, then={"kind": "Sidecar", "spec": {}})])

    assert [f"{NAME} is made:", "", "  @@ -0,0 +1,2 @@", "  +kind: Sidecar", "  +spec: {}", ""] == text.split("\n")


def test_deleted_object_is_shown_whole() -> None:
    """Of an object that is deleted every line goes."""
    text = changes_to_text([Changed(name=NAME, now={"kind": "Sidecar"}, then=None)])

    assert [f"{NAME} is deleted:", "", "  @@ -1 +0,0 @@", "  -kind: Sidecar", ""] == text.split("\n")


def test_managers_are_named() -> None:
    """Who writes a field elsewhere would set it back: that is said before the change."""
    managers = (("spec.mtls.mode", "argocd-controller"), ("spec.mtls.mode", "helm"))
    text = changes_to_text([Changed(name=NAME, now=OLD, then=NEW, managers=managers)])

    assert "Written until now by argocd-controller and helm: spec.mtls.mode." in text.splitlines()


def test_hostile_text_is_harmless() -> None:
    """What a terminal would obey is written out, in values, names and managers."""
    evil = {"metadata": {"name": "x\x1b[2Jy"}}
    text = changes_to_text([Changed(name="a\x1bb", now=None, then=evil, managers=(("f\x1b", "m\x1b"),))])

    assert "\x1b" not in text


def test_way_back_reads_as_objects() -> None:
    """The objects of a rollback are YAML documents."""
    assert [OLD, NEW] == list(yaml.safe_load_all(objects_to_yaml([OLD, NEW])))
