"""What a failed line tells of the answer."""

from __future__ import annotations

import pytest

from tests.facts.proxy_pages import case_of, line


@pytest.mark.parametrize(
    ("flags", "expected"), [(["URX"], "used-up"), (["URX", "UF"], "left"), (["UF"], "left"), ([], "left")]
)
def test_whether_retries_were_used_up(flags: list[str], expected: str) -> None:
    """URX alone says so; beside another flag, that flag says what was wrong."""
    assert expected == case_of(line(*flags)).facts["evidence.retries"].word
