"""The manifest for krew as krew checks it, but for what a release knows; and the script that starts the program."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from troubleshooter import __version__

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy" / "krew"
MANIFEST = yaml.safe_load((FOLDER / "troubleshoot.yaml").read_text(encoding="utf-8"))
SPEC = MANIFEST["spec"]
NAMES = ["-".join(one["selector"]["matchLabels"].values()) for one in SPEC["platforms"]]
EACH = pytest.mark.parametrize("platform", SPEC["platforms"], ids=NAMES)


def test_it_is_a_plugin() -> None:
    """Kind, version and name are what krew wants; the name is that of the file."""
    assert ("krew.googlecontainertools.github.com/v1alpha2", "Plugin", "troubleshoot") == (
        MANIFEST["apiVersion"],
        MANIFEST["kind"],
        MANIFEST["metadata"]["name"],
    )


def test_version_is_the_programs() -> None:
    """With the v that krew wants before it."""
    assert f"v{__version__}" == SPEC["version"]


def test_it_says_what_it_is() -> None:
    """In a few words, and in more: krew's index takes at most 50 letters, without a full stop."""
    assert len(SPEC["shortDescription"]) <= 50
    assert not SPEC["shortDescription"].endswith(".")
    assert SPEC["description"]


def test_platforms_differ() -> None:
    """Each system and processor has one archive."""
    chosen = [tuple(one["selector"]["matchLabels"].items()) for one in SPEC["platforms"]]

    assert len(chosen) == len(set(chosen))


@EACH
def test_platform_is_whole(platform: dict[str, Any]) -> None:
    """It has what krew asks for, and chooses by system and processor alone."""
    assert {"selector", "uri", "sha256", "files", "bin"} == set(platform)
    assert {"os", "arch"} == set(platform["selector"]["matchLabels"])
    assert (FOLDER / platform["bin"]).is_file()
    assert platform["bin"] in {one["from"] for one in platform["files"]}


@EACH
def test_what_a_release_knows_is_marked(platform: dict[str, Any]) -> None:
    """Address and sum are marks that krew refuses, until a release puts them in; the archive's name is its own."""
    system, processor = platform["selector"]["matchLabels"].values()

    assert f"RELEASE_ADDRESS/kubectl-troubleshoot_v{__version__}_{system}_{processor}.tar.gz" == platform["uri"]
    assert f"RELEASE_SHA256_{system}_{processor}".upper() == platform["sha256"]
    assert not re.fullmatch("[a-f0-9]{64}", platform["sha256"])


def test_script_starts_the_program_behind_a_link(tmp_path: Path) -> None:
    """Krew links to the script; what it starts lies in lib/ beside it, and is called by kubectl's name."""
    archive, linked = tmp_path / "store" / "v1", tmp_path / "bin"
    program = archive / "lib" / "troubleshooter" / "cli.py"
    program.parent.mkdir(parents=True)
    (program.parent / "__init__.py").touch()
    program.write_text("import sys\ndef main():\n    print(__file__, *sys.argv)\n    return 3\n", encoding="utf-8")
    linked.mkdir()
    (archive / "kubectl-troubleshoot").write_bytes((FOLDER / "kubectl-troubleshoot").read_bytes())
    (archive / "kubectl-troubleshoot").chmod(0o755)
    (linked / "kubectl-troubleshoot").symlink_to("../store/v1/kubectl-troubleshoot")
    environment = {**os.environ, "PYTHON": sys.executable}
    words = [str(linked / "kubectl-troubleshoot"), "walk", "a b"]
    run = subprocess.run(words, capture_output=True, text=True, check=False, env=environment)

    assert (3, f"{program} kubectl-troubleshoot walk a b\n") == (run.returncode, run.stdout)


def test_script_can_be_run() -> None:
    """It is executable in the repository."""
    assert os.access(FOLDER / "kubectl-troubleshoot", os.X_OK)
