"""FCGI_GET_VALUES and other management records."""

import socket

from ..expectations import expect_not_served, expect_served
from ..failure import Failed
from ..fastcgi import (
    ask, connect, GET_VALUES, GET_VALUES_RESULT, pair, Reader, record, request, send, status, UNKNOWN_TYPE)
from ..registry import attacks


@attacks.case
def normal_request():
    expect_served(request())


@attacks.case
def get_values_repeated_then_close():
    data = ask([b"FCGI_MAX_CONNS"] * 4, pad=1)
    assert len(data) == 73
    for _ in range(20):
        with connect() as s:
            send(s, data)


@attacks.case
def get_values_two_thousand_names():
    with connect() as s:
        send(s, ask([b"FCGI_MAX_CONNS"] * 2000))
        r = Reader(s).record(2.0)
        if r is not None and r[2].count(b"FCGI_MAX_CONNS") != 1:
            raise Failed("a repeated name was not answered once")


@attacks.case
def get_values_unpadded():
    with connect() as s:
        send(s, ask([b"FCGI_MAX_CONNS", b"FCGI_MAX_REQS", b"FCGI_MPXS_CONNS", b"UNHEARD_OF"]))
        try:
            r = Reader(s).record(1.0)
        except socket.timeout:
            raise Failed("no answer until more bytes come")
        if r is None or r[0] != GET_VALUES_RESULT or r[1] != 0:
            raise Failed(f"answered {r}")
        if pair(b"FCGI_MPXS_CONNS", b"0") not in r[2] or b"UNHEARD_OF" in r[2] or b"FCGI_MAX_REQS" not in r[2]:
            raise Failed(f"answered {r[2]}")
        # The same connection still serves.
        send(s, request())
        if status(Reader(s).answer()) != 200:
            raise Failed("a request after it was not served")


@attacks.case
def get_values_malformed():
    expect_not_served(record(GET_VALUES, b"\xff\xff\xff\xfe\x01A", rid=0))


@attacks.case
def get_values_without_end():
    with connect() as s:
        for _ in range(5000):
            if not send(s, ask([b"FCGI_MAX_CONNS"] * 50)):
                return
    raise Failed("5,000 records on one connection were taken")


@attacks.case
def unknown_management_record_with_body():
    with connect() as s:
        send(s, record(77, b"12345", rid=0) + request())
        reader = Reader(s)
        try:
            first = reader.record(1.0)
            if first is None or first[0] != UNKNOWN_TYPE or first[2][:1] != b"\x4d":
                raise Failed(f"the management record was answered {first}")
            if status(reader.answer()) != 200:
                raise Failed("the request was not served")
        except socket.timeout:
            raise Failed("the request is lost")
