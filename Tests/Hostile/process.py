#!/usr/bin/env python3
"""Starts the demo in circumstances that a running server can't be brought into, and checks how it takes them.

    process.py DEMO [all | NAME... | list] [--slow FACTOR]

DEMO is the program, built with `swift build -c release --product testsite`. The cases about nginx need it, and use the files of
deploy/nginx. The cases named load-… and soak-… take minutes and a machine of their own: they run only when they are named.
One line for each case: "ok NAME figures" or "FAIL NAME why". The exit status is 1 after any failure.
"""

import argparse
import contextlib
import fcntl
import json
import os
import pty
import re
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

import attack
from attack import Failed, Reader, begin, connect, request, send, status

here = os.path.dirname(os.path.abspath(__file__))
deploy = os.path.join(here, "..", "..", "deploy", "nginx")
options = argparse.Namespace()
cases = {}


def case(function):
    cases[function.__name__.replace("_", "-")] = function
    return function


class Demo:
    """The demo on a unix socket (or what `listen` says), for the duration of a `with`."""

    def __init__(self, *arguments, listen=None, files=None, environment=None, descriptor=None, before=None,
                 errors=None):
        self.folder = tempfile.mkdtemp(prefix="process-")
        self.path = listen or os.path.join(self.folder, "demo.sock")
        self.log_path = os.path.join(self.folder, "log")
        command = [options.demo, "serve", *arguments]
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
        deadline = time.monotonic() + 5 * options.slow
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
            return self.process.wait(within), time.monotonic() - start
        except subprocess.TimeoutExpired:
            raise Failed(f"still there {within} s after the signal")

    def __enter__(self):
        attack.options.socket = self.path
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
    """The status of one request on a connection of its own."""
    with connect(within) as s:
        send(s, request(uri=uri.encode(), keep=False))
        return status(Reader(s).answer(within))


def body(answer):
    return answer[0].split(b"\r\n\r\n", 1)[1]


def expect(condition, text):
    if not condition:
        raise Failed(text)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def in_threads(count, function):
    """Runs `function(number)` on so many threads; the first failure is raised."""
    failures = []

    def run(number):
        try:
            function(number)
        except (Failed, OSError, TypeError) as error:
            failures.append(f"{type(error).__name__} {error}")

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise Failed(f"{len(failures)} of {count}: {failures[0]}")


# --- Descriptors

def descriptor_limit(files):
    def run():
        with Demo("--threads", "4", files=files) as demo:
            for _ in range(20):
                expect(get() == 200, "a request after another was not served")
            # Far more clients at once than there are descriptors, each asking twice on a connection that it keeps a moment.
            def client(_):
                with connect(20) as s:
                    for _ in range(2):
                        send(s, request(keep=True))
                        expect(status(Reader(s).answer(20)) == 200, "a request was lost")
            started = time.monotonic()
            in_threads(60, client)
            took = time.monotonic() - started
            expect(demo.process.poll() is None, "ended")
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
            lines = demo.log.count("can't accept connections")
            expect(lines <= took + recovery + 15, f"{lines} lines in the log")
            code, _ = demo.stop()
            expect(code == 0, f"exit status {code}")
            return f"60 clients in {took:.1f} s, recovered in {recovery:.1f} s, {lines} log lines"
    return run


for files in (8, 9, 10, 12, 14, 17, 20):
    cases[f"descriptor-limit-{files}"] = descriptor_limit(files)


@case
def more_clients_than_descriptors_leave_some_for_timers():
    with Demo("--receive-limit", "60", "--threads", "2", files=64) as demo:
        held = [connect(20) for _ in range(90)]
        deadline = time.monotonic() + 5 * options.slow
        while "can't accept connections" not in demo.log:
            expect(time.monotonic() < deadline, "not all descriptors were taken")
            time.sleep(0.01)
        # libdispatch ends a process that has none left when a timer is wanted, or a thread of its own is looked at a second later.
        send(held[0], request(uri=b"/test/slow?n=25", keep=False))
        send(held[1], request(uri=b"/test/throws-midway", keep=False))
        expect(body(Reader(held[0]).answer(20)).count(b"\n") == 25, "a view that sleeps was not served")
        try:
            whole = Reader(held[1]).answer(10)
        except Failed:
            whole = None
        expect(whole is None, "a download that failed looked whole")
        taken = demo.descriptors()
        for s in held:
            s.close()
        expect(get(within=10) == 200, "not served after the limit was reached")
        code, _ = demo.stop()
        expect(code == 0, f"exit status {code}")
        return f"{taken} of 64 descriptors taken"


@case
def descriptor_limit_7_on_an_inherited_socket():
    folder = tempfile.mkdtemp(prefix="process-")
    try:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(os.path.join(folder, "s"))
        listener.listen(100)
        with Demo("--threads", "4", files=7, descriptor=listener.fileno()) as demo:
            attack.options.socket = os.path.join(folder, "s")
            in_threads(20, lambda _: expect(get(within=20) == 200, "a request was lost"))
            expect(demo.process.poll() is None, "ended")
    finally:
        listener.close()
        shutil.rmtree(folder)


