"""The command whose output `-f -` takes."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from troubleshooter.collect import KUBECTL_COMMAND, InputError, read_inventory

# What kubectl 1.32 prints for several types, and for one type that has one object.
KUBERNETES = """\
apiVersion: v1
items:
- apiVersion: v1
  kind: Namespace
  metadata:
    name: shop
- apiVersion: v1
  kind: Pod
  metadata:
    name: web-1
    namespace: shop
kind: List
metadata:
  resourceVersion: ""
"""
ISTIO = """\
apiVersion: v1
items:
- apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata:
    name: web
    namespace: shop
  spec:
    hosts:
    - web
kind: List
metadata:
  resourceVersion: ""
"""
MESH_CONFIG = """\
apiVersion: v1
items:
- apiVersion: v1
  data:
    mesh: 'trustDomain: cluster.local'
  kind: ConfigMap
  metadata:
    name: istio
    namespace: istio-system
kind: List
metadata:
  resourceVersion: ""
"""
NOTHING = 'apiVersion: v1\nitems: []\nkind: List\nmetadata:\n  resourceVersion: ""\n'


def run(folder: Path, answers: dict[str, str]) -> bytes:
    """What the command prints in a shell where `kubectl` prints these answers, and fails for what has none."""
    shell = shutil.which("sh") or "/bin/sh"
    cases = "".join(f"*' {word} '*) cat <<'END'\n{answer}END\n;;\n" for word, answer in answers.items())
    (folder / "kubectl").write_text(
        f'#!{shell}\ncase " $(echo "$*" | tr , " ") " in\n{cases}*) echo "no such type" >&2; exit 1;;\nesac\n'
    )
    (folder / "kubectl").chmod(0o755)
    environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run([shell, "-c", KUBECTL_COMMAND], capture_output=True, check=False, env=environment).stdout


def test_its_output_is_read(tmp_path: Path) -> None:
    """Lists with `---` between them; the line of a field is that in the whole output."""
    data = run(tmp_path, {"pods": KUBERNETES, "istio-io": ISTIO, "gateway-api": NOTHING, "configmaps": MESH_CONFIG})
    inventory = read_inventory(["-"], stdin=lambda: data)

    assert ["Namespace shop", "Pod shop/web-1", "VirtualService shop/web", "ConfigMap istio-system/istio"] == [
        str(thing) for thing in inventory.objects
    ]
    assert () == inventory.not_checked
    assert (KUBERNETES + "---\n" + ISTIO).splitlines().index("    hosts:") + 1 == inventory.objects[2].line_of(
        "spec.hosts"
    )


def test_part_that_fails_leaves_the_others_whole(tmp_path: Path) -> None:
    """Without the Gateway API its part prints nothing, and everything else is there."""
    data = run(tmp_path, {"pods": KUBERNETES, "istio-io": ISTIO, "configmaps": MESH_CONFIG})

    assert 4 == len(read_inventory(["-"], stdin=lambda: data).objects)


def test_command_that_fails_altogether_is_told(tmp_path: Path) -> None:
    """Nothing but separators is no mesh without objects."""
    data = run(tmp_path, {})

    with pytest.raises(InputError, match="standard input: there is nothing in it"):
        read_inventory(["-"], stdin=lambda: data)


@pytest.mark.parametrize("word", ["secret", "delete", "apply", "patch", "exec"])
def test_it_asks_for_no_secret_and_changes_nothing(word: str) -> None:
    """It only gets, and not Secrets."""
    assert word not in KUBECTL_COMMAND
