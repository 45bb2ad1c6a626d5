"""Many clients at once, and what they saw."""

import collections
import random
import threading
import time

from ..failure import Failed
from ..settings import settings


class Tally:
    def __init__(self):
        self.lock = threading.Lock()
        self.counts = collections.Counter()
        self.failures = []
        self.deadline = 0
        # When the server was told to stop, after which it need not accept a connection.
        self.stops_at = float("inf")

    def add(self, **counts):
        with self.lock:
            self.counts.update(counts)

    def __str__(self):
        c = self.counts
        return (f"{c['whole']} whole, {c['broken']} broken, {c['left']} left, {c['bytes'] / 1e6:.0f} MB on "
                f"{c['connections']} connections")


def swarm(client, seed, seconds=None):
    """Runs clients, each with a seed of its own, until the time is over; what they saw."""
    tally = Tally()
    tally.deadline = time.monotonic() + (seconds or settings.seconds)

    def run(number):
        turn = 0
        while time.monotonic() < tally.deadline and not tally.failures:
            own = f"{seed}-{number}-{turn}"
            turn += 1
            try:
                client(tally, random.Random(own))
            except (OSError, Failed) as error:
                # A connection that a stopping server no longer takes.
                if isinstance(error, Failed) or time.monotonic() < tally.stops_at:
                    with tally.lock:
                        tally.failures.append(f"{type(error).__name__}: {error} (client {own})")
                return
            except Exception as error:  # A mistake of this program must not look like success.
                with tally.lock:
                    tally.failures.append(f"{type(error).__name__}: {error!r} (client {own})")
                return

    threads = [threading.Thread(target=run, args=(n,)) for n in range(settings.clients)]
    for thread in threads:
        thread.start()
    return tally, threads


def finish(tally, threads):
    for thread in threads:
        thread.join()
    if tally.failures:
        raise Failed(f"{len(tally.failures)} failures: {tally.failures[0]}")
