"""The knowledge base is found in a checkout and in a wheel, and is said to be missing where it is."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from troubleshooter.collect import knowledge_home

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the contents of a wheel built from this checkout."""
    built, folder = tmp_path_factory.mktemp("wheel"), tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(built)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def files_in(folder: Path) -> set[Path]:
    """The files below a folder, named from there."""
    return {file.relative_to(folder) for file in folder.rglob("*") if file.is_file()}


def test_a_checkout_uses_its_own_folder() -> None:
    """In a checkout the knowledge base is the folder beside the package."""
    assert ROOT / "knowledge" == knowledge_home.default_knowledge()


def test_a_wheel_carries_the_knowledge_base(site: Path) -> None:
    """The wheel holds the files of the knowledge base, all of them and no others."""
    assert files_in(ROOT / "knowledge") == files_in(site / "troubleshooter" / "_knowledge")


def test_an_installed_program_finds_the_copy_in_its_package(site: Path) -> None:
    """Installed from a wheel, the program uses the copy inside the package."""
    ask = "from troubleshooter.collect.knowledge_home import default_knowledge; print(default_knowledge())"
    run = subprocess.run([sys.executable, "-c", ask], cwd=site, check=True, capture_output=True, text=True)

    assert f"{site / 'troubleshooter' / '_knowledge'}\n" == run.stdout


def test_a_lost_knowledge_base_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is in neither place, the error names both and says what to do."""
    monkeypatch.setattr(knowledge_home, "_PACKAGE", tmp_path / "troubleshooter")

    with pytest.raises(FileNotFoundError) as error:
        knowledge_home.default_knowledge()

    places = f"neither {tmp_path}/troubleshooter/_knowledge nor {tmp_path}/knowledge is a folder"
    assert f"The knowledge base is missing: {places}. Install the program again." == str(error.value)
