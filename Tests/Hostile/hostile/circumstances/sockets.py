"""Sockets that are handed over."""

import os
import shutil
import signal
import socket
import tempfile

from ..failure import expect
from ..registry import circumstances
from ..settings import settings
from ..site import get, shared_socket, Site


@circumstances.case
def socket_activation():
    folder = tempfile.mkdtemp(prefix="process-")
    listener = socket.socket(socket.AF_UNIX)
    try:
        path = os.path.join(folder, "s")
        listener.bind(path)
        listener.listen(100)

        def before():
            os.dup2(listener.fileno(), 3)
            os.set_inheritable(3, True)
            os.environ["LISTEN_FDS"] = "1"
            os.environ["LISTEN_PID"] = str(os.getpid())
            os.dup2(log, 2)
            os.execv(settings.program, [settings.program, "serve"])

        log = os.open(os.path.join(folder, "log"), os.O_CREAT | os.O_WRONLY)
        pid = os.fork()
        if pid == 0:
            before()
        try:
            settings.socket = path
            expect(get(within=5 * settings.slow) == 200, "not served")
        finally:
            os.kill(pid, signal.SIGTERM)
            _, code = os.waitpid(pid, 0)
            os.close(log)
        expect(code == 0, f"exit status {code}")
        expect(get_is_queued(path), "the socket that systemd holds is gone")
    finally:
        listener.close()
        shutil.rmtree(folder)


@circumstances.case
def started_with_its_socket_alone():
    """As FastCGI lets a web server do (§2.2): what is opened later must not become what log lines are written to."""
    with shared_socket() as (_, path, listener):
        site = Site(descriptor=listener.fileno(), before=lambda: (os.close(1), os.close(2)))
        try:
            settings.socket = path
            expect(get("/test/throws-at-once", 5 * settings.slow) == 500, "not answered")
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
