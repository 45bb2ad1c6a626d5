"""The tests' program, started in the circumstances of a case."""

import contextlib
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from .failure import expect, Failed
from .fastcgi import body, connect, Reader, request, send, status
from .settings import allowed, settings


class Site:
    """The program on a unix socket (or where `listen` says), for the duration of a `with`."""

    def __init__(self, *arguments, listen=None, files=None, environment=None, descriptor=None, before=None,
                 errors=None, by=()):
        self.folder = tempfile.mkdtemp(prefix="process-")
        self.path = listen or os.path.join(self.folder, "site.sock")
        self.log_path = os.path.join(self.folder, "log")
        command = [*by, settings.program, "serve", *arguments]
        if descriptor is None and before is None:
            command += ["--listen", self.path if listen else f"unix:{self.path}"]
        variables = dict(os.environ, **(environment or {}))

        def prepare():
            if files:
                resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
            if before:
                before()

        self.log_file = errors or open(self.log_path, "wb")
        self.process = subprocess.Popen(
            command, env=variables, stderr=self.log_file, preexec_fn=prepare,
            stdin=subprocess.DEVNULL if descriptor is None else descriptor, close_fds=before is None)

    def wait_until_serving(self):
        deadline = time.monotonic() + 5 * settings.slow
        while time.monotonic() < deadline:
            if "serving listen=" in self.log.replace('"', ""):
                return self
            if self.process.poll() is not None:
                raise Failed(f"ended with {self.process.returncode}: {self.log[-300:]}")
            time.sleep(0.005)
        raise Failed("did not start")

    @property
    def log(self):
        with open(self.log_path, errors="replace") as f:
            return f.read()

    @property
    def pid(self):
        return self.process.pid

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def threads(self):
        return len(os.listdir(f"/proc/{self.pid}/task"))

    def stop(self, within=5.0, number=signal.SIGTERM):
        """Sends the signal; (exit status, seconds)."""
        start = time.monotonic()
        self.process.send_signal(number)
        try:
            return self.process.wait(allowed(within)), time.monotonic() - start
        except subprocess.TimeoutExpired:
            raise Failed(f"still there {allowed(within)} s after the signal")

    def __enter__(self):
        settings.socket = self.path
        return self.wait_until_serving()

    def __exit__(self, *_):
        if self.log_file.closed:
            return
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.log_file.close()
        # What a sanitizer or the Swift runtime reports.
        report = re.search(r"Sanitizer: .*(\n.*){0,40}|Fatal error.*|\*\*\* .*", self.log)
        shutil.rmtree(self.folder, ignore_errors=True)
        if report:
            raise Failed(report[0])


def get(uri="/bench/hello", within=5.0):
    """The status of one request on a connection of its own; in so many seconds, or what `--slow` makes of them."""
    with connect(within) as s:
        send(s, request(uri=uri.encode(), keep=False))
        return status(Reader(s).answer(within))


def ask(uri, within=5.0):
    """The content of an answer of status 200; in so many seconds, or what `--slow` makes of them."""
    with connect(within) as s:
        send(s, request(uri=uri.encode(), keep=False))
        got = Reader(s).answer(within)
        expect(status(got) == 200, f"{uri} was answered {status(got)}")
        return body(got).decode()


def hello_times(count):
    """How long each of so many requests on fresh connections took, in order."""
    times = []
    for _ in range(count):
        start = time.monotonic()
        expect(get() == 200, "not served")
        times.append(time.monotonic() - start)
    return sorted(times)


def anonymous_memory(site):
    """Bytes of memory that are the program's own: pages of code are shared, and the kernel gives them back."""
    with open(f"/proc/{site.pid}/status", encoding="ascii", errors="replace") as f:
        return next(int(line.split()[1]) * 1024 for line in f if line.startswith("RssAnon:"))


@contextlib.contextmanager
def shared_socket():
    folder = tempfile.mkdtemp(prefix="process-")
    listener = socket.socket(socket.AF_UNIX)
    try:
        path = os.path.join(folder, "site.sock")
        listener.bind(path)
        os.chmod(path, 0o666)
        os.chmod(folder, 0o755)
        listener.listen(1000)
        yield folder, path, listener
    finally:
        listener.close()
        shutil.rmtree(folder)


def slow_downloads(count, lines):
    """Connections on which /test/slow is under way."""
    held = []
    for _ in range(count):
        s = connect(30)
        send(s, request(uri=b"/test/slow?n=%d" % lines))
        held.append(s)
    for s in held:
        expect(s.recv(1, socket.MSG_PEEK), "a download was refused")
    return held
