"""The ways that the clients reach the server."""

import os
import random
import signal
import subprocess
import time

from ..failure import expect, Failed
from ..helpers import free_port
from .fastcgi_client import fastcgi_client
from .http_client import http_client
from .serving import direct, quiet, serve, settle
from .swarm import finish, swarm, Tally
from ..nginx import nginx
from ..registry import integrity
from ..settings import settings


@integrity.case
def unix_socket(seed):
    return direct(seed)


@integrity.case
def tcp(seed):
    return direct(seed, f"127.0.0.1:{free_port()}")


@integrity.case
def behind_nginx(seed):
    with serve(seed) as site:
        os.chmod(site.folder, 0o755)
        os.chmod(site.path, 0o666)
        descriptors = quiet(site)
        with nginx(site.folder, site.path) as port:
            tally, threads = swarm(lambda tally, chance: http_client(port, tally, chance), seed)
            finish(tally, threads)
        settle(site, descriptors)
        return tally


@integrity.case
def past_limits(seed):
    """Limits that cut some of them: each is whole, or looks broken."""
    with serve(seed, "--write-limit", "0.15", "--request-limit", "1.5", "--max-held", "100000000") as site:
        descriptors = quiet(site)
        tally, threads = swarm(lambda tally, chance: fastcgi_client(tally, chance, may_be_cut=True), seed)
        finish(tally, threads)
        settle(site, descriptors)
        return tally


@integrity.case
def while_stopping(seed):
    """A server that is stopped, again and again: what is under way is whole, or looks broken."""
    total, ends = Tally(), time.monotonic() + settings.seconds
    turn = 0
    while time.monotonic() < ends:
        turn += 1
        limit = random.Random(f"{seed} {turn}").choice(("0", "0.1", "1"))
        with serve(f"{seed} {turn}", "--drain-limit", limit) as site:
            tally, threads = swarm(
                lambda tally, chance: fastcgi_client(tally, chance, may_be_cut=True), f"{seed} {turn}", seconds=20)
            time.sleep(random.Random(f"{seed} {turn} t").random() * 1.5 + 0.5)
            tally.stops_at = tally.deadline = time.monotonic()
            site.process.send_signal(signal.SIGTERM)
            try:
                code = site.process.wait(8 * settings.slow)
            except subprocess.TimeoutExpired:
                raise Failed("still there after the signal")
            finish(tally, threads)
            expect(code >= 0, f"exit status {code}")
            total.counts.update(tally.counts)
    return total
