"""Sockets that are handed over."""

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import tempfile
import time

from ..failure import expect, Failed
from ..registry import circumstances
from ..settings import allowed, settings
from ..helpers import free_port
from ..fastcgi import Reader, request, send, status
from ..site import get, shared_socket, Site


@contextlib.contextmanager
def listening(family):
    """A socket that listens, on unix or at a free port."""
    folder = tempfile.mkdtemp(prefix="process-")
    listener = socket.socket(family)
    try:
        listener.bind(os.path.join(folder, "s") if family == socket.AF_UNIX else ("127.0.0.1", 0))
        listener.listen(100)
        yield listener
    finally:
        listener.close()
        shutil.rmtree(folder)


@contextlib.contextmanager
def activated(listeners, *arguments):
    """The program as systemd starts it with these sockets: its process number and its log."""
    folder = tempfile.mkdtemp(prefix="process-")
    path = os.path.join(folder, "log")
    log = os.open(path, os.O_CREAT | os.O_WRONLY)
    pid = os.fork()
    if pid == 0:
        try:
            # Out of the way of the numbers that they get.
            held = [fcntl.fcntl(listener.fileno(), fcntl.F_DUPFD, 100) for listener in listeners]
            for number, descriptor in enumerate(held, 3):
                os.dup2(descriptor, number)
                os.set_inheritable(number, True)
            os.environ.update(
                LISTEN_FDS=str(len(listeners)), LISTEN_PID=str(os.getpid()), LISTEN_FDNAMES="one:two:three")
            os.dup2(log, 2)
            os.execv(settings.program, [settings.program, "serve", *arguments])
        finally:
            os._exit(127)
    try:
        yield pid, lambda: open(path, errors="replace").read()
    finally:
        os.close(log)
        shutil.rmtree(folder)


def ended(pid):
    """The exit status of a program that ends by itself."""
    deadline = time.monotonic() + 10 * settings.slow
    while time.monotonic() < deadline:
        done, code = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(code)
        time.sleep(0.01)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    raise Failed("did not end")


@circumstances.case
def socket_activation():
    """All sockets of a unit are served, on unix and on TCP."""
    with listening(socket.AF_UNIX) as one, listening(socket.AF_UNIX) as two, listening(socket.AF_INET) as three:
        with activated([one, two, three]) as (pid, log):
            try:
                for listener in (one, two):
                    settings.socket = listener.getsockname()
                    for _ in range(3):
                        expect(get() == 200, "not served")
                with socket.create_connection(three.getsockname()) as s:
                    s.settimeout(allowed(5))
                    send(s, request(keep=False))
                    expect(status(Reader(s).answer(5)) == 200, "not served on TCP")
                expect("two, unix:" in log(), f"the log does not name the sockets: {log()}")
            finally:
                os.kill(pid, signal.SIGTERM)
                code = ended(pid)
            expect(code == 0, f"exit status {code}")
            for listener in (one, two):
                expect(get_is_queued(listener.getsockname()), "the socket that systemd holds is gone")


@circumstances.case
def socket_activation_with_another_descriptor():
    """A unit's datagram socket would have clients that wait for ever: the program does not start, and names it."""
    with listening(socket.AF_UNIX) as one, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as two:
        with activated([one, two]) as (pid, log):
            code = ended(pid)
            expect(code == 69, f"exit status {code}")
            expect("descriptor 4 (two) of LISTEN_FDS is not a listening stream socket" in log(), log())


@circumstances.case
def socket_activation_beside_listen():
    """What --listen leaves alone is told."""
    with listening(socket.AF_UNIX) as one:
        path = one.getsockname() + "2"
        with activated([one], "--listen", f"unix:{path}", "--listen", "127.0.0.1:0") as (pid, log):
            try:
                deadline = time.monotonic() + 5 * settings.slow
                while "serving" not in log() and time.monotonic() < deadline:
                    time.sleep(0.01)
                settings.socket = path
                expect(get() == 200, "not served")
                expect("does not serve the sockets that it was started with" in log(), log())
            finally:
                os.kill(pid, signal.SIGTERM)
                code = ended(pid)
            expect(code == 0, f"exit status {code}")


@circumstances.case
def started_with_its_socket_alone():
    """As FastCGI lets a web server do (§2.2): what is opened later must not become what log lines are written to."""
    with shared_socket() as (_, path, listener):
        site = Site(descriptor=listener.fileno(), before=lambda: (os.close(1), os.close(2)))
        try:
            settings.socket = path
            expect(get("/test/throws-at-once") == 500, "not answered")
            expect(get() == 200, "not served")
            for number in (1, 2):
                what = os.readlink(f"/proc/{site.pid}/fd/{number}")
                expect(what == "/dev/null", f"descriptor {number} is {what}")
            code, _ = site.stop()
            expect(code == 0, f"exit status {code}")
        finally:
            site.__exit__()


def get_is_queued(path):
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(path)
        return True


@circumstances.case
def localhost_is_served_at_each_of_its_addresses():
    """As on most machines localhost has one address of each family; where it has not, the case gives it both."""
    addresses = {"127.0.0.1", "::1"}
    with tempfile.NamedTemporaryFile("w") as hosts:
        command = []
        if {address[4][0] for address in socket.getaddrinfo("localhost", None)} != addresses:
            hosts.write("".join(f"{address} localhost\n" for address in addresses))
            hosts.flush()
            script = 'mount --bind "$0" /etc/hosts && exec "$@"'
            command = ["unshare", "--map-root-user", "--mount", "sh", "-c", script, hosts.name]
        port = free_port()
        with Site(listen=f"localhost:{port}", by=command) as site:
            for host in "127.0.0.1", "[::1]":
                expect(f"{host}:{port}" in site.log, f"{host} is not named in the log: {site.log}")
                settings.socket = f"{host}:{port}"
                expect(get() == 200, f"not served at {host}")
