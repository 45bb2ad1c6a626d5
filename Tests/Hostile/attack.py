#!/usr/bin/env python3
"""Attacks a FastCGI socket and checks that it goes on serving.

    attack.py SOCKET [all | NAME... | list | fuzz COUNT SEED] [--uri /bench/hello] [--within 0.1]

SOCKET is a path or HOST:PORT. Each case ends with a normal request on a fresh connection, which must be answered
within the time given. One line for each case: "ok NAME" or "FAIL NAME why". The exit status is 1 after any failure.
For the cases that hold connections open, tell the number of workers with --workers.
"""

import argparse
import os
import random
import socket
import struct
import sys
import time

BEGIN, ABORT, END, PARAMS, STDIN, STDOUT, STDERR, DATA, GET_VALUES, GET_VALUES_RESULT, UNKNOWN_TYPE = range(1, 12)

options = argparse.Namespace()


# --- Records

def record(kind, content=b"", rid=1, pad=0, version=1):
    return struct.pack(">BBHHBB", version, kind, rid, len(content), pad, 0) + content + b"\xee" * pad


def begin(rid=1, role=1, keep=True, pad=0):
    return record(BEGIN, struct.pack(">HB5x", role, keep), rid, pad)


def pair(name, value=b""):
    def size(text):
        return bytes([len(text)]) if len(text) < 128 else struct.pack(">I", len(text) | 0x80000000)
    return size(name) + size(value) + name + value


def params(extra=(), method=b"GET", uri=None, length=None):
    uri = uri or options.uri.encode()
    path, _, query = uri.partition(b"?")
    pairs = [
        (b"REQUEST_METHOD", method), (b"REQUEST_URI", uri), (b"SCRIPT_NAME", path), (b"QUERY_STRING", query),
        (b"SERVER_PROTOCOL", b"HTTP/1.1"), (b"REMOTE_ADDR", b"127.0.0.1"), (b"HTTP_HOST", b"localhost"),
        (b"CONTENT_LENGTH", b"" if length is None else str(length).encode()),
    ]
    return b"".join(pair(n, v) for n, v in pairs + list(extra))


def request(rid=1, keep=True, body=b"", **kw):
    if body and "length" not in kw:
        kw["length"] = len(body)
    out = begin(rid, keep=keep) + record(PARAMS, params(**kw), rid) + record(PARAMS, rid=rid)
    for i in range(0, len(body), 32768):
        out += record(STDIN, body[i:i + 32768], rid)
    return out + record(STDIN, rid=rid)


# --- Connections

class Failed(Exception):
    pass


def connect(timeout=5.0):
    if ":" in options.socket and "/" not in options.socket:
        host, _, port = options.socket.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), timeout)
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(timeout)
    s.connect(options.socket)
    return s


def send(s, data):
    """Sends what the peer takes; a refusal in the middle is the peer's right."""
    try:
        s.sendall(data)
        return True
    except (BrokenPipeError, ConnectionResetError, socket.timeout):
        return False


class Reader:
    def __init__(self, s):
        self.s, self.buffer = s, b""

    def take(self, count, deadline):
        while len(self.buffer) < count:
            left = deadline - time.monotonic()
            if left <= 0:
                raise socket.timeout
            self.s.settimeout(left)
            try:
                piece = self.s.recv(65536)
            except ConnectionResetError:
                piece = b""
            if not piece:
                return None
            self.buffer += piece
        out, self.buffer = self.buffer[:count], self.buffer[count:]
        return out

    def record(self, within):
        """The next record as (type, id, content); None at the end of the connection."""
        deadline = time.monotonic() + within
        head = self.take(8, deadline)
        if head is None:
            return None
        version, kind, rid, size, pad, _ = struct.unpack(">BBHHBB", head)
        if version != 1:
            raise Failed(f"answered with version {version}")
        content = self.take(size + pad, deadline)
        if content is None:
            return None
        return kind, rid, content[:size]

    def answer(self, within=2.0, rid=1):
        """The whole answer to a request: (standard output, protocol status); None if the connection ends first."""
        out = b""
        deadline = time.monotonic() + within
        while True:
            r = self.record(max(0, deadline - time.monotonic()))
            if r is None:
                return None
            kind, got, content = r
            if got == rid and kind == STDOUT:
                out += content
            elif got == rid and kind == END:
                return out, content[4]


def status(answer):
    """The status of an answer: 200 when it names none."""
    if answer is None:
        return None
    head = answer[0].split(b"\r\n\r\n")[0]
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"status:"):
            return int(line.split()[1])
    return 200 if answer[0] else None


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
    if took > options.within:
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
            raise Failed(f"no reaction within {within} s")
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


