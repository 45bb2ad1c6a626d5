"""A web server that asks, on FastCGI connections."""

import socket
import struct
import time

from ..fastcgi import connect, END, request, STDOUT
from .check import Check
from .http_client import small_socket
from .questions import Question
from .reading import Left, Pace, Source, take_content
from ..settings import allowed, settings


def read_records(source, rid, check, may_be_cut):
    """One answer in records; whether it was whole. False also at the end of the connection."""
    ended = False
    while True:
        head = source.take(8)
        if head is None:
            check.broken(may_be_cut)
            return False
        version, kind, got, size, pad, _ = struct.unpack(">BBHHBB", head)
        if version != 1:
            if head != b"\xff" * 8:
                check.fail(f"no record: {head!r}")
            rest = source.take(1)
            if rest is not None:
                check.fail("bytes behind the record that breaks it")
            check.broken(may_be_cut)
            return False
        if got != rid:
            check.fail(f"a record of request {got}, not {rid}")
        if kind == STDOUT and size:
            if ended:
                check.fail("content behind the end of the content")
            if not take_content(source, size, check):
                check.broken(may_be_cut)
                return False
            if pad:
                source.take(pad)
        elif kind == STDOUT:
            if ended:
                check.fail("two ends of the content")
            ended = True
        elif kind == END:
            content = source.take(size + pad)
            if content is None or content[:5] != b"\0\0\0\0\0" or size != 8 or not ended:
                check.fail(f"ended with {content!r}")
            check.whole()
            return True
        else:
            check.fail(f"a record of type {kind}")


def fastcgi_client(tally, chance, may_be_cut=False):
    """One connection, on which some requests are sent, one after the other or at once."""
    is_tcp = "/" not in settings.socket
    try:
        s = connect_with(chance)
    except OSError:
        if may_be_cut:
            return
        raise
    with s:
        tally.add(connections=1)
        source = Source(s, allowed(settings.patience))
        rid = chance.randrange(1, 65_000)
        for turn in range(chance.choice((1, 1, 2, 4))):
            questions = [Question(chance) for _ in range(chance.choice((1, 1, 1, 2, 4)))]
            ids = [rid + turn * 10 + number for number in range(len(questions))]
            keeps = [True] * len(questions)
            ends = chance.random() < 0.3
            keeps[-1] = not ends
            data = b"".join(
                request(rid=i, keep=keep, uri=q.target.encode(), extra=q.extra)
                for i, q, keep in zip(ids, questions, keeps))
            try:
                if chance.random() < 0.1:
                    cut = chance.randrange(len(data))
                    s.sendall(data[:cut])
                    time.sleep(chance.random() * 0.02)
                    data = data[cut:]
                s.sendall(data)
                if ends and not is_tcp and chance.random() < 0.3:
                    s.shutdown(socket.SHUT_WR)
            except OSError:
                if turn and may_be_cut:
                    return
                raise
            for number, (i, question) in enumerate(zip(ids, questions)):
                source.pace = Pace(chance)
                leaves = chance.random() < 0.07
                source.leaves_after = chance.randrange(question.end + 300) if leaves else None
                check = Check(question)
                # A connection that a later answer breaks, with requests on it that nobody has read, is reset: TCP drops
                # what it has.
                is_doomed = is_tcp and any(later.must_fail for later in questions[number + 1:])
                try:
                    whole = read_records(source, i, check, may_be_cut or is_doomed)
                except Left:
                    tally.add(left=1, bytes=check.count)
                    if chance.random() < 0.5:
                        # With a reset, on TCP.
                        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    return
                source.leaves_after = None
                tally.add(bytes=check.count, **{"whole" if whole and not check.question.must_fail else "broken": 1})
                if not whole:
                    return
            if not keeps[-1]:
                if source.take(1) is not None:
                    check.fail("bytes behind the last answer")
                return
            source.expect_silence(0.2 if may_be_cut else chance.random() * 0.01, check)


def connect_with(chance):
    """A connection; over TCP, at times, with next to no room for what comes."""
    if "/" in settings.socket:
        return connect(settings.patience)
    host, _, port = settings.socket.rpartition(":")
    return small_socket(host, int(port), chance)
