"""Security: what ports accept and proxies send, which tokens and which requests are let in, and by what.

Must not know how a request came to the pod.
"""
