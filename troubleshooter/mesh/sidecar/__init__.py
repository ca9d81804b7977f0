"""What one sidecar has: what a Sidecar object leaves to it, and the listeners that come of that.

Must not know routes or requests.
"""