# --- The cases

cases = {}


def case(function):
    cases[function.__name__.replace("_", "-")] = function
    return function


def ask(names, pad=0):
    return record(GET_VALUES, b"".join(pair(n) for n in names), rid=0, pad=pad)


@case
def normal_request():
    expect_served(request())


@case
def get_values_repeated_then_close():
    data = ask([b"FCGI_MAX_CONNS"] * 4, pad=1)
    assert len(data) == 73
    for _ in range(20):
        with connect() as s:
            send(s, data)


@case
def get_values_two_thousand_names():
    with connect() as s:
        send(s, ask([b"FCGI_MAX_CONNS"] * 2000))
        r = Reader(s).record(2.0)
        if r is not None and r[2].count(b"FCGI_MAX_CONNS") != 1:
            raise Failed("a repeated name was not answered once")


@case
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


@case
def get_values_malformed():
    expect_not_served(record(GET_VALUES, b"\xff\xff\xff\xfe\x01A", rid=0))


@case
def get_values_without_end():
    with connect() as s:
        for _ in range(5000):
            if not send(s, ask([b"FCGI_MAX_CONNS"] * 50)):
                return
    raise Failed("5,000 records on one connection were taken")


@case
def params_two_gigabytes():
    data = begin() + record(PARAMS, b"\x01\xff\xff\xff\xfe")
    assert len(data) == 29
    for _ in range(5):
        expect_not_served(data)
        expect_not_served(data, half_close=True)


@case
def params_name_two_gigabytes():
    expect_not_served(begin() + record(PARAMS, b"\xff\xff\xff\xff\x01"))


@case
def begin_then_close():
    expect_not_served(begin(), half_close=True)


@case
def params_cut_between_pairs():
    whole = params()
    cut = len(pair(b"REQUEST_METHOD", b"GET")) + len(pair(b"REQUEST_URI", options.uri.encode()))
    expect_not_served(begin() + record(PARAMS, whole[:cut]), half_close=True)


@case
def params_cut_within_pair():
    expect_not_served(begin() + record(PARAMS, params()[:-1] + b"\x05\x05A") + record(PARAMS) + record(STDIN))


@case
def abort_within_params():
    with connect() as s:
        send(s, begin() + record(PARAMS, params()) + record(ABORT))
        got = Reader(s).answer(2.0)
        if got is not None and got[0]:
            raise Failed("was served")


@case
def abort_within_body():
    with connect() as s:
        send(s, begin() + record(PARAMS, params(length=10)) + record(PARAMS) + record(STDIN, b"12345") + record(ABORT))
        got = Reader(s).answer(2.0)
        if got is not None and got[0]:
            raise Failed("was served")


@case
def stdin_before_params_ended():
    expect_not_served(begin() + record(PARAMS, params()) + record(STDIN))


@case
def empty_pairs_without_end():
    full = record(PARAMS, b"\0" * 65534)
    before = resident()
    with connect() as s:
        data = begin() + full * 16
        for _ in range(100):
            if not send(s, data if _ == 0 else full * 16):
                break
    grown = resident() - before
    if before and grown > 50_000_000:
        raise Failed(f"memory grew by {grown // 1_000_000} MB")


@case
def one_byte_pairs_without_end():
    with connect() as s:
        for _ in range(200):
            if not send(s, (begin() if _ == 0 else b"") + record(PARAMS, b"\1\0A" * 20000)):
                return
    raise Failed("12 MB of parameters were taken")


@case
def tiny_records_without_end():
    with connect() as s:
        send(s, begin())
        for _ in range(300):
            if not send(s, record(PARAMS, b"\1") * 1 + record(STDIN, rid=2) * 1000):
                return
    raise Failed("300,000 empty records were taken")


@case
def one_byte_each_held_open():
    hold([b"\1"] * (options.workers * 4))


@case
def idle_keep_alive_held_open():
    held = []
    try:
        for _ in range(options.workers * 4):
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


@case
def silent_connections():
    hold([b""] * 40)


@case
def http_connections():
    hold([b"GET / HTTP/1.1\r\n\r\n"] * 40)


@case
def half_a_request_held_open():
    hold([request()[:-5]] * 40)


@case
def begin_held_open():
    hold([begin()] * 40)


@case
def half_a_body_held_open():
    hold([begin() + record(PARAMS, params(length=100)) + record(PARAMS) + record(STDIN, b"x" * 50)] * 40)


@case
def two_hundred_silent_connections():
    hold([b""] * 200)


@case
def bad_version_byte_then_drip():
    held = [connect() for _ in range(options.workers * 2)]
    try:
        alive = held
        for _ in range(5):
            alive = [s for s in alive if send(s, b"\2")]
            check_healthy()
            time.sleep(0.2)
    finally:
        close_all(held)