@case
def descriptor_limit_too_small_to_serve():
    demo = Demo(files=5)
    try:
        code = demo.process.wait(5)
        expect(code == 71, f"exit status {code}")
        expect("Too many open files; allow more open files (ulimit -n" in demo.log, f"said {demo.log!r}")
    finally:
        demo.__exit__()


@case
def a_limit_on_the_size_of_files_does_not_end_it():
    def before():
        # Python ignores it, which the demo would inherit.
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)

    with shared_socket() as (_, path, listener):
        demo = Demo(descriptor=listener.fileno(), before=before)
        try:
            attack.options.socket = path
            expect(get(within=5 * options.slow) == 200, "not served")
            # Not from the start: the thread sanitizer makes a file of its own there.
            resource.prlimit(demo.process.pid, resource.RLIMIT_FSIZE, (4096, 4096))
            # Larger than what a pipe takes: it goes through a file.
            with connect() as s:
                send(s, request(method=b"POST", body=bytes(100_000), keep=False))
                expect(Reader(s).answer(5 * options.slow) is None, "was answered")
            # Until the log is full, too.
            for _ in range(60):
                expect(get("/test/throws-at-once") == 500, "not served after a large request")
            expect("File too large" in demo.log, f"said {demo.log!r}")
            code, _ = demo.stop()
            expect(code == 0, f"exit status {code}")
        finally:
            demo.__exit__()


# --- Memory

