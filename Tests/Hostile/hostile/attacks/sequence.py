"""Records out of order, of other requests, versions and roles."""

import socket
import struct

from ..expectations import expect_not_served, expect_served
from ..failure import Failed
from ..fastcgi import (
    ABORT, begin, BEGIN, connect, DATA, END, PARAMS, params, Reader, record, request, send, status, STDIN, STDOUT)
from ..registry import attacks


@attacks.case
def begin_then_close():
    expect_not_served(begin(), half_close=True)


@attacks.case
def abort_within_params():
    with connect() as s:
        send(s, begin() + record(PARAMS, params()) + record(ABORT))
        got = Reader(s).answer(2.0)
        if got is not None and got[0]:
            raise Failed("was served")


@attacks.case
def abort_within_body():
    with connect() as s:
        send(s, begin() + record(PARAMS, params(length=10)) + record(PARAMS) + record(STDIN, b"12345") + record(ABORT))
        got = Reader(s).answer(2.0)
        if got is not None and got[0]:
            raise Failed("was served")


@attacks.case
def stdin_before_params_ended():
    expect_not_served(begin() + record(PARAMS, params()) + record(STDIN))


@attacks.case
def bad_version():
    expect_not_served(record(BEGIN, struct.pack(">HB5x", 1, 1), version=2))


@attacks.case
def begin_same_id_twice():
    expect_not_served(begin() + request())


@attacks.case
def begin_with_padding():
    expect_served(begin(pad=8) + request()[16:])


@attacks.case
def empty_params_with_padding():
    expect_served(begin() + record(PARAMS, params()) + record(PARAMS, pad=8) + record(STDIN))


@attacks.case
def empty_stdin_with_padding():
    with connect() as s:
        for _ in range(2):
            send(s, begin() + record(PARAMS, params()) + record(PARAMS) + record(STDIN, pad=3))
            try:
                got = status(Reader(s).answer())
            except socket.timeout:
                got = "nothing"
            if got != 200:
                raise Failed(f"answered {got}")


@attacks.case
def empty_record_of_another_id():
    expect_served(begin() + record(STDIN, rid=2) + request()[16:])


@attacks.case
def pipelined_requests():
    with connect() as s:
        send(s, request(rid=1) + request(rid=2) + request(rid=1))
        reader = Reader(s)
        for rid in (1, 2, 1):
            try:
                got = status(reader.answer(rid=rid))
            except socket.timeout:
                got = "nothing"
            if got != 200:
                raise Failed(f"request {rid} was answered {got}")


@attacks.case
def second_request_meanwhile():
    with connect() as s:
        send(s, begin() + begin(rid=2) + request()[16:])
        reader = Reader(s)
        try:
            got = reader.record(1.0)
            if got is None or got[:2] != (END, 2) or got[2][4] != 1:
                raise Failed(f"the second request was answered {got}")
            if status(reader.answer()) != 200:
                raise Failed("the first request was not served")
        except socket.timeout:
            raise Failed("no answer")


@attacks.case
def roles_other_than_responder():
    for role in (0, 2, 3, 4, 65535):
        with connect() as s:
            send(s, begin(role=role, keep=False) + request()[16:])
            try:
                got = Reader(s).answer(1.0)
            except socket.timeout:
                raise Failed(f"role {role}: no answer")
            if got is None or got[0] or got[1] != 3:
                raise Failed(f"role {role} was answered {got}")


@attacks.case
def data_to_a_responder():
    # What is not for its role is ignored (FastCGI §3.3).
    with connect() as s:
        send(s, begin() + record(PARAMS, params()) + record(PARAMS) + record(DATA, b"x") + record(STDIN))
        try:
            got = Reader(s).answer()
        except socket.timeout:
            raise Failed("no answer")
        if status(got) != 200:
            raise Failed(f"answered {got}")


@attacks.case
def request_id_zero():
    with connect() as s:
        send(s, request(rid=0))
        try:
            got = Reader(s).record(2.0)
        except socket.timeout:
            raise Failed("no reaction within 2 s")
        if got is not None and got[0] == STDOUT:
            raise Failed("was served")


@attacks.case
def only_full_of_0xff():
    expect_not_served(b"\xff" * 1000)
