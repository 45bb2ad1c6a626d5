"""Views that block or wait, and names that no header may have."""

import os
import re
import socket
import time

from ..failure import expect
from ..fastcgi import connect, Reader, request, send, status
from ..nginx import nginx
from ..registry import circumstances
from ..settings import allowed, settings
from ..site import get, Site


@circumstances.case
def client_leaves_behind_nginx():
    """A generator that waits and does not write is cancelled when its client leaves."""
    worst = 0
    with Site() as site:
        os.chmod(site.folder, 0o755)
        with nginx(site.folder, site.path) as port:
            for number in range(1, 11):
                with socket.create_connection(("127.0.0.1", port), allowed(5)) as s:
                    s.sendall(b"GET /test/wait HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    got = b""
                    while b"waiting" not in got:
                        got += s.recv(4096)
                    time.sleep(0.05)
                start = time.monotonic()
                while site.log.count("wait ended") < number:
                    expect(time.monotonic() - start < allowed(5), "the generator goes on")
                    time.sleep(0.001)
                worst = max(worst, time.monotonic() - start)
        expect(worst < 0.1 * settings.slow, f"took {worst * 1000:.0f} ms")
        time.sleep(0.1)
        lines = [line for line in site.log.splitlines() if "the client left" in line]
        expect(len(lines) == 10 and all("level=info" in line for line in lines), f"logged {lines[:2]}")
    return f"{worst * 1000:.0f} ms at worst of 10"


@circumstances.case
def blocked_views_and_their_workers():
    with Site("--threads", "2", "--max-threads", "8") as site:
        before = site.threads()
        held = []
        for _ in range(5):
            s = connect()
            send(s, request(uri=b"/test/block?ms=3000"))
            held.append(s)
        time.sleep(0.05)
        start = time.monotonic()
        expect(get() == 200, "not served while views block")
        first = time.monotonic() - start
        expect(first < 1 * settings.slow, f"answered after {first:.1f} s")
        start = time.monotonic()
        expect(get() == 200, "not served while views block")
        second = time.monotonic() - start
        expect(second < 0.1 * settings.slow, f"the second answered after {second:.3f} s")
        most = site.threads()
        for s in held:
            expect(status(Reader(s).answer(20)) == 200, "a view that blocked was not served")
            s.close()
        deadline = time.monotonic() + allowed(20)
        while site.threads() > before and time.monotonic() < deadline:
            expect(get() == 200, "not served afterwards")
            time.sleep(0.2)
        expect(site.threads() <= before, f"{site.threads()} threads are left of {most}, {before} before")
        times = f"first answer {first * 1000:.0f} ms, then {second * 1000:.1f} ms"
        return f"{times}; {before} → {most} → {site.threads()} threads"


@circumstances.case
def names_that_are_not_fit_for_a_header():
    with Site() as site:
        for name in ("a%0D%0AX-Evil:1", "a%00b", "%22quoted%22", "x" * 10_240, "%FF%FE", "%E2%82%AC", "..%5C..", "%7F"):
            with connect() as s:
                send(s, request(uri=b"/test/name/" + name.encode()))
                got = Reader(s).answer()
                expect(got is not None and status(got) in (200, 400, 404), f"{name[:20]} was answered {status(got)}")
                head = got[0].split(b"\r\n\r\n")[0]
                expect(b"\0" not in head, f"{name[:20]} put a NUL into the head")
                injected = [line for line in head.split(b"\r\n") if line.lower().startswith(b"x-evil")]
                expect(not injected, "a header was injected")
                expect(not re.search(rb"[^\r]\n|\r[^\n]", head), f"{name[:20]} broke a line of the head")
            expect(get() == 200, "not served afterwards")
        expect(site.process.poll() is None, "ended")
