#!/usr/bin/env python3
"""Checks every byte of what the demo serves to many clients at once: views that pause anywhere, clients of every speed.

    integrity.py DEMO [all | NAME... | list] [--seconds 60] [--seed 1] [--clients 40] [--rounds 1] [--slow FACTOR]

DEMO is the program, built with `swift build -c release --product testsite`; its view /test/erratic makes content of which each byte
depends on its place alone. Each case runs for so many seconds, and each round with another seed. One line for each case:
"ok NAME figures", or "FAIL NAME why" with the seed to repeat it. The exit status is 1 after any failure.
"""

import argparse
import collections
import contextlib
import json
import os
import random
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

import attack
import process
from attack import END, STDOUT, Failed, connect, request
from process import Demo, ask, expect

options = argparse.Namespace()
cases = {}
KINDS = ("closure", "closure", "closure", "elsewhere", "texts", "substrings", "bytes", "slices", "iterator", "async", "async",
         "stream", "own", "memory")
MAXIMUM, MAXIMUM_SHIFT = 4_194_304, 2_097_152


def case(function):
    cases[function.__name__.replace("_", "-")] = function
    return function


def all_bytes():
    """What the demo has in ErraticBytes."""
    mask = (1 << 64) - 1
    numbers = (block * 0x9E3779B97F4A7C15 & mask for block in range((MAXIMUM + MAXIMUM_SHIFT) // 16))
    return b"".join(b"%016x" % (number ^ number >> 29) for number in numbers)


# --- What is asked for, and what must come

class Question:
    """One request to the erratic view, by chance, and a check of its answer that sees the bytes as they come."""

    def __init__(self, chance):
        self.kind = chance.choice(KINDS)
        self.size = chance.choice((
            chance.randrange(200), chance.randrange(100_000), 65_504 + chance.randrange(-600, 40), chance.randrange(1_000_000),
            chance.randrange(1_000_000), chance.randrange(MAXIMUM)))
        self.shift = chance.randrange(MAXIMUM_SHIFT)
        self.is_declared = chance.random() < 0.5
        self.end, self.throws, self.range = self.size, False, None
        wish = chance.random()
        if wish < 0.1:
            self.throws = True
            self.end = chance.choice((self.size, chance.randrange(self.size + 1)))
        elif wish < 0.15 and self.is_declared:
            self.end = min(MAXIMUM, max(0, self.size + chance.choice((-1, 1, -70_000, 70_000))))
        elif wish < 0.3 and self.is_declared and self.size:
            self.range = self.random_ranges(chance)
        self.is_stubborn = chance.random() < 0.1
        self.target = f"/test/erratic?as={self.kind}&seed={chance.getrandbits(60)}&n={self.size}&shift={self.shift}"
        for name, wanted in (("size", self.is_declared), ("tag", self.range), ("throws", self.throws),
                             ("stubborn", self.is_stubborn)):
            if wanted:
                self.target += f"&{name}=1"
        if self.end != self.size:
            self.target += f"&end={self.end}"
        # Whether a whole answer is a lie.
        self.must_fail = self.throws or self.is_declared and self.end != self.size

    def random_ranges(self, chance):
        places = sorted(chance.sample(range(self.size + 1), min(self.size + 1, chance.choice((2, 2, 2, 6)))))
        # Ranges that touch would be joined.
        return [(a, b) for a, b in zip(places[::2], places[1::2])][:3]

    @property
    def extra(self):
        """The request's header fields, as the protocol names them."""
        return [(b"HTTP_RANGE", self.range_value.encode())] if self.range else []

    @property
    def range_value(self):
        return "bytes=" + ",".join(f"{a}-{b - 1}" for a, b in self.range)

    def __str__(self):
        return self.target + (f" Range: {self.range_value}" if self.range else "")


class Check:
    """Takes the answer to a question, byte by byte if need be."""

    def __init__(self, question):
        self.question, self.head, self.count = question, b"", 0
        self.status = None
        # What is still to come, as pieces of the known bytes, or None while that is not known.
        self.expected = None

    def fail(self, why):
        raise Failed(f"{why}: {self.question}")

    def take(self, data):
        if self.status is None:
            self.head += data
            end = self.head.find(b"\r\n\r\n")
            if end < 0:
                if len(self.head) > 70_000:
                    self.fail("a head without end")
                return
            self.head, data = self.head[:end + 2], self.head[end + 4:]
            self.take_head()
        self.take_content(data)

    def take_head(self):
        lines = self.head.decode("latin-1").split("\r\n")[:-1]
        self.fields = {}
        for line in lines:
            name, colon, value = line.partition(":")
            if colon:
                self.fields[name.lower()] = value.strip()
        first = lines[0].split()
        self.status = int(first[1]) if len(first) > 1 else 0
        q = self.question
        if q.must_fail and self.status == 500:
            return
        if self.status != (206 if q.range else 200):
            self.fail(f"answered {self.status}")
        length = self.fields.get("content-length")
        self.expected = collections.deque()
        if q.range and len(q.range) > 1:
            boundary = re.search(r'boundary="?([^";]+)', self.fields["content-type"])[1]
            for a, b in q.range:
                self.expected += [("until", f"--{boundary}\r\n", f"content-range: bytes {a}-{b - 1}/{q.size}\r\n"), (a, b)]
            self.expected.append(("end", f"--{boundary}--\r\n"))
        elif q.range:
            self.expected += q.range
            if length != str(q.range[0][1] - q.range[0][0]):
                self.fail(f"a length of {length}")
        else:
            self.expected.append((0, q.size if q.is_declared else q.end))
            if length != (str(q.size) if q.is_declared else None):
                self.fail(f"a length of {length}")
        self.length = None if length is None else int(length)
        self.part = b""

    def take_content(self, data):
        self.count += len(data)
        if self.expected is None:
            return
        while data:
            if not self.expected:
                self.fail(f"{len(data)} bytes too many came, {data[:40]!r}")
            first = self.expected[0]
            if isinstance(first[0], int):
                begin, end = first
                count = min(len(data), end - begin)
                place = self.question.shift + begin
                if known[place:place + count] != data[:count]:
                    self.explain(data[:count], begin)
                data = data[count:]
                if begin + count == end:
                    self.expected.popleft()
                else:
                    self.expected[0] = (begin + count, end)
            else:
                self.part += data
                data = b""
                if first[0] == "end":
                    if len(self.part) >= len(first[1]) + 2:
                        if self.part.strip(b"\r\n") != first[1].strip().encode():
                            self.fail(f"a wrong end {self.part[:80]!r}")
                        self.expected.popleft()
                        self.part = b""
                else:
                    end = self.part.find(b"\r\n\r\n")
                    if end >= 0:
                        head = self.part[:end + 2].lower().lstrip(b"\r\n")
                        if not head.startswith(first[1].lower().encode()) or first[2].encode() not in head:
                            self.fail(f"a wrong part {head!r}")
                        data, self.part = self.part[end + 4:], b""
                        self.expected.popleft()

    def explain(self, data, begin):
        place = self.question.shift + begin
        wrong = next(i for i in range(len(data)) if data[i] != known[place + i])
        found = known.find(data[wrong:wrong + 64])
        where = f"what belongs to {found - self.question.shift}" if found >= 0 else "bytes from elsewhere"
        self.fail(f"at {begin + wrong} of {self.question.end} came {where}, {data[wrong:wrong + 24]!r}")

    def whole(self):
        """The answer has ended as whole ones do."""
        if self.status is None:
            self.fail("ended without a head")
        if self.expected is None:
            return
        if self.question.must_fail:
            self.fail(f"failed and looks whole, with {self.count} bytes")
        if self.expected and self.expected != collections.deque([(0, 0)]):
            self.fail(f"ended after {self.count} bytes as if it were whole")
        if self.length is not None and self.count != self.length:
            self.fail(f"{self.count} bytes of {self.length}")

    def broken(self, may_be_cut):
        """The answer has ended as failed ones do. What came of it was right."""
        q = self.question
        if not q.must_fail and not may_be_cut:
            self.fail(f"was cut after {self.count} bytes")
        if self.status is not None and self.expected is not None and q.must_fail:
            if q.is_declared and self.count >= q.size and q.size:
                self.fail("failed, but all of the declared size came")


# --- How clients read

class Pace:
    """How fast a client reads, by chance; never so slow that one answer takes more than some seconds."""

    def __init__(self, chance):
        self.chance, self.budget = chance, min(options.seconds, chance.choice((0.2, 1, 3)))
        self.mode = chance.choice(("fast", "fast", "slow", "slow", "stops", "bytewise", "trickle"))
        self.bytewise = chance.randrange(300) if self.mode == "bytewise" else 0

    def sleep(self, seconds):
        seconds = min(seconds, self.budget)
        if seconds > 0:
            self.budget -= seconds
            time.sleep(seconds)

    def next(self):
        """How many bytes to read next, after a pause perhaps."""
        chance = self.chance
        if self.bytewise > 0:
            self.bytewise -= 1
            return 1
        match self.mode:
            case "fast":
                return 262_144
            case "slow":
                if chance.random() < 0.05:
                    self.sleep(chance.random() * 0.2)
                return 1 + chance.randrange(30_000)
            case "stops":
                if chance.random() < 0.02:
                    self.sleep(0.2)
                return 65_536
            case "bytewise":
                if chance.random() < 0.01:
                    self.bytewise = chance.randrange(50)
                self.sleep(0.001)
                return 1 + chance.randrange(9000)
            case _:
                self.sleep(chance.random() * 0.003)
                return 1 + chance.randrange(70_000)


class Left(Exception):
    """The client leaves on purpose."""


class Source:
    """What comes on a connection, at a pace."""

    def __init__(self, s, within):
        self.s, self.buffer, self.within = s, bytearray(), within
        self.pace, self.leaves_after = None, None

    def fill(self):
        """Reads once; False at the end."""
        count = self.pace.next()
        self.s.settimeout(self.within)
        try:
            piece = self.s.recv(count)
        except ConnectionResetError:
            piece = b""
        except socket.timeout:
            raise Failed(f"nothing came for {self.within} s")
        if self.leaves_after is not None:
            self.leaves_after -= len(piece)
            if self.leaves_after < 0:
                raise Left
        self.buffer += piece
        return bool(piece)

    def take(self, count):
        """So many bytes; None if the connection ends before."""
        while len(self.buffer) < count:
            if not self.fill():
                return None
        out = bytes(self.buffer[:count])
        del self.buffer[:count]
        return out

    def expect_silence(self, seconds, check):
        """Nothing comes, but the end perhaps, for so long."""
        self.s.settimeout(max(seconds, 0.001))
        with contextlib.suppress(socket.timeout, ConnectionResetError):
            self.buffer += self.s.recv(100)
        if self.buffer:
            check.fail(f"{bytes(self.buffer[:40])!r} behind the answer")

    def take_some(self, most):
        """At most so many bytes, as soon as there are any; None at the end."""
        if not self.buffer and not self.fill():
            return None
        out = bytes(self.buffer[:most])
        del self.buffer[:most]
        return out

    def line(self):
        while (end := self.buffer.find(b"\n")) < 0:
            if not self.fill():
                return None
        out = bytes(self.buffer[:end + 1])
        del self.buffer[:end + 1]
        return out


class Tally:
    def __init__(self):
        self.lock = threading.Lock()
        self.counts = collections.Counter()
        self.failures = []
        self.deadline = 0
        # When the server was told to stop, after which it need not accept a connection.
        self.stops_at = float("inf")

    def add(self, **counts):
        with self.lock:
            self.counts.update(counts)

    def __str__(self):
        c = self.counts
        return (f"{c['whole']} whole, {c['broken']} broken, {c['left']} left, {c['bytes'] / 1e6:.0f} MB on "
                f"{c['connections']} connections")


def take_content(source, size, check):
    """Has the check see so many bytes as they come; false if the connection ends before."""
    while size:
        data = source.take_some(size)
        if data is None:
            return False
        size -= len(data)
        check.take(data)
    return True


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
    is_tcp = "/" not in attack.options.socket
    try:
        s = connect_with(chance)
    except OSError:
        if may_be_cut:
            return
        raise
    with s:
        tally.add(connections=1)
        source = Source(s, options.within)
        rid = chance.randrange(1, 65_000)
        for turn in range(chance.choice((1, 1, 2, 4))):
            questions = [Question(chance) for _ in range(chance.choice((1, 1, 1, 2, 4)))]
            ids = [rid + turn * 10 + number for number in range(len(questions))]
            keeps = [True] * len(questions)
            ends = chance.random() < 0.3
            keeps[-1] = not ends
            data = b"".join(
                request(rid=i, keep=keep, uri=q.target.encode(), extra=q.extra) for i, q, keep in zip(ids, questions, keeps))
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
                # A connection that a later answer breaks, with requests on it that nobody has read, is reset: TCP drops what it has.
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
    if "/" in attack.options.socket:
        return connect(options.within)
    host, _, port = attack.options.socket.rpartition(":")
    return small_socket(host, int(port), chance)


def small_socket(host, port, chance):
    s = socket.socket()
    try:
        if chance.random() < 0.7:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, chance.choice((4096, 8192, 16_384, 65_536)))
            # With segments larger than that room the kernel would send one now and then, by its timers.
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
        s.settimeout(options.within)
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


def http_client(port, tally, chance, may_be_cut=False):
    """One connection to the web server, on which some requests are sent."""
    with small_socket("127.0.0.1", port, chance) as s:
        tally.add(connections=1)
        source = Source(s, options.within)
        for _ in range(chance.choice((1, 1, 2, 4))):
            questions = [Question(chance) for _ in range(chance.choice((1, 1, 1, 2)))]
            s.sendall(b"".join(
                f"GET {q.target} HTTP/1.1\r\nHost: localhost\r\n{f'Range: {q.range_value}' + chr(13) + chr(10) if q.range else ''}\r\n"
                .encode() for q in questions))
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


# --- Many of them

def swarm(client, seed, seconds=None):
    """Runs clients, each with a seed of its own, until the time is over; what they saw."""
    tally = Tally()
    tally.deadline = time.monotonic() + (seconds or options.seconds)

    def run(number):
        turn = 0
        while time.monotonic() < tally.deadline and not tally.failures:
            own = f"{seed}-{number}-{turn}"
            turn += 1
            try:
                client(tally, random.Random(own))
            except (OSError, Failed) as error:
                # A connection that a stopping server no longer takes.
                if isinstance(error, Failed) or time.monotonic() < tally.stops_at:
                    with tally.lock:
                        tally.failures.append(f"{type(error).__name__}: {error} (client {own})")
                return
            except Exception as error:  # A mistake of this program must not look like success.
                with tally.lock:
                    tally.failures.append(f"{type(error).__name__}: {error!r} (client {own})")
                return

    threads = [threading.Thread(target=run, args=(n,)) for n in range(options.clients)]
    for thread in threads:
        thread.start()
    return tally, threads


def finish(tally, threads):
    for thread in threads:
        thread.join()
    if tally.failures:
        raise Failed(f"{len(tally.failures)} failures: {tally.failures[0]}")


def shown():
    return json.loads(ask("/status.json"))


def kinds_of_descriptors(demo):
    folder = f"/proc/{demo.pid}/fd"
    counts = collections.Counter()
    for name in os.listdir(folder):
        with contextlib.suppress(FileNotFoundError):
            counts[re.sub(r"\d+", "", os.readlink(os.path.join(folder, name)))] += 1
    return dict(counts)


def settle(demo, descriptors):
    """Nothing of all that is left."""
    # Workers that were added while views blocked all stay for ten seconds.
    deadline = time.monotonic() + 15 + 5 * options.slow
    while True:
        status = shown()
        # The one that asks.
        left = {name: status[name] - own for name, own in (("requests_active", 1), ("connections", 1), ("held_bytes", 0))}
        left["descriptors"] = demo.descriptors() - descriptors
        if not any(left.values()):
            break
        expect(time.monotonic() < deadline, f"left behind: {left}, {kinds_of_descriptors(demo)}")
        time.sleep(0.05)
    expect(demo.process.poll() is None, "ended")
    code, took = demo.stop(within=5 * options.slow)
    expect(code == 0, f"exit status {code}")


@contextlib.contextmanager
def serve(seed, *arguments, listen=None):
    """The demo; what it has logged of a request that a failure names is told with it."""
    with start(seed, *arguments, listen=listen) as demo:
        try:
            yield demo
        except Failed as error:
            number = re.search(r"seed=(\d+)&", str(error))
            lines = demo.log.splitlines()
            lines = [line for line in lines if number and number[0] in line] or ["nothing of it, but", *lines[-2:]]
            raise Failed(f"{error}; it says: {' '.join(lines)}")


def start(seed, *arguments, listen=None):
    chance = random.Random(f"demo {seed}")
    threads = chance.choice((2, 3, 4))
    command = ["--status-path", "/status", "--threads", str(threads), *arguments]
    # With so many that block, and none to help them, the others must wait; with helpers their descriptors stay for a while.
    if options.seconds < 15 or chance.random() < 0.5:
        command += ["--threads-max", str(threads)]
    return Demo(*command, listen=listen)


def quiet(demo):
    """How many descriptors there are with nothing under way."""
    # Swift's clock opens some of its own when a view first sleeps.
    ask("/test/slow?n=2", 20)
    for kind in ("elsewhere", "stream"):
        ask(f"/test/erratic?as={kind}&n=1000000", 20 * options.slow)
    time.sleep(0.1)
    return demo.descriptors()


def direct(seed, listen=None):
    with serve(seed, listen=listen) as demo:
        descriptors = quiet(demo)
        tally, threads = swarm(fastcgi_client, seed)
        finish(tally, threads)
        settle(demo, descriptors)
        return tally


@case
def unix_socket(seed):
    return direct(seed)


@case
def tcp(seed):
    return direct(seed, f"127.0.0.1:{process.free_port()}")


@case
def behind_nginx(seed):
    with serve(seed) as demo:
        os.chmod(demo.folder, 0o755)
        os.chmod(demo.path, 0o666)
        descriptors = quiet(demo)
        with process.nginx(demo.folder, demo.path) as port:
            tally, threads = swarm(lambda tally, chance: http_client(port, tally, chance), seed)
            finish(tally, threads)
        settle(demo, descriptors)
        return tally


@case
def past_limits(seed):
    """Limits that cut some of them: each is whole, or looks broken."""
    with serve(seed, "--write-limit", "0.15", "--request-limit", "1.5", "--held-max", "100000000") as demo:
        descriptors = quiet(demo)
        tally, threads = swarm(lambda tally, chance: fastcgi_client(tally, chance, may_be_cut=True), seed)
        finish(tally, threads)
        settle(demo, descriptors)
        return tally


@case
def while_stopping(seed):
    """A server that is stopped, again and again: what is under way is whole, or looks broken."""
    total, ends = Tally(), time.monotonic() + options.seconds
    turn = 0
    while time.monotonic() < ends:
        turn += 1
        limit = random.Random(f"{seed} {turn}").choice(("0", "0.1", "1"))
        with serve(f"{seed} {turn}", "--drain-limit", limit) as demo:
            tally, threads = swarm(
                lambda tally, chance: fastcgi_client(tally, chance, may_be_cut=True), f"{seed} {turn}", seconds=20)
            time.sleep(random.Random(f"{seed} {turn} t").random() * 1.5 + 0.5)
            tally.stops_at = tally.deadline = time.monotonic()
            demo.process.send_signal(signal.SIGTERM)
            try:
                code = demo.process.wait(8 * options.slow)
            except subprocess.TimeoutExpired:
                raise Failed("still there after the signal")
            finish(tally, threads)
            expect(code >= 0, f"exit status {code}")
            total.counts.update(tally.counts)
    return total


def run(name, function, seed):
    start = time.monotonic()
    try:
        figures = function(f"{seed}")
    except (OSError, Failed, subprocess.TimeoutExpired) as error:
        print(f"FAIL {name} {type(error).__name__}: {error}; --seed {seed}", flush=True)
        return False
    print(f"ok {name} seed {seed}: {figures} in {time.monotonic() - start:.0f} s", flush=True)
    return True


def main():
    global known
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("demo", help="the program")
    parser.add_argument("what", nargs="*", default=["all"], help="all, names of cases, or list")
    parser.add_argument("--seconds", type=float, default=60, help="how long each case runs")
    parser.add_argument("--seed", type=int, default=1, help="of the first round")
    parser.add_argument("--rounds", type=int, default=1, help="how often, each time with the next seed")
    parser.add_argument("--clients", type=int, default=40, help="how many at once")
    parser.add_argument("--slow", type=float, default=1, help="multiplies the times allowed, for a sanitizer's build")
    parser.parse_args(namespace=options)
    if options.what == ["list"]:
        print("\n".join(cases))
        return 0
    options.demo = os.path.abspath(options.demo)
    options.within = 30 * options.slow
    process.options.__dict__.update(demo=options.demo, slow=options.slow)
    attack.options.uri = "/bench/hello"
    names = attack.chosen(parser, options.what, cases)
    known = all_bytes()
    seeds = range(options.seed, options.seed + options.rounds)
    return attack.summary([run(name, cases[name], seed) for seed in seeds for name in names])


if __name__ == "__main__":
    sys.exit(main())
