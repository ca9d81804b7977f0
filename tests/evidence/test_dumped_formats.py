"""Access log formats that stand in dumps of proxies."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evidence.envoy.admin_pages import page
from troubleshooter.evidence import AccessLogEntry, Evidence, parse_line, take
from troubleshooter.evidence.dumped_formats import MOST, formats_dumped
from troubleshooter.evidence.envoy.log_formats import log_formats_of
from troubleshooter.model import Exhibit

TEXT = "%START_TIME%|%RESPONSE_CODE%|%RESPONSE_FLAGS%|%REQ(:AUTHORITY)%\n"
LINE = "2026-11-21T10:00:00.000Z|503|UF|payments.shop:8080"
OBJECT = {"code": "%RESPONSE_CODE%", "flags": "%RESPONSE_FLAGS%", "host": "%REQ(:AUTHORITY)%"}
OF_OBJECT = json.dumps({"code": 503, "flags": "UF", "host": "payments.shop:8080"})


def logger(**config: Any) -> dict[str, Any]:
    """An access logger."""
    return {"typed_config": {"@type": "type.googleapis.com/envoy...FileAccessLog", "path": "/dev/stdout", **config}}


def dumped(*loggers: dict[str, Any]) -> Evidence:
    """A dump with a listener whose HTTP connection manager has these access loggers."""
    listener = {"filter_chains": [{"filters": [{"typed_config": {"access_log": list(loggers)}}]}]}
    section = {
        "@type": "type.googleapis.com/envoy.admin.v3.ListenersConfigDump",
        "dynamic_listeners": [{"name": "0.0.0.0_8080", "active_state": {"listener": listener}}],
    }
    return take([Exhibit(name="dump.json", text=json.dumps({"configs": [section]}), origin="")])


@pytest.mark.parametrize(
    ("config", "line"),
    [
        ({"log_format": {"text_format_source": {"inline_string": TEXT}}}, LINE),
        ({"log_format": {"text_format": TEXT}}, LINE),
        ({"log_format": {"json_format": OBJECT}}, OF_OBJECT),
        ({"logFormat": {"textFormatSource": {"inlineString": TEXT}}}, LINE),
        ({"format": TEXT}, LINE),
        ({"typed_json_format": OBJECT}, OF_OBJECT),
    ],
    ids=["text", "text-before-1.17", "json", "as-istioctl-prints", "text-before-1.16", "json-before-1.16"],
)
def test_a_line_in_the_format_of_a_dump_is_read(config: dict[str, Any], line: str) -> None:
    """Wherever Envoy's versions keep it."""
    found = parse_line(line, formats=formats_dumped(dumped(logger(**config))))

    assert isinstance(found, AccessLogEntry)
    assert (503, ("UF",), "payments.shop:8080") == (found.response_code, found.flags, found.authority)


def test_istios_own_format_is_not_read_twice() -> None:
    """What a proxy of Istio writes unless told otherwise is known."""
    assert () == formats_dumped(take([Exhibit(name="a", text=page("config_dump.json"), origin="")]))


def test_a_format_without_status_and_flags_is_no_use() -> None:
    """No failure shows in such a log."""
    assert () == formats_dumped(dumped(logger(format="%START_TIME%")))


def test_few_formats_are_tried() -> None:
    """Each is tried on every line."""
    many = [logger(format=f"{number} {TEXT}") for number in range(3 * MOST)]

    assert MOST == len(formats_dumped(dumped(*many)))


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda held: (
        st.lists(held, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ("access_log", "typed_config", "log_format", "text_format", "json_format", "filters", "filter_chains")
            ),
            held,
            max_size=4,
        )
    ),
)


@given(st.dictionaries(st.sampled_from(("access_log", "filter_chains", "default_filter_chain")), anything))
def test_any_listener_is_read(raw: dict[str, Any]) -> None:
    """A field of another type is as if it were not there."""
    assert all(isinstance(one, str) for one in log_formats_of(raw))
