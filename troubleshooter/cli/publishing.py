"""`--publish`: the findings of an audit, kept in the cluster as PolicyReports.

Decides: when that makes sense, and how it is said where it cannot be done. The diagnosis itself stays as it is.
"""

from __future__ import annotations

import argparse

from troubleshooter.cli import output
from troubleshooter.cli.answer import Refused
from troubleshooter.cli.home import reads_cluster
from troubleshooter.cli.knowledge import refusing
from troubleshooter.cli.parsing import program
from troubleshooter.collect.cluster.connection import Limits
from troubleshooter.collect.cluster.contexts import connections
from troubleshooter.collect.cluster.failures import ClusterError, Why
from troubleshooter.collect.cluster.publishing import GROUP, publish
from troubleshooter.model import Diagnosis, Inventory
from troubleshooter.report import policy_reports
from troubleshooter.report.policy_report import MANAGED_BY, NAME, versions_of

_UNLOCK = {
    Why.MISSING: f"this cluster has no PolicyReports; install the CRDs of {GROUP}, or leave --publish out",
    Why.FORBIDDEN: "bind the role in deploy/rbac/reports.yaml, or leave --publish out",
}


def demand_publisher(args: argparse.Namespace) -> None:
    """Raise Refused where --publish cannot come to anything, before something is read."""
    if not args.publish:
        return
    if args.to or args.log or args.paste or args.envoy or args.symptom:
        raise Refused("--publish keeps the findings of an audit, and this is about one request; leave one of them out")
    if args.filename or args.laid_over or args.without:
        raise Refused("--publish writes down what is found in a cluster as it is; leave out -f, --with and --without")
    if len(args.context) > 1:
        raise Refused("--publish writes into one cluster; run it once for each")
    if not reads_cluster(args):
        raise Refused("--publish writes into a cluster, and there is none: name one with --context or --kubeconfig")


def publish_findings(args: argparse.Namespace, diagnosis: Diagnosis, mesh: Inventory) -> None:
    """Write the reports into the cluster that was read.

    Raises:
        Refused: it does not take them.
    """
    limits = Limits(silence=args.request_timeout, whole=max(4 * args.request_timeout, 1))
    reports = list(policy_reports(diagnosis, observed=mesh.observed, versions=versions_of(mesh)))
    if args.namespace and not args.all_namespaces:  # what belongs to no namespace is the whole audit's
        reports = [one for one in reports if one["metadata"].get("namespace") == args.namespace]
    space = "" if args.all_namespaces else args.namespace
    try:
        with refusing():
            (connection,) = connections(args.context, args.kubeconfig, limits)
        written = publish(connection, reports, (MANAGED_BY, NAME), space)
    except ClusterError as error:
        raise Refused(f"the reports cannot be written: {_UNLOCK.get(error.why, error)}") from None
    output.say(f"{program()}: {written} PolicyReport{'' if written == 1 else 's'} written")
