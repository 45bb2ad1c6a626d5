"""How clients read: at a pace, and until they leave."""

import contextlib
import socket
import time

from ..failure import Failed
from ..settings import settings


class Pace:
    """How fast a client reads, by chance; never so slow that one answer takes more than some seconds."""

    def __init__(self, chance):
        self.chance, self.budget = chance, min(settings.seconds, chance.choice((0.2, 1, 3)))
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


def take_content(source, size, check):
    """Has the check see so many bytes as they come; false if the connection ends before."""
    while size:
        data = source.take_some(size)
        if data is None:
            return False
        size -= len(data)
        check.take(data)
    return True