@case
def bad_version():
    expect_not_served(record(BEGIN, struct.pack(">HB5x", 1, 1), version=2))


@case
def drip_fed_request():
    """A legal request one byte at a time is served, and holds nobody up meanwhile."""
    with connect() as s:
        s.settimeout(2)
        for i, byte in enumerate(request()):
            send(s, bytes([byte]))
            if i % 50 == 0:
                check_healthy()
        if status(Reader(s).answer()) != 200:
            raise Failed("was not served")


@case
def begin_repeated_replies_unread():
    held = []
    try:
        for _ in range(options.workers * 2):
            s = connect(0.5)
            held.append(s)
            for first in range(1, 60000, 1000):
                if not send(s, b"".join(begin(rid) for rid in range(first, first + 1000))):
                    break
        check_healthy()
    finally:
        close_all(held)


@case
def begin_same_id_twice():
    expect_not_served(begin() + request())


@case
def download_never_read():
    held = []
    try:
        for _ in range(options.workers * 2):
            s = connect()
            held.append(s)
            send(s, request(uri=options.download.encode()))
        time.sleep(0.3)
        check_healthy()
    finally:
        close_all(held)


@case
def download_then_leave():
    for _ in range(options.workers * 4):
        with connect() as s:
            send(s, request(uri=options.download.encode()))
            s.recv(1000)


@case
def begin_with_padding():
    expect_served(begin(pad=8) + request()[16:])


@case
def empty_params_with_padding():
    expect_served(begin() + record(PARAMS, params()) + record(PARAMS, pad=8) + record(STDIN))


@case
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


@case
def empty_record_of_another_id():
    expect_served(begin() + record(STDIN, rid=2) + request()[16:])


@case
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


@case
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


@case
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


@case
def equals_sign_in_name():
    expect_not_served(request(extra=[(b"REMOTE_USER=admin", b"x")]))


@case
def nul_in_value():
    expect_not_served(request(extra=[(b"HTTP_X", b"a\0b")]))


@case
def nul_in_name():
    expect_not_served(request(extra=[(b"HTTP\0X", b"a")]))


@case
def empty_name():
    expect_not_served(request(extra=[(b"", b"a")]))


@case
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


@case
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


@case
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


@case
def announced_body_over_the_limit():
    with connect() as s:
        send(s, begin() + record(PARAMS, params(method=b"POST", length=10**12)) + record(PARAMS))
        try:
            got = status(Reader(s).answer())
        except socket.timeout:
            raise Failed("no answer before the body")
        if got != 413:
            raise Failed(f"answered {got}")


@case
def body_shorter_than_announced():
    expect_not_served(request(body=b"123", length=4))


@case
def body_longer_than_announced():
    expect_not_served(request(body=b"12345", length=4))


@case
def data_to_a_responder():
    expect_not_served(begin() + record(PARAMS, params()) + record(PARAMS) + record(DATA, b"x") + record(STDIN))


@case
def request_id_zero():
    with connect() as s:
        send(s, request(rid=0))
        try:
            got = Reader(s).record(2.0)
        except socket.timeout:
            raise Failed("no reaction within 2 s")
        if got is not None and got[0] == STDOUT:
            raise Failed("was served")


@case
def only_full_of_0xff():
    expect_not_served(b"\xff" * 1000)


def close_all(connections):
    for s in connections:
        s.close()


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


def resident():
    """Resident bytes of the server when --pid tells which it is."""
    if not options.pid:
        return 0
    with open(f"/proc/{options.pid}/statm") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def descriptors():
    return len(os.listdir(f"/proc/{options.pid}/fd")) if options.pid else 0


# --- Mutated connections

def seeds():
    yield [begin(), record(PARAMS, params(), pad=5), record(PARAMS), record(STDIN)]
    yield [begin(keep=False), record(PARAMS, params(length=5)), record(PARAMS), record(STDIN, b"12345"), record(STDIN)]
    yield [begin(pad=8), record(PARAMS, params()[:40]), record(PARAMS, params()[40:]), record(PARAMS, pad=1), record(STDIN)]
    yield [ask([b"FCGI_MAX_CONNS", b"FCGI_MPXS_CONNS"], pad=1)] + [begin(), record(PARAMS, params()), record(PARAMS), record(STDIN)]
    yield [begin(), begin(rid=2), record(PARAMS), record(STDIN, b"x", rid=2), record(ABORT, rid=2), record(STDIN)]
    yield [begin(role=2), record(PARAMS), record(STDIN)]
    yield [begin(), record(PARAMS, params()), record(ABORT), begin(rid=3), record(PARAMS, rid=3), record(STDIN, rid=3)]


