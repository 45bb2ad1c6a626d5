"""Calls for which the kernel has no memory, and code that changes."""

import contextlib
import os
import socket
import time

from ..failure import expect
from ..fastcgi import body, connect, Reader, request, send
from ..helpers import built
from ..registry import circumstances
from ..site import get, Site


@contextlib.contextmanager
def short_of_memory():
    """What gives the environment in which the nth call of a kind has no memory."""
    with built("short_of_memory.c", "-ldl") as library:
        yield lambda what, nth: {
            "LD_PRELOAD": library, "ASAN_OPTIONS": "verify_asan_link_order=0", what: str(nth)}


@circumstances.case
def requests_are_answered_once_without_memory():
    with short_of_memory() as environment:
        whole = request(uri=b"/bench/hello")
        for parts in ([whole], [whole[:20], whole[20:]]):
            with Site(environment=environment("FAIL_TAKE", 1)) as site:
                with connect(5) as s:
                    for part in parts:
                        send(s, part)
                        time.sleep(0.1)
                    reader, answers = Reader(s), 0
                    with contextlib.suppress(socket.timeout):
                        while reader.answer(2) is not None:
                            answers += 1
                    # One that came in parts, of which one could not be taken, has none.
                    expect(answers == (len(parts) == 1), f"{answers} answers to one request in {len(parts)} parts")
                expect(get() == 200, "does not serve any more")
                site.stop()


@circumstances.case
def downloads_outlive_a_moment_without_memory():
    with short_of_memory() as environment:
        for what in ("FAIL_SEND", "FAIL_WATCH"):
            for nth in (1, 2, 4):
                with Site(environment=environment(what, nth)) as site:
                    for uri, size in ((b"/test/slow?n=3", 21), (b"/test/resumable?n=5000000", 5_000_000)):
                        with connect(20) as s:
                            send(s, request(uri=uri, keep=False))
                            time.sleep(0.1)
                            answer = Reader(s).answer(20)
                            expect(answer is not None, f"the connection just ended with {what}={nth}")
                            count = len(body(answer))
                            expect(count == size, f"{count} of {size} bytes came with {what}={nth}")
                    site.stop()


@circumstances.case
def a_library_whose_code_the_loader_changes_works_on():
    if os.uname().machine != "x86_64":
        return "not tried: its code is another processor's"
    with built("changed_code.c", "-Wl,-z,notext") as library:
        with Site(environment={"LD_PRELOAD": library, "ASAN_OPTIONS": "verify_asan_link_order=0"}) as site:
            time.sleep(0.2)
            expect(get() == 200, "not served")
            code, _ = site.stop()
            expect(code == 0, f"exit status {code}")
