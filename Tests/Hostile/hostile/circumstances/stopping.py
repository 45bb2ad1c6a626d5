"""Signals, and how the program ends."""

import os
import re
import signal
import time

from ..failure import expect, Failed
from ..fastcgi import body, connect, Reader, request, send, status
from ..registry import circumstances
from ..settings import allowed, settings
from ..site import get, shared_socket, Site, slow_downloads


@circumstances.case
def children_have_signals_as_usual():
    def signals(status, name):
        # Without the C library's own, 32 and 33, which it has every program that it starts ignore.
        return int(re.search(rf"{name}:\s*([0-9a-f]+)", status)[1], 16) & ~(3 << 31)

    with Site(), connect() as s:
        send(s, request(uri=b"/test/child", keep=False))
        child = body(Reader(s).answer()).decode()
    # What this process was started with, as by nohup. Of its own it ignores SIGPIPE and SIGXFSZ, which the program is
    # started without, and those that stop the server do so even where a shell has its background programs ignore one.
    others = sum(1 << number - 1 for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT, signal.SIGTERM))
    with open("/proc/self/status") as f:
        own = signals(f.read(), "SigIgn") & ~others
    expect(signals(child, "SigBlk") == 0, "some are blocked")
    expect(signals(child, "SigIgn") == own, f"{signals(child, 'SigIgn'):x} are ignored instead of {own:x}")


@circumstances.case
def stops_idle():
    worst = 0
    for number in (signal.SIGTERM, signal.SIGINT):
        for keeps in (False, True):
            with Site() as site:
                with connect() as s:
                    send(s, request(keep=keeps))
                    expect(status(Reader(s).answer()) == 200, "was not served")
                    time.sleep(0.05)
                    code, took = site.stop(number=number)
                    expect(code == 0, f"exit status {code}")
                    expect(took < 0.2 * settings.slow, f"took {took:.3f} s")
                    worst = max(worst, took)
    return f"{worst * 1000:.0f} ms at worst"


@circumstances.case
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
                site = Site(descriptor=listener.fileno(), before=before)
                try:
                    settings.socket = path
                    if not early:
                        expect(get() == 200, "not served")
                        site.process.send_signal(number)
                    code = site.process.wait(allowed(5))
                    expect(code == 0, f"exit status {code}")
                finally:
                    site.__exit__()


@circumstances.case
def stops_with_downloads_under_way():
    with Site() as site:
        held = slow_downloads(100, 15)
        time.sleep(0.3)
        start = time.monotonic()
        site.process.send_signal(signal.SIGTERM)
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
        code = site.process.wait(allowed(5))
        expect(code == 0, f"exit status {code}")
        return f"100 whole, ended after {time.monotonic() - start:.2f} s"


def cut(site, within, *signals):
    held = slow_downloads(20, 1000)
    time.sleep(0.2)
    start = time.monotonic()
    for number in signals:
        site.process.send_signal(number)
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
    code = site.process.wait(allowed(5))
    took = time.monotonic() - start
    expect(whole == 0, f"{whole} looked whole")
    expect(broken == 20, f"only {broken} of 20 were cut visibly")
    expect(code > 0, f"exit status {code}")
    expect(took < within * settings.slow, f"took {took:.1f} s")
    return f"exit status {code} after {took:.2f} s"


@circumstances.case
def cuts_past_the_drain_limit():
    with Site("--drain-limit", "0.5") as site:
        return cut(site, 3.0, signal.SIGTERM)


@circumstances.case
def cuts_on_the_second_signal():
    with Site() as site:
        return cut(site, 3.0, signal.SIGTERM, signal.SIGTERM)


@circumstances.case
def stops_although_a_view_blocks():
    with Site("--drain-limit", "0.2") as site:
        with connect() as s:
            send(s, request(uri=b"/test/block?ms=60000"))
            time.sleep(0.2)
            code, took = site.stop(10)
            expect(code > 0, f"exit status {code}")
            # However long --slow allows: before the view would end by itself.
            expect(took < 50, f"ended after {took:.1f} s")
            return f"after {took:.1f} s"
