"""What the status shows."""

import contextlib
import json
import time

from ..failure import expect, Failed
from ..fastcgi import begin, connect, Reader, request, send
from ..registry import circumstances
from ..settings import settings
from ..site import ask, Site


@circumstances.case
def status_of_every_limit():
    limits = {
        "threads": 3, "max-threads": 5, "receive-limit": 1.5, "write-limit": 7, "request-limit": 70, "drain-limit": 8,
        "max-requests": 900, "max-head": 5000, "max-body": 6000, "max-held": 7_000_000, "slow-limit": 9,
    }
    arguments = [text for name, value in limits.items() for text in (f"--{name}", str(value))]
    with Site(*arguments, "--status-path", "/status", "--ping-path", "/ping", files=500):
        expect(ask("/ping") == "pong\n", "no pong")
        shown = json.loads(ask("/status.json"))["limits"]
        wanted = {
            "threads": 3, "threads_max": 5, "receive_milliseconds": 1500, "write_milliseconds": 7000,
            "request_milliseconds": 70_000, "drain_milliseconds": 8000, "requests": 900, "head_bytes": 5000,
            "body_bytes": 6000, "held_bytes": 7_000_000, "slow_milliseconds": 9000, "descriptors": 500,
        }
        expect(shown == wanted, f"shows {shown}")
        metrics = ask("/status.prometheus")
        expect('downloadview_limit{name="descriptors"} 500\n' in metrics, "not in the text for Prometheus")
        expect("<th>descriptors</th><td>500</td>" in ask("/status"), "not on the page")


@circumstances.case
def status_of_what_happened():
    with Site("--status-path", "/status", "--receive-limit", "0.3", files=40) as site:
        with contextlib.ExitStack() as stack:
            held = [stack.enter_context(connect()) for _ in range(60)]
            send(held[0], begin())
            time.sleep(0.6 * settings.slow)
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
        deadline = time.monotonic() + 3 * settings.slow
        while True:
            shown = json.loads(ask("/status.json"))
            totals = {name.removesuffix("_total").removeprefix("requests_"): shown[name] for name in shown
                      if name.endswith("_total")}
            if all(totals[name] > 0 for name in ("failed", "aborted", "timed_out", "accepting_pauses")):
                break
            expect(time.monotonic() < deadline, f"shows {totals}")
            time.sleep(0.05)
        expect(sum(shown["refused"].values()) >= 1, f"shows {shown['refused']}")
        expect(site.process.poll() is None, "ended")
