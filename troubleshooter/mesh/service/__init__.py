"""The service registry: hosts, ports and their protocols, endpoints and where they are.

Must not know routes, DestinationRules or policies.
"""
