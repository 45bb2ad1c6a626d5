"""Thousands of clients at once, and a short request among them."""

import contextlib
import itertools
import resource
import time

from ..failure import expect
from ..fastcgi import close_all, connect, readable, Reader, request, send, status
from ..registry import circumstances
from ..settings import is_sanitized, settings
from ..site import anonymous_memory, get, hello_times, Site


@contextlib.contextmanager
def crowd(count, *arguments):
    """The program, and so many connections."""
    files = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (count + 500, max(files[1], count + 500)))
    held = []
    try:
        with Site(*arguments, files=count + 500) as site:
            expect(get() == 200, "not served")
            while len(held) < count:
                # The queue of the socket may be full for a moment.
                with contextlib.suppress(BlockingIOError):
                    held.append(connect(60))
            yield site, held
    finally:
        close_all(held)
        resource.setrlimit(resource.RLIMIT_NOFILE, files)


@circumstances.case
def stalled_clients_do_not_keep_short_requests_out():
    """9,300 clients begin a download and take nothing more. What is held for them is bounded, and 13 bytes are served
    beside them."""
    count = 9300
    with crowd(count) as (site, held):
        for s in held:
            send(s, request(uri=b"/bench/gen?n=100000000", keep=False))
        # Each holds a record that is begun, for which the kernel has no room.
        deadline = time.monotonic() + 60 * settings.slow
        while get("/bench/gen?n=1000", 30) != 200:
            expect(time.monotonic() < deadline, "not served")
        answers = {}
        start = time.monotonic()
        for _ in range(200):
            got = get(within=10)
            answers[got] = answers.get(got, 0) + 1
        took = time.monotonic() - start
        memory = anonymous_memory(site)
        expect(answers == {200: 200}, f"beside them 13 bytes were answered {answers}")
        expect(took < 20 * settings.slow, f"200 requests took {took:.1f} s")
        if not is_sanitized():
            # What may be held by default, and what a request takes besides.
            expect(memory < 655_360_000 + count * 20_480, f"{memory} bytes of memory")
        expect(site.process.poll() is None, "ended")
        refused = "cut a download: no room is left" in site.log
        return f"{memory / count / 1024:.0f} KiB each; others cut: {refused}; 200 requests in {took:.2f} s"


@circumstances.case
def who_is_refused_is_told_when_to_try_again():
    """More requests than there may be, none of which can be cut so soon."""
    with crowd(40, "--max-requests", "20") as (site, held):
        for s in held[:20]:
            send(s, request(uri=b"/test/wait", keep=False))
            expect(s.recv(1), "not begun")
        for s in held[20:]:
            send(s, request(keep=False))
            answer = Reader(s).answer(5)
            expect(status(answer) == 503, f"answered {status(answer)}")
            expect(b"\r\nRetry-After: " in answer[0], "a 503 without Retry-After")
        expect("answered 503" in site.log, "not logged")


@circumstances.case
def long_first_turns_do_not_keep_short_requests_waiting():
    """3,000 requests at once whose views compute for a millisecond before they write; a short one behind them overtakes
    most."""
    count = 3000
    with crowd(count, "--threads", "2") as (_, held):
        hello_times(3)
        for s in held:
            send(s, request(uri=b"/test/busy?ms=1", keep=False))
        start, times, begun = time.monotonic(), [], [len(readable(held))]
        for _ in range(5):
            times += hello_times(1)
            begun.append(len(readable(held)))
        overtaken_by = max(after - before for before, after in itertools.pairwise(begun))
        if not is_sanitized():  # Where the first turn of any request is a long one.
            expect(overtaken_by < count / 10, f"{overtaken_by} of {count} were begun while a short one waited: {begun}")
        for s in held:
            expect(s.recv(1), "one was not begun")
        took = time.monotonic() - start
        expect(took < 20 * settings.slow, f"the last was begun after {took:.1f} s")
        return (
            f"a short one waited for {overtaken_by} of {count}, and {max(times) * 1000:.0f} ms, at worst of 5; "
            f"all were begun after {took:.1f} s"
        )
