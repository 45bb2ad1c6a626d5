"""One process after the other on one socket, under load."""

import time

from ..failure import expect
from ..helpers import Clients
from ..nginx import http, nginx
from ..registry import circumstances
from ..settings import settings
from ..site import get, shared_socket, Site


def restarts(path, listener, ask, times=8, clients=8):
    old = Site("--threads", "4", descriptor=listener.fileno())
    new = None
    try:
        old.wait_until_serving()
        settings.socket = path
        asking = Clients(clients, ask)
        try:
            for _ in range(times):
                new = Site("--threads", "4", descriptor=listener.fileno()).wait_until_serving()
                time.sleep(0.1)
                code, took = old.stop(10)
                expect(code == 0, f"exit status {code}: {old.log[-300:]}")
                expect(took < 2 * settings.slow, f"ended after {took:.1f} s")
                old.__exit__()
                old = new
                time.sleep(0.1)
        finally:
            count = asking.stop()
        return f"{count} requests over {times} restarts"
    finally:
        old.__exit__()
        if new:
            new.__exit__()


@circumstances.case
def restarts_under_load():
    with shared_socket() as (_, path, listener):
        return restarts(path, listener, lambda: get(within=10))


@circumstances.case
def restarts_under_light_load():
    """With pauses, so that no later connection wakes the process that one was left to."""
    def ask():
        time.sleep(0.02)
        start = time.monotonic()
        got = get(within=10)
        took = time.monotonic() - start
        return got if took < 1 * settings.slow else f"answered after {took:.1f} s"
    with shared_socket() as (_, path, listener):
        return restarts(path, listener, ask, times=12, clients=2)


@circumstances.case
def restarts_behind_nginx():
    with shared_socket() as (folder, path, listener):
        with nginx(folder, path) as port:
            return restarts(path, listener, lambda: http(port))
