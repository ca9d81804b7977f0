"""Edge: durable-rules behind the port, in a worker process with limits of memory and time.

Decides nothing about Istio: definitions and facts go in, firings come out. Knows `model` and `inference.port` only, and
is the one place that imports durable-rules.
"""

from troubleshooter.engine.durable import DurableEngine

__all__ = ["DurableEngine"]
