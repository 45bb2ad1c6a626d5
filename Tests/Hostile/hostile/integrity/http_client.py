"""A client that asks a web server."""

import socket

from .check import Check
from .questions import Question
from .reading import Left, Pace, Source, take_content
from ..settings import allowed, settings


def small_socket(host, port, chance):
    s = socket.socket()
    try:
        if chance.random() < 0.7:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, chance.choice((4096, 8192, 16_384, 65_536)))
            # With segments larger than that room the kernel would send one now and then, by its timers.
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
        s.settimeout(allowed(settings.patience))
        s.connect((host, port))
    except OSError:
        s.close()
        raise
    return s


def read_http(source, check, may_be_cut):
    """One HTTP answer; whether it was whole, and the connection stays."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = source.line()
        if line is None:
            check.broken(may_be_cut)
            return False
        head += line
    if int(head.split()[1]) == 502 and may_be_cut:
        check.broken(may_be_cut)
        return False
    check.take(head)
    fields = check.fields
    if fields.get("transfer-encoding") == "chunked":
        while True:
            line = source.line()
            if line is None:
                check.broken(may_be_cut)
                return False
            size = int(line, 16)
            if not take_content(source, size, check):
                check.broken(may_be_cut)
                return False
            end = source.take(2)
            if end is None:
                check.broken(may_be_cut)
                return False
            if end != b"\r\n":
                check.fail(f"a chunk ends with {end!r}")
            if not size:
                break
    else:
        left = int(fields.get("content-length", "0"))
        while left:
            data = source.take_some(left)
            if data is None:
                check.broken(may_be_cut)
                return False
            left -= len(data)
            check.take(data)
    check.whole()
    return True


def http_request(question):
    range_field = f"Range: {question.range_value}\r\n" if question.range else ""
    return f"GET {question.target} HTTP/1.1\r\nHost: localhost\r\n{range_field}\r\n".encode()


def http_client(port, tally, chance, may_be_cut=False):
    """One connection to the web server, on which some requests are sent."""
    with small_socket("127.0.0.1", port, chance) as s:
        tally.add(connections=1)
        source = Source(s, allowed(settings.patience))
        for _ in range(chance.choice((1, 1, 2, 4))):
            questions = [Question(chance) for _ in range(chance.choice((1, 1, 1, 2)))]
            s.sendall(b"".join(http_request(question) for question in questions))
            for question in questions:
                source.pace = Pace(chance)
                source.leaves_after = chance.randrange(question.end + 300) if chance.random() < 0.07 else None
                check = Check(question)
                try:
                    whole = read_http(source, check, may_be_cut)
                except Left:
                    tally.add(left=1, bytes=check.count)
                    return
                source.leaves_after = None
                tally.add(bytes=check.count, **{"whole" if whole and not question.must_fail else "broken": 1})
                if not whole:
                    return