SHORT_OF_MEMORY = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
static int fails(const char *name, atomic_int *count) {
    const char *nth = getenv(name);
    return nth && atomic_fetch_add(count, 1) + 1 == atoi(nth);
}
ssize_t send(int descriptor, const void *bytes, size_t size, int flags) {
    static atomic_int count;
    if (fails("FAIL_SEND", &count)) return errno = ENOBUFS, -1;
    return ((ssize_t (*)(int, const void *, size_t, int))dlsym(RTLD_NEXT, "send"))(descriptor, bytes, size, flags);
}
ssize_t recv(int descriptor, void *bytes, size_t size, int flags) {
    static atomic_int count;
    /* Only what takes something, not what looks at it. */
    if (!(flags & MSG_PEEK) && fails("FAIL_TAKE", &count)) return errno = ENOMEM, -1;
    return ((ssize_t (*)(int, void *, size_t, int))dlsym(RTLD_NEXT, "recv"))(descriptor, bytes, size, flags);
}
int epoll_ctl(int set, int operation, int descriptor, struct epoll_event *event) {
    static atomic_int count;
    /* Only for connections, whose tags are addresses. */
    if (event && event->data.u64 > 4096 && fails("FAIL_WATCH", &count)) return errno = ENOMEM, -1;
    return ((int (*)(int, int, int, struct epoll_event *))dlsym(RTLD_NEXT, "epoll_ctl"))(
        set, operation, descriptor, event);
}
"""


@contextlib.contextmanager
def built(source, *arguments):
    """The path of a library of C."""
    folder = tempfile.mkdtemp(prefix="process-")
    try:
        library = os.path.join(folder, "built.so")
        compiler = shutil.which("cc") or shutil.which("clang")
        subprocess.run(
            [compiler, "-shared", "-fPIC", "-x", "c", "-", "-o", library, *arguments], input=source.encode(), check=True)
        yield library
    finally:
        shutil.rmtree(folder)


@contextlib.contextmanager
def short_of_memory():
    """What gives the environment in which the nth call of a kind has no memory."""
    with built(SHORT_OF_MEMORY, "-ldl") as library:
        yield lambda what, nth: {
            "LD_PRELOAD": library, "ASAN_OPTIONS": "verify_asan_link_order=0", what: str(nth)}


@case
def requests_are_answered_once_without_memory():
    with short_of_memory() as environment:
        whole = request(uri=b"/bench/hello")
        for parts in ([whole], [whole[:20], whole[20:]]):
            with Demo(environment=environment("FAIL_TAKE", 1)) as demo:
                with connect(5 * options.slow) as s:
                    for part in parts:
                        send(s, part)
                        time.sleep(0.1)
                    reader, answers = Reader(s), 0
                    with contextlib.suppress(socket.timeout):
                        while reader.answer(2 * options.slow) is not None:
                            answers += 1
                    # One that came in parts, of which one could not be taken, has none.
                    expect(answers == (len(parts) == 1), f"{answers} answers to one request in {len(parts)} parts")
                expect(get() == 200, "does not serve any more")
                demo.stop()


@case
def downloads_outlive_a_moment_without_memory():
    with short_of_memory() as environment:
        for what in ("FAIL_SEND", "FAIL_WATCH"):
            for nth in (1, 2, 4):
                with Demo(environment=environment(what, nth)) as demo:
                    for uri, size in ((b"/test/slow?n=3", 21), (b"/test/resumable?n=5000000", 5_000_000)):
                        with connect(20) as s:
                            send(s, request(uri=uri, keep=False))
                            time.sleep(0.1)
                            answer = Reader(s).answer(20)
                            expect(answer is not None, f"the connection just ended with {what}={nth}")
                            count = len(body(answer))
                            expect(count == size, f"{count} of {size} bytes came with {what}={nth}")
                    demo.stop()


CHANGED_CODE = """
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>
int value = 42;
int get_value(void);
/* Of several pages, so that there is a whole one that could be let go of. */
__asm__(".text; .skip 65536; get_value: movabsq $value, %rax; movl (%rax), %eax; ret; .skip 65536");
static void *use(void *unused) {
    for (;;) { if (get_value() != 42) abort(); usleep(1000); }
    return unused;
}
__attribute__((constructor)) static void start(void) { pthread_t thread; pthread_create(&thread, 0, use, 0); }
"""


@case
def a_library_whose_code_the_loader_changes_works_on():
    if os.uname().machine != "x86_64":
        return "not tried: its code is another processor's"
    with built(CHANGED_CODE, "-Wl,-z,notext") as library:
        with Demo(environment={"LD_PRELOAD": library, "ASAN_OPTIONS": "verify_asan_link_order=0"}) as demo:
            time.sleep(0.2)
            expect(get() == 200, "not served")
            code, _ = demo.stop()
            expect(code == 0, f"exit status {code}")


# --- Peers

@case
def web_server_addresses():
    port = free_port()
    for allowed, accepts4, accepts6 in (("10.9.9.9", False, False), ("127.0.0.1", True, False), ("::1", False, True),
                                        ("10.9.9.9,127.0.0.1,::1", True, True), ("::ffff:127.0.0.1", True, False)):
        for host, wanted in (("127.0.0.1", accepts4), ("::1", accepts6)):
            address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
            with Demo(listen=address, environment={"FCGI_WEB_SERVER_ADDRS": allowed}):
                try:
                    got = get() == 200
                except (OSError, Failed):
                    got = False
                expect(got == wanted, f"with {allowed}, {host} was {'accepted' if got else 'refused'}")


@case
def a_peer_that_left_before_it_was_accepted_is_no_refusal():
    listen = f"127.0.0.1:{free_port()}"
    with Demo("--threads", "1", "--threads-max", "1", "--status-path", "/status", listen=listen,
              environment={"FCGI_WEB_SERVER_ADDRS": "127.0.0.1"}) as demo:
        with connect(20) as busy:
            send(busy, request(uri=b"/test/block?ms=1000", keep=False))
            time.sleep(0.2)
            with connect() as gone:
                # Closed with a reset, so that its address is forgotten.
                gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            expect(status(Reader(busy).answer(20)) == 200, "not served")
        expect(json.loads(ask("/status.json"))["refused"] == {}, "counted as refused")
        expect("refused" not in demo.log, f"logged {demo.log!r}")


@case
def a_web_server_whose_host_vanishes_is_found_out():
    port = free_port()
    with Demo(listen=f"127.0.0.1:{port}"), connect() as s:
        send(s, request())
        Reader(s).answer()
        with open("/proc/net/tcp") as table:
            lines = [line.split() for line in table]
        ours = [line for line in lines if line[1] == f"0100007F:{port:04X}" and line[3] == "01"]
        expect(len(ours) == 1, f"{len(ours)} connections")
        # Which timer runs: 02 is that of keep-alive.
        expect(ours[0][5].startswith("02:"), f"the timer is {ours[0][5]}")


# --- Programs that views start

@case
def children_have_signals_as_usual():
    def signals(status, name):
        # Without the C library's own, 32 and 33, which it has every program that it starts ignore.
        return int(re.search(rf"{name}:\s*([0-9a-f]+)", status)[1], 16) & ~(3 << 31)

    with Demo(), connect() as s:
        send(s, request(uri=b"/test/child", keep=False))
        child = body(Reader(s).answer()).decode()
    # What this process was started with, as by nohup. Of its own it ignores SIGPIPE and SIGXFSZ, which the demo is started without, and
    # those that stop the server do so even where a shell has its background programs ignore one.
    others = sum(1 << number - 1 for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT, signal.SIGTERM))
    with open("/proc/self/status") as f:
        own = signals(f.read(), "SigIgn") & ~others
    expect(signals(child, "SigBlk") == 0, "some are blocked")
    expect(signals(child, "SigIgn") == own, f"{signals(child, 'SigIgn'):x} are ignored instead of {own:x}")


# --- Stopping

@case
def stops_idle():
    worst = 0
    for number in (signal.SIGTERM, signal.SIGINT):
        for keeps in (False, True):
            with Demo() as demo:
                with connect() as s:
                    send(s, request(keep=keeps))
                    expect(status(Reader(s).answer()) == 200, "was not served")
                    time.sleep(0.05)
                    code, took = demo.stop(number=number)
                    expect(code == 0, f"exit status {code}")
                    expect(took < 0.2 * options.slow, f"took {took:.3f} s")
                    worst = max(worst, took)
    return f"{worst * 1000:.0f} ms at worst"


@case
def stops_although_it_was_started_with_signals_blocked():
    """As by a thread that has them blocked, and does not think of it: a program inherits that."""
    numbers = {signal.SIGTERM, signal.SIGINT}
    with shared_socket() as (_, path, listener):
        for number in numbers:
            # Of those that come before it can take them, too.
            for early in False, True:
                def before():
                    signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
                    if early:
                        os.kill(os.getpid(), number)
                demo = Demo(descriptor=listener.fileno(), before=before)
                try:
                    attack.options.socket = path
                    if not early:
                        expect(get(within=5 * options.slow) == 200, "not served")
                        demo.process.send_signal(number)
                    code = demo.process.wait(5 * options.slow)
                    expect(code == 0, f"exit status {code}")
                finally:
                    demo.__exit__()


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


@case
def stops_with_downloads_under_way():
    with Demo() as demo:
        held = slow_downloads(100, 15)
        time.sleep(0.3)
        start = time.monotonic()
        demo.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        try:
            connect(1).close()
            raise Failed("accepted a connection after the signal")
        except OSError:
            pass
        for s in held:
            got = Reader(s).answer(20)
            expect(status(got) == 200 and body(got).endswith(b"line 14\n"), "a download was cut")
            s.close()
        code = demo.process.wait(5)
        expect(code == 0, f"exit status {code}")
        return f"100 whole, ended after {time.monotonic() - start:.2f} s"


def cut(demo, within, *signals):
    held = slow_downloads(20, 1000)
    time.sleep(0.2)
    start = time.monotonic()
    for number in signals:
        demo.process.send_signal(number)
        time.sleep(0.1)
    whole = broken = 0
    for s in held:
        try:
            if Reader(s).answer(10) is not None:
                whole += 1
        except Failed:
            # A record of an unknown version: what makes every web server see the failure.
            broken += 1
        s.close()
    code = demo.process.wait(5)
    took = time.monotonic() - start
    expect(whole == 0, f"{whole} looked whole")
    expect(broken == 20, f"only {broken} of 20 were cut visibly")
    expect(code > 0, f"exit status {code}")
    expect(took < within * options.slow, f"took {took:.1f} s")
    return f"exit status {code} after {took:.2f} s"


@case
def cuts_past_the_drain_limit():
    with Demo("--drain-limit", "0.5") as demo:
        return cut(demo, 3.0, signal.SIGTERM)


@case
def cuts_on_the_second_signal():
    with Demo() as demo:
        return cut(demo, 3.0, signal.SIGTERM, signal.SIGTERM)


@case
def stops_although_a_view_blocks():
    with Demo("--drain-limit", "0.2") as demo:
        with connect() as s:
            send(s, request(uri=b"/test/block?ms=60000"))
            time.sleep(0.2)
            code, took = demo.stop(10)
            expect(code > 0, f"exit status {code}")
            return f"after {took:.1f} s"


# --- Sockets that are handed over

@case
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
            os.dup2(demo_log, 2)
            os.execv(options.demo, [options.demo, "serve"])

        demo_log = os.open(os.path.join(folder, "log"), os.O_CREAT | os.O_WRONLY)
        pid = os.fork()
        if pid == 0:
            before()
        try:
            attack.options.socket = path
            expect(get(within=5 * options.slow) == 200, "not served")
        finally:
            os.kill(pid, signal.SIGTERM)
            _, code = os.waitpid(pid, 0)
            os.close(demo_log)
        expect(code == 0, f"exit status {code}")
        expect(get_is_queued(path), "the socket that systemd holds is gone")
    finally:
        listener.close()
        shutil.rmtree(folder)


@case
def started_with_its_socket_alone():
    """As FastCGI lets a web server do (§2.2): what is opened later must not become what log lines are written to."""
    with shared_socket() as (_, path, listener):
        demo = Demo(descriptor=listener.fileno(), before=lambda: (os.close(1), os.close(2)))
        try:
            attack.options.socket = path
            expect(get("/test/throws-at-once", 5 * options.slow) == 500, "not answered")
            expect(get() == 200, "not served")
            for number in (1, 2):
                what = os.readlink(f"/proc/{demo.pid}/fd/{number}")
                expect(what == "/dev/null", f"descriptor {number} is {what}")
            code, _ = demo.stop()
            expect(code == 0, f"exit status {code}")
        finally:
            demo.__exit__()


def get_is_queued(path):
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(path)
        return True


class Clients:
    """Ask without end, each on its own thread, until they are stopped; count what they got."""

    def __init__(self, count, ask):
        self.results, self.failures, self.ends = 0, [], False
        self.threads = [threading.Thread(target=self.run, args=(ask,)) for _ in range(count)]
        for thread in self.threads:
            thread.start()

    def run(self, ask):
        while not self.ends:
            try:
                got = ask()
            except (OSError, Failed, TypeError, IndexError) as error:
                got = f"{type(error).__name__} {error}"
            if got == 200:
                self.results += 1
            else:
                self.failures.append(got)

    def stop(self):
        self.ends = True
        for thread in self.threads:
            thread.join()
        if self.failures:
            raise Failed(f"{len(self.failures)} of {len(self.failures) + self.results} failed: {self.failures[0]}")
        return self.results


def restarts(path, listener, ask, times=8, clients=8):
    old = Demo("--threads", "4", descriptor=listener.fileno())
    new = None
    try:
        old.wait_until_serving()
        attack.options.socket = path
        asking = Clients(clients, ask)
        try:
            for _ in range(times):
                new = Demo("--threads", "4", descriptor=listener.fileno()).wait_until_serving()
                time.sleep(0.1)
                code, took = old.stop(10)
                expect(code == 0, f"exit status {code}: {old.log[-300:]}")
                expect(took < 2 * options.slow, f"ended after {took:.1f} s")
                old.__exit__()
                old = new
                time.sleep(0.1)
        finally:
            count = asking.stop()
        return f"{count} requests over {times} restarts"
    finally:
        old.__exit__()
        if new:
            new.__exit__()


@contextlib.contextmanager
def shared_socket():
    folder = tempfile.mkdtemp(prefix="process-")
    listener = socket.socket(socket.AF_UNIX)
    try:
        path = os.path.join(folder, "demo.sock")
        listener.bind(path)
        os.chmod(path, 0o666)
        os.chmod(folder, 0o755)
        listener.listen(1000)
        yield folder, path, listener
    finally:
        listener.close()
        shutil.rmtree(folder)


@case
def restarts_under_load():
    with shared_socket() as (_, path, listener):
        return restarts(path, listener, lambda: get(within=10))


@case
def restarts_under_light_load():
    """With pauses, so that no later connection wakes the process that one was left to."""
    def ask():
        time.sleep(0.02)
        start = time.monotonic()
        got = get(within=10)
        took = time.monotonic() - start
        return got if took < 1 * options.slow else f"answered after {took:.1f} s"
    with shared_socket() as (_, path, listener):
        return restarts(path, listener, ask, times=12, clients=2)


@contextlib.contextmanager
def nginx(folder, path, keeps=16):
    """nginx with the files of deploy/nginx, keeping so many connections; its port."""
    program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    expect(program, "nginx is not installed")
    port = free_port()
    with open(os.path.join(deploy, "upstream.conf")) as f:
        upstream = f.read().replace("unix:/run/downloads/downloads.sock", f"unix:{path}")
        upstream = upstream.replace("keepalive 16;", f"keepalive {keeps};")
    with open(os.path.join(folder, "upstream.conf"), "w") as f:
        f.write(upstream)
    user = "" if os.geteuid() else "user root root;"
    with open(os.path.join(folder, "nginx.conf"), "w") as f:
        f.write(f"""
            daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; {user} worker_processes 2;
            events {{ worker_connections 1024; }}
            http {{
                access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
                fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
                include {folder}/upstream.conf;
                server {{ listen 127.0.0.1:{port}; include {os.path.abspath(deploy)}/downloads.conf; }}
            }}""")
    process = subprocess.Popen([program, "-e", f"{folder}/nginx.log", "-p", folder, "-c", f"{folder}/nginx.conf"])
    try:
        deadline = time.monotonic() + 5 * options.slow
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            time.sleep(0.02)
        yield port
    finally:
        process.terminate()
        process.wait()


def http(port, uri="/bench/hello", connection=None):
    """The status of a request; on a connection, which stays open, if one is given."""
    s = connection or socket.create_connection(("127.0.0.1", port), 10)
    try:
        s.settimeout(10)
        s.sendall(f"GET {uri} HTTP/1.1\r\nHost: localhost\r\n{'' if connection else 'Connection: close'}\r\n".encode()
                  + (b"" if connection else b"\r\n"))
        got = b""
        while b"\r\n\r\n" not in got or b"Hello world!\n" not in got:
            piece = s.recv(65536)
            if not piece:
                break
            got += piece
        return int(got.split()[1]) if b"Hello world!\n" in got else f"{got[:60]!r}"
    finally:
        if not connection:
            s.close()


@case
def restarts_behind_nginx():
    with shared_socket() as (folder, path, listener):
        with nginx(folder, path) as port:
            return restarts(path, listener, lambda: http(port))


@case
def client_leaves_behind_nginx():
    """A generator that waits and does not write is cancelled when its client leaves."""
    worst = 0
    with Demo() as demo:
        os.chmod(demo.folder, 0o755)
        with nginx(demo.folder, demo.path) as port:
            for number in range(1, 11):
                with socket.create_connection(("127.0.0.1", port), 5) as s:
                    s.sendall(b"GET /test/wait HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    got = b""
                    while b"waiting" not in got:
                        got += s.recv(4096)
                    time.sleep(0.05)
                start = time.monotonic()
                while demo.log.count("wait ended") < number:
                    expect(time.monotonic() - start < 5, "the generator goes on")
                    time.sleep(0.001)
                worst = max(worst, time.monotonic() - start)
        expect(worst < 0.1 * options.slow, f"took {worst * 1000:.0f} ms")
        time.sleep(0.1)
        lines = [line for line in demo.log.splitlines() if "the client left" in line]
        expect(len(lines) == 10 and all("level=info" in line for line in lines), f"logged {lines[:2]}")
    return f"{worst * 1000:.0f} ms at worst of 10"


# --- Views

@case
def blocked_views_and_their_workers():
    with Demo("--threads", "2", "--threads-max", "8") as demo:
        before = demo.threads()
        held = []
        for _ in range(5):
            s = connect()
            send(s, request(uri=b"/test/block?ms=3000"))
            held.append(s)
        time.sleep(0.05)
        start = time.monotonic()
        expect(get() == 200, "not served while views block")
        first = time.monotonic() - start
        expect(first < 1 * options.slow, f"answered after {first:.1f} s")
        start = time.monotonic()
        expect(get() == 200, "not served while views block")
        second = time.monotonic() - start
        expect(second < 0.1 * options.slow, f"the second answered after {second:.3f} s")
        most = demo.threads()
        for s in held:
            expect(status(Reader(s).answer(20)) == 200, "a view that blocked was not served")
            s.close()
        deadline = time.monotonic() + 20
        while demo.threads() > before and time.monotonic() < deadline:
            expect(get() == 200, "not served afterwards")
            time.sleep(0.2)
        expect(demo.threads() <= before, f"{demo.threads()} threads are left of {most}, {before} before")
        return f"first answer {first * 1000:.0f} ms, then {second * 1000:.1f} ms; {before} → {most} → {demo.threads()} threads"


@case
def names_that_are_not_fit_for_a_header():
    with Demo() as demo:
        for name in ("a%0D%0AX-Evil:1", "a%00b", "%22quoted%22", "x" * 10_240, "%FF%FE", "%E2%82%AC", "..%5C..", "%7F"):
            with connect() as s:
                send(s, request(uri=b"/test/name/" + name.encode()))
                got = Reader(s).answer()
                expect(got is not None and status(got) in (200, 400, 404), f"{name[:20]} was answered {status(got)}")
                head = got[0].split(b"\r\n\r\n")[0]
                expect(b"\0" not in head, f"{name[:20]} put a NUL into the head")
                expect(not any(line.lower().startswith(b"x-evil") for line in head.split(b"\r\n")), "a header was injected")
                expect(not re.search(rb"[^\r]\n|\r[^\n]", head), f"{name[:20]} broke a line of the head")
            expect(get() == 200, "not served afterwards")
        expect(demo.process.poll() is None, "ended")


@case
def many_failing_downloads_do_not_flood_the_log():
    with Demo() as demo:
        with connect() as s:
            reader = Reader(s)
            start = time.monotonic()
            for _ in range(2000):
                send(s, request(uri=b"/test/throws-at-once"))
                expect(status(reader.answer()) == 500, "not answered 500")
            took = time.monotonic() - start
        lines = demo.log.count("\n")
        expect(lines <= 150 * (took + 2), f"{lines} lines in {took:.1f} s")
        return f"{lines} lines in {took:.1f} s"


class UnreadDemo(Demo):
    """Its log is read when a test looks at it, and only then."""

    def __init__(self, kind):
        if kind == "pipe":
            self.end, given = os.pipe()
            fcntl.fcntl(given, 1031, 4096)  # F_SETPIPE_SZ
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


@case
def downloads_go_on_when_nobody_reads_the_log():
    figures = []
    for kind, count in ("pipe", 60), ("socket", 600), ("terminal", 250):
        with UnreadDemo(kind) as demo:
            def fail(count):
                for _ in range(count):
                    expect(get("/test/throws-at-once") == 500, f"not answered with an unread {kind}")
                    time.sleep(0.011)  # Within the budget of a second's lines.
            fail(count)
            times = hello_times(50)
            deadline = time.monotonic() + 5 * options.slow
            demo.log
            fail(1)
            while True:
                lost = sum(map(int, re.findall(r"lost lines: standard error was full\"? count=(\d+)", demo.log)))
                written = len(re.findall(r"a request failed.* target=/test/throws-at-once\r?\n", demo.log))
                if lost and lost + written == count + 1:
                    break
                expect(time.monotonic() < deadline, f"{lost} lost and {written} written of {count + 1} with a {kind}")
                time.sleep(0.02)
            fail(count)
            code, _ = demo.stop()
            expect(code == 0, f"exit status {code}")
            figures.append(f"{lost} of {count} lines lost with a {kind}, {times[-1] * 1000:.1f} ms at worst")
    return "; ".join(figures)


# --- What it shows

def ask(uri, within=5.0):
    """The content of an answer of status 200."""
    with connect(within) as s:
        send(s, request(uri=uri.encode(), keep=False))
        got = Reader(s).answer(within)
        expect(status(got) == 200, f"{uri} was answered {status(got)}")
        return body(got).decode()


@case
def status_of_every_limit():
    limits = {
        "threads": 3, "threads-max": 5, "receive-limit": 1.5, "write-limit": 7, "request-limit": 70, "drain-limit": 8,
        "requests-max": 900, "head-max": 5000, "body-max": 6000, "held-max": 7_000_000, "slow-limit": 9,
    }
    arguments = [text for name, value in limits.items() for text in (f"--{name}", str(value))]
    with Demo(*arguments, "--status-path", "/status", "--ping-path", "/ping", files=500):
        expect(ask("/ping") == "pong\n", "no pong")
        shown = json.loads(ask("/status.json"))["limits"]
        wanted = {
            "threads": 3, "threads_max": 5, "receive_milliseconds": 1500, "write_milliseconds": 7000,
            "request_milliseconds": 70_000, "drain_milliseconds": 8000, "requests": 900, "head_bytes": 5000,
            "body_bytes": 6000, "held_bytes": 7_000_000, "slow_milliseconds": 9000, "descriptors": 500,
        }
        expect(shown == wanted, f"shows {shown}")
        expect('downloadview_limit{name="descriptors"} 500\n' in ask("/status.prometheus"), "not in the text for Prometheus")
        expect("<th>descriptors</th><td>500</td>" in ask("/status"), "not on the page")


@case
def status_of_what_happened():
    with Demo("--status-path", "/status", "--receive-limit", "0.3", files=40) as demo:
        with contextlib.ExitStack() as stack:
            held = [stack.enter_context(connect()) for _ in range(60)]
            send(held[0], begin())
            time.sleep(0.6 * options.slow)
        with connect() as s:
            send(s, request(uri=b"/test/wait"))
            Reader(s).record(2)
        with connect() as s:
            send(s, request(uri=b"/test/throws-midway"))
            with contextlib.suppress(Failed):
                Reader(s).answer(2)
        with connect() as s:
            send(s, request(extra=[(b"", b"a")]))
            s.recv(100)
        deadline = time.monotonic() + 3 * options.slow
        while True:
            shown = json.loads(ask("/status.json"))
            totals = {name.removesuffix("_total").removeprefix("requests_"): shown[name] for name in shown
                      if name.endswith("_total")}
            if all(totals[name] > 0 for name in ("failed", "aborted", "timed_out", "accepting_pauses")):
                break
            expect(time.monotonic() < deadline, f"shows {totals}")
            time.sleep(0.05)
        expect(sum(shown["refused"].values()) >= 1, f"shows {shown['refused']}")
        expect(demo.process.poll() is None, "ended")


@case
def slow_requests_are_logged():
    with Demo("--slow-limit", "0.3") as demo:
        with connect() as waiting, connect() as unread:
            send(waiting, request(uri=b"/test/slow?n=30"))
            send(unread, request(uri=b"/test/resumable?n=50000000"))
            time.sleep(0.8 * options.slow)
            lines = [line for line in demo.log.splitlines() if "a request is slow" in line]
            expect(len(lines) == 2, f"{len(lines)} lines")
            slow = next((line for line in lines if "route=/test/slow" in line), "")
            expect("phase=generating" in slow and re.search(r"bytes=[1-9]", slow) and "request=" in slow, f"logged {slow}")
            full = next((line for line in lines if "route=/test/resumable" in line), "")
            expect("phase=writing" in full and re.search(r"bytes=[1-9]\d{4}", full), f"logged {full}")


# --- Many clients

@case
def many_connections_do_not_make_the_main_actor_dear():
    resource.setrlimit(resource.RLIMIT_NOFILE, (4000, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))

    def used(demo):
        with open(f"/proc/{demo.pid}/stat") as f:
            return sum(map(int, f.read().rpartition(")")[2].split()[11:13])) / os.sysconf("SC_CLK_TCK")

    times = []
    for count in 0, 3000:
        with Demo("--threads", "2") as demo:
            held = []
            try:
                for _ in range(count):
                    s = connect(20)
                    held.append(s)
                    send(s, request())
                    expect(status(Reader(s).answer(20)) == 200, "not served")
                with connect(60) as s:
                    reader, before = Reader(s), used(demo)
                    for _ in range(100):
                        send(s, request(uri=b"/test/main-actor"))
                        expect(body(reader.answer(60)).count(b"\n") == 50, "not served whole")
                    times.append(used(demo) - before)
            finally:
                attack.close_all(held)
    alone, among = times
    expect(among < 4 * alone + 0.1, f"5,000 calls took {among:.2f} s of a processor, {alone:.2f} s without the others")
    return f"5,000 calls took {among:.2f} s of a processor, {alone:.2f} s without the others"


def resident(demo):
    with open(f"/proc/{demo.pid}/statm") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def hello_times(count):
    """How long each of so many requests on fresh connections took, in order."""
    times = []
    for _ in range(count):
        start = time.monotonic()
        expect(get() == 200, "not served")
        times.append(time.monotonic() - start)
    return sorted(times)


@case
def two_thousand_slow_downloads():
    count, size = 2000, 1_000_000
    resource.setrlimit(resource.RLIMIT_NOFILE, (count + 500, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    with Demo("--threads", "8") as demo:
        hello_times(50)
        before = resident(demo)
        held = []
        try:
            for _ in range(count):
                s = connect(60)
                held.append(s)
                send(s, request(uri=b"/bench/gen?n=%d" % size, keep=False))
            times = hello_times(300)
            grown = (resident(demo) - before) / count
            failures = []

            def read(number):
                for s in held[number::20]:
                    got = Reader(s).answer(60)
                    if status(got) != 200 or len(body(got)) != size:
                        failures.append(got and len(got[0]))
            in_threads(20, read)
            expect(not failures, f"{len(failures)} were not whole, one of {failures[:1]} bytes")
        finally:
            attack.close_all(held)
        p99 = times[int(len(times) * 0.99)]
        expect(p99 < 0.02 * options.slow, f"a request beside them took {p99 * 1000:.1f} ms at p99")
        if options.slow < 5:  # A sanitizer's memory is not the server's.
            expect(grown < 65_536, f"{grown:.0f} bytes of memory each")
        return f"{grown / 1024:.1f} KiB each, a request beside them {p99 * 1000:.2f} ms at p99"


def load(port, seconds, clients):
    """wrk's output."""
    wrk = shutil.which("wrk")
    expect(wrk, "wrk is not installed")
    return subprocess.run(
        [wrk, "-t2", f"-c{clients}", f"-d{seconds}s", "--latency", f"http://127.0.0.1:{port}/bench/hello"],
        check=True, capture_output=True, text=True).stdout


