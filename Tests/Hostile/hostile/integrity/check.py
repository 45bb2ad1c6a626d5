"""Looks at an answer as it comes."""

import collections
import re

from ..failure import Failed
from .questions import known


class Check:
    """Takes the answer to a question, byte by byte if need be."""

    def __init__(self, question):
        self.question, self.head, self.count = question, b"", 0
        self.status = None
        # What is still to come, as pieces of the known bytes, or None while that is not known().
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
                head = f"content-range: bytes {a}-{b - 1}/{q.size}\r\n"
                self.expected += [("until", f"--{boundary}\r\n", head), (a, b)]
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
                if known()[place:place + count] != data[:count]:
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
        wrong = next(i for i in range(len(data)) if data[i] != known()[place + i])
        found = known().find(data[wrong:wrong + 64])
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
