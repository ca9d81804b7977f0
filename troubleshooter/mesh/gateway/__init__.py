"""Gateways: their servers, the pods that open them, how clients get there, and their certificates' Secrets.

Must not know routes.
"""
