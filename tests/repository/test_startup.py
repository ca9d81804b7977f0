"""What is asked of every start: the help does not wait for packages that it does not need."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("kubernetes", "msgspec", "yaml", "prompt_toolkit", "durable", "durable_rules_engine")
HELP = """
import sys
from troubleshooter.cli import main
try:
    status = main(["--help"])
except SystemExit as end:
    status = end.code
print(*sorted(sys.modules), sep="\\n", file=sys.stderr)
sys.exit(status)
"""


@pytest.fixture(scope="module")
def help_run() -> subprocess.CompletedProcess[str]:
    """`troubleshoot --help`, with the modules it loaded on standard error."""
    return subprocess.run([sys.executable, "-c", HELP], capture_output=True, text=True, check=False)


def test_help_is_shown(help_run: subprocess.CompletedProcess[str]) -> None:
    """The help ends with status 0 and names the commands."""
    assert (0, True) == (help_run.returncode, "diagnose" in help_run.stdout)


@pytest.mark.parametrize("package", HEAVY)
def test_help_loads_no_heavy_package(help_run: subprocess.CompletedProcess[str], package: str) -> None:
    """The help is shown without loading what only other commands need."""
    assert "troubleshooter.cli" in help_run.stderr.splitlines()
    assert package not in help_run.stderr.splitlines()


WIZARD = """
import sys
import troubleshooter.cli.consult
print("prompt_toolkit" in sys.modules, "troubleshooter.terminal.desk" in sys.modules)
"""


def test_consultation_in_plain_lines_loads_no_screen() -> None:
    """What draws on a terminal is loaded only where somebody sits at one."""
    run = subprocess.run([sys.executable, "-c", WIZARD], capture_output=True, text=True, check=True)

    assert "False True" == run.stdout.strip()


FILES = """
import sys
from troubleshooter.cli import main
main(["diagnose", "-f", "bench/ten-objects.yaml", "--from", "shop/deployment/web", "--to", "http://payments.shop:8080"])
print(*sorted({"kubernetes", "msgspec", "prompt_toolkit", "ssl"} & sys.modules.keys()), file=sys.stderr)
"""


def test_diagnosis_of_files_loads_nothing_of_a_cluster() -> None:
    """What reads a cluster, or draws on a terminal, is not waited for."""
    run = subprocess.run([sys.executable, "-c", FILES], capture_output=True, text=True, check=True)

    assert "" == run.stderr.strip()