@case
def load_behind_nginx():
    """4 workers, 200 clients for 30 s; a fresh direct connection is answered at once throughout."""
    with Demo("--threads", "4") as demo:
        os.chmod(demo.folder, 0o755)
        os.chmod(demo.path, 0o666)
        with nginx(demo.folder, demo.path, keeps=64) as port:
            times, ends = [], threading.Event()

            def probe():
                while not ends.wait(0.1):
                    times.extend(hello_times(1))
            prober = threading.Thread(target=probe)
            prober.start()
            try:
                out = load(port, 30, 200)
            finally:
                ends.set()
                prober.join()
        expect("Non-2xx" not in out and "Socket errors" not in out, out)
        rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1])
        number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", out).groups()
        p99 = float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]
        expect(p99 < 20, f"{p99} ms at p99")
        return f"{rate:.0f} requests/s, {p99:.1f} ms at p99; direct {max(times) * 1000:.1f} ms at worst of {len(times)}"


@case
def soak_a_million_requests():
    with Demo("--threads", "4") as demo:
        os.chmod(demo.folder, 0o755)
        os.chmod(demo.path, 0o666)
        with nginx(demo.folder, demo.path, keeps=64) as port:
            count, start = 0, None
            while count < 1_000_000:
                out = load(port, 10, 64)
                expect("Non-2xx" not in out and "Socket errors" not in out, out)
                if start is None:
                    start, descriptors = resident(demo), demo.descriptors()
                else:
                    count += int(re.search(r"(\d+) requests in", out)[1])
            grown = (resident(demo) - start) / (count / 1000)
            more = demo.descriptors() - descriptors
        expect(grown < 1024, f"memory grew by {grown:.0f} bytes for 1,000 requests")
        expect(more <= 0, f"{more} descriptors more")
        return f"{count} requests, {grown:.0f} bytes for each 1,000, {more} descriptors more"


