"""FastCGI as a web server speaks it: records, connections, answers."""

import select
import socket
import struct
import time

from .failure import Failed
from .settings import allowed, settings


BEGIN, ABORT, END, PARAMS, STDIN, STDOUT, STDERR, DATA, GET_VALUES, GET_VALUES_RESULT, UNKNOWN_TYPE = range(1, 12)


def record(kind, content=b"", rid=1, pad=0, version=1):
    return struct.pack(">BBHHBB", version, kind, rid, len(content), pad, 0) + content + b"\xee" * pad


def begin(rid=1, role=1, keep=True, pad=0):
    return record(BEGIN, struct.pack(">HB5x", role, keep), rid, pad)


def pair(name, value=b""):
    def size(text):
        return bytes([len(text)]) if len(text) < 128 else struct.pack(">I", len(text) | 0x80000000)
    return size(name) + size(value) + name + value


def params(extra=(), method=b"GET", uri=None, length=None):
    uri = uri or settings.uri.encode()
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


def ask(names, pad=0):
    return record(GET_VALUES, b"".join(pair(n) for n in names), rid=0, pad=pad)


def connect(timeout=5.0):
    """A connection on which each wait may take so many seconds, or what `--slow` makes of them."""
    timeout = allowed(timeout)
    if ":" in settings.socket and "/" not in settings.socket:
        host, _, port = settings.socket.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), timeout)
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(timeout)
    s.connect(settings.socket)
    return s


def send(s, data):
    """Sends what the peer takes; a refusal in the middle is the peer's right."""
    try:
        s.sendall(data)
        return True
    except (BrokenPipeError, ConnectionResetError, socket.timeout):
        return False


def readable(connections):
    """Those of them for which something has come, or the end."""
    poll = select.poll()
    of_descriptor = {s.fileno(): s for s in connections}
    for descriptor in of_descriptor:
        poll.register(descriptor, select.POLLIN)
    return [of_descriptor[descriptor] for descriptor, _ in poll.poll(0)]


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
        return self.record_until(time.monotonic() + allowed(within))

    def record_until(self, deadline):
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
        deadline = time.monotonic() + allowed(within)
        while True:
            r = self.record_until(deadline)
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


def body(answer):
    return answer[0].split(b"\r\n\r\n", 1)[1]


def close_all(connections):
    for s in connections:
        s.close()
