"""A log that is flooded, or that nobody reads."""

import contextlib
import fcntl
import os
import pty
import re
import socket
import time

from ..failure import expect
from ..fastcgi import connect, Reader, request, send, status
from ..registry import circumstances
from ..settings import allowed, settings
from ..site import get, hello_times, Site


@circumstances.case
def many_failing_downloads_do_not_flood_the_log():
    with Site() as site:
        with connect() as s:
            reader = Reader(s)
            start = time.monotonic()
            for _ in range(2000):
                send(s, request(uri=b"/test/throws-at-once"))
                expect(status(reader.answer()) == 500, "not answered 500")
            took = time.monotonic() - start
        lines = site.log.count("\n")
        expect(lines <= 150 * (took + 2), f"{lines} lines in {took:.1f} s")
        return f"{lines} lines in {took:.1f} s"


class UnreadSite(Site):
    """Its log is read when a test looks at it, and only then."""

    def __init__(self, kind):
        if kind == "pipe":
            self.end, given = os.pipe()
            # F_SETPIPE_SZ: little room, and yet more than the one line that fits into a pipe of one page.
            fcntl.fcntl(given, 1031, 8192)
        elif kind == "socket":
            self.end, given = (s.detach() for s in socket.socketpair())
        else:
            self.end, given = pty.openpty()
        os.set_blocking(self.end, False)
        self.text = b""
        super().__init__(errors=os.fdopen(given, "wb", 0))

    @property
    def log(self):
        # The end of a terminal is an error.
        with contextlib.suppress(OSError):
            while piece := os.read(self.end, 65536):
                self.text += piece
        return self.text.decode(errors="replace")

    def __exit__(self, *what):
        try:
            super().__exit__(*what)
        finally:
            os.close(self.end)


@circumstances.case
def downloads_go_on_when_nobody_reads_the_log():
    figures = []
    for kind, count in ("pipe", 120), ("socket", 600), ("terminal", 250):
        with UnreadSite(kind) as site:
            def fail(count):
                for _ in range(count):
                    expect(get("/test/throws-at-once") == 500, f"not answered with an unread {kind}")
                    time.sleep(0.011)  # Within the budget of a second's lines.
            fail(count)
            times = hello_times(50)
            deadline = time.monotonic() + 5 * settings.slow
            site.log
            fail(1)
            while True:
                lost = sum(map(int, re.findall(r"lost lines: standard error was full\"? count=(\d+)", site.log)))
                written = len(re.findall(r"a request failed.* target=/test/throws-at-once\r?\n", site.log))
                if lost and lost + written == count + 1:
                    break
                expect(time.monotonic() < deadline, f"{lost} lost and {written} written of {count + 1} with a {kind}")
                time.sleep(0.02)
            fail(count)
            code, _ = site.stop()
            expect(code == 0, f"exit status {code}")
            figures.append(f"{lost} of {count} lines lost with a {kind}, {times[-1] * 1000:.1f} ms at worst")
    return "; ".join(figures)


@circumstances.case
def slow_requests_are_logged():
    # The limit too: the first is to have written some by then, and to go on for longer.
    with Site("--slow-limit", str(allowed(0.3))) as site:
        with connect() as waiting, connect() as unread:
            send(waiting, request(uri=b"/test/slow?n=%d" % allowed(30)))
            send(unread, request(uri=b"/test/resumable?n=50000000"))
            time.sleep(allowed(0.8))
            lines = [line for line in site.log.splitlines() if "a request is slow" in line]
            expect(len(lines) == 2, f"{len(lines)} lines")
            slow = next((line for line in lines if "route=/test/slow" in line), "")
            is_told = "phase=generating" in slow and re.search(r"bytes=[1-9]", slow) and "request=" in slow
            expect(is_told, f"logged {slow}")
            full = next((line for line in lines if "route=/test/resumable" in line), "")
            expect("phase=writing" in full and re.search(r"bytes=[1-9]\d{4}", full), f"logged {full}")
