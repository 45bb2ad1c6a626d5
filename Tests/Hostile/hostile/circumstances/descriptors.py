"""Too few descriptors, and files that may not grow."""

import os
import resource
import shutil
import signal
import socket
import tempfile
import time

from ..failure import expect, Failed
from ..fastcgi import body, connect, Reader, request, send, status
from ..helpers import in_threads
from ..registry import circumstances
from ..settings import allowed, settings
from ..site import get, shared_socket, Site


def descriptor_limit(files):
    def run():
        with Site("--threads", "4", files=files) as site:
            for _ in range(20):
                expect(get() == 200, "a request after another was not served")
            # Far more clients at once than there are descriptors, each asking twice on a connection that it keeps a
            # moment.
            def client(_):
                with connect(20) as s:
                    for _ in range(2):
                        send(s, request(keep=True))
                        expect(status(Reader(s).answer(20)) == 200, "a request was lost")
            started = time.monotonic()
            in_threads(60, client)
            took = time.monotonic() - started
            expect(site.process.poll() is None, "ended")
            # Kept connections that fill the limit make room for others.
            held = []
            for _ in range(60):
                s = connect(20)
                held.append(s)
            send(held[0], request())
            expect(status(Reader(held[0]).answer(10)) == 200, "the first of many was not served")
            started = time.monotonic()
            for s in held:
                s.close()
            expect(get(within=10) == 200, "not served after the limit was reached")
            recovery = time.monotonic() - started
            lines = site.log.count("can't accept connections")
            expect(lines <= took + recovery + 15, f"{lines} lines in the log")
            code, _ = site.stop()
            expect(code == 0, f"exit status {code}")
            return f"60 clients in {took:.1f} s, recovered in {recovery:.1f} s, {lines} log lines"
    return run


for files in (8, 9, 10, 12, 14, 17, 20):
    circumstances.add(f"descriptor-limit-{files}", descriptor_limit(files))


@circumstances.case
def more_clients_than_descriptors_leave_some_for_timers():
    with Site("--receive-limit", "60", "--threads", "2", files=64) as site:
        held = [connect(20) for _ in range(90)]
        deadline = time.monotonic() + 5 * settings.slow
        while "can't accept connections" not in site.log:
            expect(time.monotonic() < deadline, "not all descriptors were taken")
            time.sleep(0.01)
        # libdispatch ends a process that has none left when a timer is wanted, or a thread of its own is looked at a
        # second later.
        send(held[0], request(uri=b"/test/slow?n=25", keep=False))
        send(held[1], request(uri=b"/test/throws-midway", keep=False))
        expect(body(Reader(held[0]).answer(20)).count(b"\n") == 25, "a view that sleeps was not served")
        try:
            whole = Reader(held[1]).answer(10)
        except Failed:
            whole = None
        expect(whole is None, "a download that failed looked whole")
        taken = site.descriptors()
        for s in held:
            s.close()
        expect(get(within=10) == 200, "not served after the limit was reached")
        code, _ = site.stop()
        expect(code == 0, f"exit status {code}")
        return f"{taken} of 64 descriptors taken"


@circumstances.case
def descriptor_limit_7_on_an_inherited_socket():
    folder = tempfile.mkdtemp(prefix="process-")
    try:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(os.path.join(folder, "s"))
        listener.listen(100)
        with Site("--threads", "4", files=7, descriptor=listener.fileno()) as site:
            settings.socket = os.path.join(folder, "s")
            in_threads(20, lambda _: expect(get(within=20) == 200, "a request was lost"))
            expect(site.process.poll() is None, "ended")
    finally:
        listener.close()
        shutil.rmtree(folder)


@circumstances.case
def descriptor_limit_too_small_to_serve():
    site = Site(files=5)
    try:
        code = site.process.wait(allowed(5))
        expect(code == 71, f"exit status {code}")
        expect("Too many open files; allow more open files (ulimit -n" in site.log, f"said {site.log!r}")
    finally:
        site.__exit__()


@circumstances.case
def a_limit_on_the_size_of_files_does_not_end_it():
    def before():
        # Python ignores it, which the site would inherit.
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)

    with shared_socket() as (_, path, listener):
        site = Site(descriptor=listener.fileno(), before=before)
        try:
            settings.socket = path
            expect(get() == 200, "not served")
            # Not from the start: the thread sanitizer makes a file of its own there.
            resource.prlimit(site.process.pid, resource.RLIMIT_FSIZE, (4096, 4096))
            # Larger than what a pipe takes: it goes through a file.
            with connect() as s:
                send(s, request(method=b"POST", body=bytes(100_000), keep=False))
                expect(Reader(s).answer(5) is None, "was answered")
            # Until the log is full, too.
            for _ in range(60):
                expect(get("/test/throws-at-once") == 500, "not served after a large request")
            expect("File too large" in site.log, f"said {site.log!r}")
            code, _ = site.stop()
            expect(code == 0, f"exit status {code}")
        finally:
            site.__exit__()
