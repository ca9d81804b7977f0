"""The command line: the only place where edges and core are wired.

Decides what the words of a command mean, who is called with them, and the exit status. Everything heavy is imported by
the command that needs it, so that `--help` is quick. Nothing may import this package.
"""

from troubleshooter.cli.main import complete_plugin, main

__all__ = ["complete_plugin", "main"]
