"""The server of a case, from quiet to quiet."""

import collections
import contextlib
import json
import os
import random
import re
import time

from ..failure import expect, Failed
from .fastcgi_client import fastcgi_client
from .swarm import finish, swarm
from ..settings import settings
from ..site import ask, Site


def shown():
    return json.loads(ask("/status.json"))


def kinds_of_descriptors(site):
    folder = f"/proc/{site.pid}/fd"
    counts = collections.Counter()
    for name in os.listdir(folder):
        with contextlib.suppress(FileNotFoundError):
            counts[re.sub(r"\d+", "", os.readlink(os.path.join(folder, name)))] += 1
    return dict(counts)


def settle(site, descriptors):
    """Nothing of all that is left."""
    # Workers that were added while views blocked all stay for ten seconds.
    deadline = time.monotonic() + 15 + 5 * settings.slow
    while True:
        status = shown()
        # The one that asks.
        own = {"requests_active": 1, "connections": 1, "held_bytes": 0}
        left = {name: status[name] - count for name, count in own.items()}
        left["descriptors"] = site.descriptors() - descriptors
        if not any(left.values()):
            break
        expect(time.monotonic() < deadline, f"left behind: {left}, {kinds_of_descriptors(site)}")
        time.sleep(0.05)
    expect(site.process.poll() is None, "ended")
    code, took = site.stop()
    expect(code == 0, f"exit status {code}")


@contextlib.contextmanager
def serve(seed, *arguments, listen=None):
    """The server; what it has logged of a request that a failure names is told with it."""
    with start(seed, *arguments, listen=listen) as site:
        try:
            yield site
        except Failed as error:
            number = re.search(r"seed=(\d+)&", str(error))
            lines = site.log.splitlines()
            lines = [line for line in lines if number and number[0] in line] or ["nothing of it, but", *lines[-2:]]
            raise Failed(f"{error}; it says: {' '.join(lines)}")


def start(seed, *arguments, listen=None):
    chance = random.Random(f"demo {seed}")
    threads = chance.choice((2, 3, 4))
    command = ["--status-path", "/status", "--threads", str(threads), *arguments]
    # With so many that block, and none to help them, the others must wait; with helpers their descriptors stay for a
    # while.
    if settings.seconds < 15 or chance.random() < 0.5:
        command += ["--max-threads", str(threads)]
    return Site(*command, listen=listen)


def quiet(site):
    """How many descriptors there are with nothing under way."""
    # Swift's clock opens some of its own when a view first sleeps.
    ask("/test/slow?n=2", 20)
    for kind in ("elsewhere", "stream"):
        ask(f"/test/erratic?as={kind}&n=1000000", 20)
    time.sleep(0.1)
    return site.descriptors()


def direct(seed, listen=None):
    with serve(seed, listen=listen) as site:
        descriptors = quiet(site)
        tally, threads = swarm(fastcgi_client, seed)
        finish(tally, threads)
        settle(site, descriptors)
        return tally
