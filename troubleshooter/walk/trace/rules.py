"""Which DestinationRules could have decided for a destination, and why each does or does not.

Sources: those of `mesh.routing.destinations`.
"""

from __future__ import annotations

from collections.abc import Iterator

from troubleshooter.mesh.basis import hosts
from troubleshooter.mesh.basis.index import selects
from troubleshooter.mesh.routing.destinations import DestinationRule
from troubleshooter.mesh.service.services import Service
from troubleshooter.model import Considered, Object, as_map, as_words
from troubleshooter.walk.trace.moment import Moment, chosen, lost, not_selected


def looked_up(moment: Moment) -> Iterator[Considered]:
    """Every DestinationRule that covers the destination's host, or whose short host is written like it."""
    cluster = moment.hop.cluster
    if cluster is None or cluster.service is None or not cluster.name.startswith("outbound"):
        return
    service, rule = cluster.service, cluster.rule
    merged = list(rule.objects) if rule else []
    for thing in merged:
        yield _part(thing, rule)
    for thing in moment.mesh.destination_rules.covering(service.host):
        if thing not in merged:
            yield _lost(moment, thing, service, rule)
    short = service.host.partition(".")[0]
    for thing in moment.mesh.destination_rules.all:
        meant = moment.mesh.destination_rules.host_of(thing)
        if str(thing.spec.get("host") or "").lower() == short and not hosts.covers(meant, service.host):
            yield lost(thing.at("spec.host"), f"its host means {meant}, and the destination is {service.host}")


def _part(thing: Object, rule: DestinationRule | None) -> Considered:
    """A rule that decides, alone or merged with others of the same host."""
    if rule is None or len(rule.objects) == 1:
        return chosen(thing.at("spec.host"), "it decides for this host")
    if rule.policy is None or rule.policy.owner is thing:
        return chosen(thing.at("spec.host"), "it is the first of several for this host, which are put together")
    if thing.spec.get("trafficPolicy") is not None:
        why = f"its subsets count; its trafficPolicy does not, as {rule.policy.owner} comes before it"
        return chosen(thing.at("spec.trafficPolicy"), why)
    return chosen(thing.at("spec.subsets"), f"its subsets count, beside {rule.policy.owner}")


def _lost(moment: Moment, thing: Object, service: Service, rule: DestinationRule | None) -> Considered:
    viewer, rules = moment.viewer, moment.mesh.destination_rules
    selector = as_words(as_map(thing.spec.get("workloadSelector")).get("matchLabels"))
    looked = list(dict.fromkeys((viewer, service.namespace, moment.mesh.settings.root_namespace)))
    if selector and thing.namespace != viewer:
        why = f"a rule with a workloadSelector counts in its own namespace only, and the proxy is in {viewer}"
        return lost(thing.at("spec.workloadSelector"), why)
    if selector and not selects(selector, moment.hop.party.labels):
        return not_selected(thing, "spec.workloadSelector", selector, moment.hop.party.workload or "the caller")
    if not rules.visible(thing, viewer):
        return lost(thing.at("spec.exportTo"), f"it is not exported to namespace {viewer}, where the proxy is")
    if thing.namespace not in looked:
        why = f"nobody looks in namespace {thing.namespace} for it: rules are looked for in {', then '.join(looked)}"
        return lost(thing.at("metadata.namespace"), why)
    return _outranked(thing, rules.host_of(thing), looked, rule)


def _outranked(thing: Object, host: str, looked: list[str], rule: DestinationRule | None) -> Considered:
    if rule is None:
        return lost(thing.at("spec.host"), "another rule of its namespace covers the host more specifically")
    first = rule.object
    if first.namespace != thing.namespace:
        why = f"namespace {first.namespace} is looked in before {thing.namespace}, and {first} is found there"
        return lost(thing.at("metadata.namespace"), why if first.namespace in looked else f"{first} is found first")
    if host != rule.host:
        return lost(thing.at("spec.host"), f"its host {host} is less specific than {rule.host} of {first}")
    return lost(thing.at("spec"), f"it is not put together with {first}: their exportTo or workloadSelector differ")
