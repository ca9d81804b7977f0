"""The target's hop: its inbound listener, tokens, policies, and what arrives at the application.

Must not know how the request was routed there.
"""
