"""Fixes: rendered from the knowledge, applied to a copy of the inventory, and proved by walking and inferring again.

Decides whether a fix is verified. Knows the facts and the inference, where both sides of the core meet; it must not
know the consultation, and changes nothing outside the copy.
"""
