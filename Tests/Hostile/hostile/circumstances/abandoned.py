"""Views that compute or block without a pause, and whose clients leave or are cut on time."""

import contextlib
import json
import os
import socket
import time

from ..failure import expect
from ..fastcgi import connect, request, send
from ..nginx import http, nginx
from ..registry import circumstances
from ..settings import allowed, settings
from ..site import ask, get, Site


def ask_and_leave(port, uri, count, until):
    """So many clients ask, and all leave once `until` holds."""
    clients = []
    try:
        for _ in range(count):
            s = socket.create_connection(("127.0.0.1", port), allowed(10))
            clients.append(s)
            s.sendall(f"GET {uri} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        deadline = time.monotonic() + 20 * settings.slow
        while not until():
            expect(time.monotonic() < deadline, "not all were begun")
            time.sleep(0.01)
    finally:
        for s in clients:
            s.close()


@circumstances.case
def abandoned_computations_behind_nginx_end():
    """60 views that neither suspend nor write end when their clients leave nginx; so do as many as there are workers,
    and more."""
    with Site("--status-path", "/status") as site:
        os.chmod(site.folder, 0o755)
        os.chmod(site.path, 0o666)
        worst = 0
        with nginx(site.folder, site.path) as port:
            begun = 0
            for count in 60, 64, 100:
                most = min(count, 64)
                ask_and_leave(port, "/test/compute", count, lambda: site.log.count("computing\n") >= begun + most)
                start = time.monotonic()
                deadline = start + 10 * settings.slow
                while under_way() > 0:
                    expect(time.monotonic() < deadline, f"of {count} {under_way()} go on")
                    time.sleep(0.02)
                worst = max(worst, time.monotonic() - start)
                begun = site.log.count("computing\n")
                expect(site.log.count("compute ended") == begun, "some have not ended")
                for _ in range(20):
                    expect(http(port) == 200, f"not served after {count} had left")
            threads = site.threads()
        expect(worst < 5 * settings.slow, f"took {worst:.1f} s")
        return f"{begun} ended, {worst:.2f} s at worst after their clients had left; {threads} threads"


def under_way():
    """How many requests are, besides the one that asks."""
    return json.loads(ask("/status.json"))["requests_active"] - 1


@circumstances.case
def views_that_block_are_cut_on_time():
    """A limit of one second on a request ends a view that never looks, and its client sees the cut."""
    taken = []
    with Site("--request-limit", "1") as site:
        os.chmod(site.folder, 0o755)
        os.chmod(site.path, 0o666)
        with nginx(site.folder, site.path) as port:
            for uri in "/test/block?ms=5000", "/test/compute", "/test/compute?first=begun", "/test/wait":
                start = time.monotonic()
                with connect(10) as s:
                    send(s, request(uri=uri.encode(), keep=False))
                    s.settimeout(allowed(10))
                    got = b""
                    with contextlib.suppress(ConnectionResetError):
                        while piece := s.recv(65536):
                            got += piece
                took = time.monotonic() - start
                expect(0.9 < took < 1 + 1.0 * settings.slow, f"{uri} was cut after {took:.2f} s")
                expect(b"\x01\x03\x00\x01\x00\x08" not in got, f"{uri} ended as if it were whole")
                taken.append(took)
                start = time.monotonic()
                with socket.create_connection(("127.0.0.1", port), allowed(10)) as s:
                    s.sendall(f"GET {uri} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
                    got = b""
                    with contextlib.suppress(ConnectionResetError):
                        while piece := s.recv(65536):
                            got += piece
                took = time.monotonic() - start
                expect(took < 1 + 1.0 * settings.slow, f"{uri} was cut behind nginx after {took:.2f} s")
                expect(b" 200 " not in got[:20] or b"\r\n0\r\n\r\n" not in got, f"{uri} looks whole behind nginx")
                expect(get() == 200, "not served afterwards")
    return f"cut after {min(taken):.2f} to {max(taken):.2f} s"


@circumstances.case
def views_that_never_look_do_not_keep_the_server_from_serving():
    """64 views that block for 5 s are cut after one; what comes behind them is served meanwhile."""
    with Site("--request-limit", "1", "--max-threads", "64") as site:
        held = []
        try:
            start = time.monotonic()
            for _ in range(64):
                s = connect(20)
                held.append(s)
                send(s, request(uri=b"/test/block?ms=5000", keep=False))
            deadline = start + 4 * settings.slow
            while "closed the connection of a view" not in site.log:
                expect(time.monotonic() < deadline, "none was cut")
                time.sleep(0.02)
            expect(get(within=4) == 200, "not served while they block")
            took = time.monotonic() - start
            expect(took < 4 * settings.slow, f"served after {took:.1f} s")
        finally:
            for s in held:
                s.close()
        return f"served {took:.1f} s after they had begun; {site.threads()} threads"
