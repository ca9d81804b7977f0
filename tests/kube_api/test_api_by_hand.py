"""The API server for tests, started by hand."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

from tests.kube_api.serve import objects

LIST = """
apiVersion: v1
kind: PodList
items:
- metadata: {name: a, namespace: shop}
- metadata: {name: b, namespace: shop}
"""


def test_lists_are_opened(tmp_path: Path) -> None:
    """Their items get the kind, and the namespace that nobody wrote is made."""
    (tmp_path / "pods.yaml").write_text(LIST, encoding="utf-8")
    found = [(each["kind"], each["metadata"]["name"]) for each in objects([tmp_path / "pods.yaml"])]
    assert [("Pod", "a"), ("Pod", "b"), ("Namespace", "shop")] == found


def test_it_serves_until_it_is_interrupted(tmp_path: Path) -> None:
    """It says where, ends without a complaint, and leaves no kubeconfig behind."""
    (tmp_path / "pods.yaml").write_text(LIST, encoding="utf-8")
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-m", "tests.kube_api.serve", str(tmp_path / "pods.yaml")]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            config = Path(process.stdout.readline().strip().removeprefix("export KUBECONFIG="))
            server = json.loads(config.read_text(encoding="utf-8"))["clusters"][0]["cluster"]["server"]
        finally:
            process.send_signal(signal.SIGINT)
        try:
            _, complaint = process.communicate(timeout=10)
        finally:
            process.kill()
    ended = (process.returncode, complaint, config.exists())
    assert (True, (0, "", False)) == (server.startswith("http://127.0.0.1:"), ended)