def mutated(rng, pool):
    records = list(rng.choice(pool))
    for _ in range(rng.randint(0, 2)):
        i, j = rng.randrange(len(records)), rng.randrange(len(records))
        kind = rng.randrange(5)
        if kind == 0:
            records[i], records[j] = records[j], records[i]
        elif kind == 1:
            records.insert(j, records[i])
        elif kind == 2 and len(records) > 1:
            del records[i]
        elif kind == 3:
            records.insert(i, rng.choice(rng.choice(pool)))
        else:
            head = bytearray(records[i])
            head[rng.randint(1, 6)] = rng.choice((0, 1, 2, 5, 9, 127, 128, 255))
            records[i] = bytes(head)
    data = bytearray(b"".join(records))
    for _ in range(rng.randint(0, 3)):
        if not data:
            break
        i = rng.randrange(len(data))
        j = min(len(data), i + rng.randint(0, 30))
        kind = rng.randrange(6)
        if kind == 0:
            data[i] ^= 1 << rng.randrange(8)
        elif kind == 1:
            del data[i:]
        elif kind == 2:
            data[i:i] = data[i:j] * rng.choice((1, 2, 500))
        elif kind == 3:
            data[i:j] = b""
        elif kind == 4:
            data[i:i] = rng.randbytes(rng.randint(1, 16))
        else:
            data[i:i + 4] = rng.choice((b"\xff\xff\xff\xfe", b"\x80\0\0\0", b"\0\0\0\0", b"\x7f\xff\xff\xff"))
    return bytes(data)


def fuzz(count, seed):
    rng = random.Random(seed)
    pool = list(seeds())
    check_healthy()
    memory, open_files = resident(), descriptors()
    for i in range(count):
        data = mutated(rng, pool)
        try:
            with connect(1.0) as s:
                if rng.random() < 0.2 and data:
                    cut = rng.randrange(len(data))
                    send(s, data[:cut])
                    data = data[cut:]
                send(s, data)
                if rng.random() < 0.3:
                    s.settimeout(0.02)
                    try:
                        s.recv(65536)
                    except OSError:
                        pass
            if i % 50 == 49:
                check_healthy()
        except (OSError, Failed) as error:
            raise Failed(f"after connection {i} of seed {seed}: {error}; it sent {data[:200].hex()}")
    check_healthy()
    time.sleep(0.5)
    if options.pid:
        grown = resident() - memory
        if grown > 5_000_000:
            raise Failed(f"memory grew by {grown} bytes")
        if descriptors() > open_files:
            raise Failed(f"{descriptors() - open_files} descriptors more than before")


def run(name, function):
    try:
        function()
        check_healthy()
    except socket.timeout:
        print(f"FAIL {name} timed out", flush=True)
        return False
    except (OSError, Failed) as error:
        print(f"FAIL {name} {error}", flush=True)
        return False
    print(f"ok {name}", flush=True)
    return True


def chosen(parser, what, cases, usual=None):
    """The names of cases that the command line asks for; `usual` are those that "all" stands for, if not all."""
    names = list(usual or cases) if what == ["all"] else what
    unknown = [name for name in names if name not in cases]
    if unknown:
        parser.error(f"no such case: {', '.join(unknown)}")
    return names


def summary(results):
    """Says how many cases went well; the exit status."""
    print(f"{sum(results)} of {len(results)} ok", file=sys.stderr)
    return 0 if all(results) else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("socket", help="a path, or HOST:PORT")
    parser.add_argument("what", nargs="*", default=["all"], help="all, names of cases, list, or fuzz COUNT SEED")
    parser.add_argument("--uri", default="/bench/hello", help="answered 200 at once")
    parser.add_argument("--download", default=None, help="a large download (the URI itself when absent)")
    parser.add_argument("--within", type=float, default=0.1, help="seconds for a normal request")
    parser.add_argument("--workers", type=int, default=8, help="the server's worker threads")
    parser.add_argument("--pid", type=int, default=0, help="the server's process, to watch memory and descriptors")
    parser.parse_args(namespace=options)
    options.download = options.download or options.uri
    if options.what == ["list"]:
        print("\n".join(cases))
        return 0
    if options.what[0] == "fuzz":
        count = int(options.what[1]) if len(options.what) > 1 else 10_000
        seed = int(options.what[2]) if len(options.what) > 2 else 20261121
        return 0 if run(f"fuzz-{count}-{seed}", lambda: fuzz(count, seed)) else 1
    names = chosen(parser, options.what, cases)
    return summary([run(name, cases[name]) for name in names])


if __name__ == "__main__":
    sys.exit(main())
