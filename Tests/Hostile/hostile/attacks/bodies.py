"""Content of requests: more, less and other than announced."""

import socket

from ..expectations import expect_not_served
from ..failure import Failed
from ..fastcgi import begin, connect, PARAMS, params, Reader, record, request, send, status
from ..registry import attacks


@attacks.case
def stdin_of_a_megabyte_unread():
    """A body the view does not read, then another request on the same connection."""
    with connect() as s:
        for _ in range(10):
            send(s, request(method=b"POST", body=b"x" * 1_000_000))
            if status(Reader(s).answer()) not in (200, 405, 413):
                raise Failed("the request with a body was not answered")
            send(s, request())
            if status(Reader(s).answer()) != 200:
                raise Failed("the request after it was not served")


@attacks.case
def body_over_the_limit():
    with connect() as s:
        send(s, request(method=b"POST", body=b"x" * 50_000_000))
        try:
            got = status(Reader(s).answer())
        except socket.timeout:
            raise Failed("no answer")
        # A connection reset may overtake the answer when the peer is still sending.
        if got not in (413, None):
            raise Failed(f"answered {got}")


@attacks.case
def announced_body_over_the_limit():
    with connect() as s:
        send(s, begin() + record(PARAMS, params(method=b"POST", length=10**12)) + record(PARAMS))
        try:
            got = status(Reader(s).answer())
        except socket.timeout:
            raise Failed("no answer before the body")
        if got != 413:
            raise Failed(f"answered {got}")


@attacks.case
def body_shorter_than_announced():
    expect_not_served(request(body=b"123", length=4))


@attacks.case
def body_longer_than_announced():
    expect_not_served(request(body=b"12345", length=4))
