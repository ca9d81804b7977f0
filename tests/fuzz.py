"""Random input for every parser, for as long as one likes: `make fuzz SECONDS=600`.

The property tests of what reads the texts of others run round after round, each with a seed of its own and many more
examples than in `make test`, until the time is over or one fails. A failing round prints its example and its seed.
"""

from __future__ import annotations

import subprocess
import sys
import time

READERS = ("tests/evidence", "tests/collect", "tests/model")
"""The tests of the packages that take up hostile texts."""


def rounds(seconds: float) -> int:
    """Run rounds until the time is over; the exit status is that of the first round that fails, else 0."""
    end, count = time.monotonic() + seconds, 0
    while time.monotonic() < end or not count:
        count += 1
        seed = time.time_ns() % 2**32
        words = (sys.executable, "-m", "pytest", "-q", "-x", "-m", "hypothesis", "--numprocesses", "auto")
        chosen = ("--hypothesis-profile", "fuzz", f"--hypothesis-seed={seed}", "-p", "no:cacheprovider")
        done = subprocess.run((*words, *chosen, *READERS), check=False)
        if done.returncode:
            sys.stdout.write(f"round {count} failed; its seed was {seed}\n")
            return done.returncode
    sys.stdout.write(f"{count} rounds, and nothing raised\n")
    return 0


if __name__ == "__main__":
    sys.exit(rounds(float(sys.argv[1])))
