"""Workloads and their pods: whose a pod is, why it is not ready, and which connections its proxy takes.

Must not know services.
"""