# --- What any client can send

@case
def attacks():
    with Demo("--threads", "8") as demo:
        attack.options.__dict__.update(
            workers=8, pid=demo.pid, within=0.1 * options.slow, download="/test/resumable?n=1000000000")
        failed = [name for name, function in attack.cases.items() if not attack.run(name, function)]
        expect(not failed, ", ".join(failed))
        code, _ = demo.stop(within=5 * options.slow)
        expect(code == 0, f"exit status {code}")


@case
def mutated_connections():
    with Demo("--threads", "8") as demo:
        attack.options.__dict__.update(workers=8, pid=demo.pid if options.slow < 5 else 0, within=0.1 * options.slow)
        hello_times(500)
        attack.fuzz(10_000, 20261121)
        code, _ = demo.stop(within=5 * options.slow)
        expect(code == 0, f"exit status {code}")


def run(name, function):
    try:
        figures = function() or ""
    except (OSError, Failed, subprocess.TimeoutExpired) as error:
        print(f"FAIL {name} {type(error).__name__}: {error}", flush=True)
        return False
    print(f"ok {name} {figures}".rstrip(), flush=True)
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("demo", help="the program")
    parser.add_argument("what", nargs="*", default=["all"], help="all, names of cases, or list")
    parser.add_argument("--slow", type=float, default=1, help="multiplies the times allowed, for a sanitizer's build")
    parser.parse_args(namespace=options)
    options.demo = os.path.abspath(options.demo)
    attack.options.uri = "/bench/hello"
    if options.what == ["list"]:
        print("\n".join(cases))
        return 0
    usual = [name for name in cases if not name.startswith(("load-", "soak-"))]
    return attack.summary([run(name, cases[name]) for name in attack.chosen(parser, options.what, cases, usual)])


if __name__ == "__main__":
    sys.exit(main())
