"""Connections that are held open, and clients that are slow or leave."""

import time

from ..expectations import check_healthy
from ..failure import Failed
from ..fastcgi import begin, close_all, connect, PARAMS, params, Reader, record, request, send, status, STDIN
from ..registry import attacks
from ..settings import allowed, settings


def hold(beginnings):
    """Opens connections that send this and stay."""
    held = []
    try:
        for data in beginnings:
            s = connect()
            held.append(s)
            if data:
                send(s, data)
        for _ in range(5):
            check_healthy()
            time.sleep(0.05)
    finally:
        close_all(held)


@attacks.case
def one_byte_each_held_open():
    hold([b"\1"] * (settings.workers * 4))


@attacks.case
def idle_keep_alive_held_open():
    held = []
    try:
        for _ in range(settings.workers * 4):
            s = connect()
            held.append(s)
            send(s, request())
            if status(Reader(s).answer()) != 200:
                raise Failed("a keep-alive request was not served")
        check_healthy()
        for s in held[:8]:
            send(s, request())
            if status(Reader(s).answer()) != 200:
                raise Failed("an idle connection was not served again")
    finally:
        close_all(held)


@attacks.case
def silent_connections():
    hold([b""] * 40)


@attacks.case
def http_connections():
    hold([b"GET / HTTP/1.1\r\n\r\n"] * 40)


@attacks.case
def half_a_request_held_open():
    hold([request()[:-5]] * 40)


@attacks.case
def begin_held_open():
    hold([begin()] * 40)


@attacks.case
def half_a_body_held_open():
    hold([begin() + record(PARAMS, params(length=100)) + record(PARAMS) + record(STDIN, b"x" * 50)] * 40)


@attacks.case
def two_hundred_silent_connections():
    hold([b""] * 200)


@attacks.case
def bad_version_byte_then_drip():
    held = [connect() for _ in range(settings.workers * 2)]
    try:
        alive = held
        for _ in range(5):
            alive = [s for s in alive if send(s, b"\2")]
            check_healthy()
            time.sleep(0.2)
    finally:
        close_all(held)


@attacks.case
def drip_fed_request():
    """A legal request one byte at a time is served, and holds nobody up meanwhile."""
    with connect() as s:
        s.settimeout(allowed(2))
        for i, byte in enumerate(request()):
            send(s, bytes([byte]))
            if i % 50 == 0:
                check_healthy()
        if status(Reader(s).answer()) != 200:
            raise Failed("was not served")


@attacks.case
def begin_repeated_replies_unread():
    held = []
    try:
        for _ in range(settings.workers * 2):
            s = connect()
            s.settimeout(0.5)  # Until it is full, however slow the server is.
            held.append(s)
            for first in range(1, 60000, 1000):
                if not send(s, b"".join(begin(rid) for rid in range(first, first + 1000))):
                    break
        check_healthy()
    finally:
        close_all(held)


@attacks.case
def download_never_read():
    held = []
    try:
        for _ in range(settings.workers * 2):
            s = connect()
            held.append(s)
            send(s, request(uri=settings.download.encode()))
        time.sleep(0.3)
        check_healthy()
    finally:
        close_all(held)


@attacks.case
def download_then_leave():
    for _ in range(settings.workers * 4):
        with connect() as s:
            send(s, request(uri=settings.download.encode()))
            s.recv(1000)
