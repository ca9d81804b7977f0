"""The Istio view of raw objects: hosts, visibility, routes, destinations, endpoints, mTLS, policies, gateways.

Decides what configuration means, indexed once and looked up after. Knows `model` only: no request, no fact, no rule.
"""
