"""What istiod, its pages and the logs around it tell, as facts: the table of its derivers.

Must not know causes, or how texts are read.
"""

from __future__ import annotations

from troubleshooter.facts.of_evidence.agent_logs import about_agent_log
from troubleshooter.facts.of_evidence.agents_alone import waiting_cases
from troubleshooter.facts.of_evidence.istiod_logs import (
    about_api_access,
    about_keys_fetched,
    about_remote_cluster,
    api_cases,
    cluster_cases,
)
from troubleshooter.facts.of_evidence.out_of_step import step_cases
from troubleshooter.facts.of_evidence.pushed import about_push
from troubleshooter.facts.of_evidence.refusals import refusal_cases
from troubleshooter.facts.of_evidence.registry import about_registry
from troubleshooter.facts.of_evidence.secrets_alone import secret_cases
from troubleshooter.facts.of_evidence.sync import about_sync, sync_cases, version_cases

ABOUT_A_REQUEST = (
    about_agent_log,
    about_api_access,
    about_keys_fetched,
    about_remote_cluster,
    about_registry,
    about_push,
    about_sync,
)

ALONE = (waiting_cases, cluster_cases, api_cases, sync_cases, step_cases, refusal_cases, secret_cases, version_cases)
