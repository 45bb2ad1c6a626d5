"""What must hold of the server: each raises ``Failed`` with what happened instead."""

import socket
import time

from .failure import Failed
from .fastcgi import connect, Reader, request, send, status
from .settings import allowed, settings


def check_healthy():
    """A normal request on a fresh connection is answered in time."""
    start = time.monotonic()
    try:
        s = connect(1.0)
        with s:
            send(s, request(keep=False))
            got = status(Reader(s).answer(1.0))
    except OSError as error:
        raise Failed(f"a normal request met {type(error).__name__}: {error}")
    took = time.monotonic() - start
    if got != 200:
        raise Failed(f"a normal request was answered {got}")
    if took > settings.within:
        raise Failed(f"a normal request took {took:.3f} s")


def exchange(data, within=2.0, half_close=False):
    """Sends data on a new connection and returns the answer to request 1, None if refused, or "silence"."""
    with connect() as s:
        send(s, data)
        if half_close:
            s.shutdown(socket.SHUT_WR)
        try:
            return Reader(s).answer(within)
        except socket.timeout:
            return "silence"


def expect_not_served(data, half_close=False, within=2.0, silence=False):
    """The connection is closed or the request refused, and nothing is served as 200."""
    got = exchange(data, within, half_close)
    if got == "silence":
        if not silence:
            raise Failed(f"no reaction within {allowed(within)} s")
    elif got is not None and got[1] == 0 and status(got) == 200:
        raise Failed("was served")


def expect_served(data, within=2.0):
    got = exchange(data, within)
    if got == "silence":
        raise Failed("no answer")
    if got is None:
        raise Failed("the connection was closed")
    if status(got) != 200:
        raise Failed(f"answered {status(got)}")
