"""Edge: what the cluster, files, archives and bundles hold, as an inventory, with secrets taken out on the way in.

Decides what was seen and what was not, and why. Knows `model` only; it must not know what the objects mean. The one
place that imports `kubernetes`.
"""

from troubleshooter.collect.errors import InputError, sentence
from troubleshooter.collect.files import Collected, read_input, read_inventory
from troubleshooter.collect.kubectl_command import KUBECTL_COMMAND
from troubleshooter.collect.overlay import overlay

__all__ = ["KUBECTL_COMMAND", "Collected", "InputError", "overlay", "read_input", "read_inventory", "sentence"]
