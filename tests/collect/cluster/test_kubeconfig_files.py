"""What is said of a kubeconfig that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from troubleshooter.collect.cluster.connection import Limits
from troubleshooter.collect.cluster.contexts import connections
from troubleshooter.collect.errors import InputError


def test_a_kubeconfig_that_is_not_there(tmp_path: Path) -> None:
    """A file that was named and does not exist is said not to, and not to be empty."""
    with pytest.raises(InputError, match=r"nothing-here: there is no such file\. Name another"):
        connections((), str(tmp_path / "nothing-here"), Limits())
