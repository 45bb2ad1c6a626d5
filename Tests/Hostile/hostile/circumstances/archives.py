"""What archives and tables of any length cost."""

import contextlib
import threading
import time

from ..failure import expect
from ..fastcgi import connect, request, send
from ..helpers import in_threads
from ..registry import circumstances
from ..settings import is_sanitized, reduced
from ..site import anonymous_memory, get, Site

# Above an idle program's, for each download under way.
BOUND = 24 << 20


@contextlib.contextmanager
def peak_memory(site):
    """The most anonymous memory while the block runs, in a list of one number."""
    peak, ends = [0], threading.Event()

    def watch():
        while not ends.wait(0.005):
            peak[0] = max(peak[0], anonymous_memory(site))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        ends.set()
        thread.join()


def fetch(uri, within=120.0, **kw):
    """How many bytes an answer has; it is read as fast as it comes, and not kept."""
    with connect(within) as s:
        send(s, request(uri=uri.encode(), keep=False, **kw))
        count, buffer = 0, bytearray(1 << 20)
        while got := s.recv_into(buffer):
            count += got
        return count


@circumstances.case
def archives_and_tables_take_little_memory():
    # Of a list the program holds the files, too: those of /bench/zip are VirtualFiles.
    def archive(entries, size, **options):
        return f"/archive/big.zip?entries={entries}&size={size}", options

    def generated(options):
        return f"/bench/zip?entries={reduced(1_000_000)}&size=10{options}", {}

    def planned(size, **options):
        return f"/test/big.zip?entries={reduced(1_000_000)}&size={size}", options

    def orders(kind):
        return f"/export/orders.{kind}?rows={reduced(1_000_000)}", {}

    def from_byte(offset):
        return {"extra": [(b"HTTP_RANGE", b"bytes=%d-" % reduced(offset))]}

    many = reduced(100_000)
    # One program answers all, so that what one leaves behind counts for the next.
    downloads = [
        [archive(many, 100)], [archive(many, 101)],
        [archive(many, 100, **from_byte(19_000_000))], [archive(many, 102, **from_byte(19_000_000))],
        [archive(2 * many, 1, method=b"HEAD")], [archive(2 * many, 1)], [archive(2 * many, 2)],
        [archive(4, reduced(250_000_000))], [(f"/bench/zip?entries={many}&size=10&level=6", {})],
        # A list may be of any length: one that is itself produced, and a lazy one, all of it and from the middle on.
        *[[generated("&streaming=1")]] * 2, [generated("")], [planned(1)], [planned(2, **from_byte(9_000_000))],
        *([orders(kind)] for kind in ("csv", "ndjson", "xlsx")),
        # Two at once may take twice as much.
        [archive(many, 103), orders("xlsx")], [archive(many, 104), archive(many, 105)],
    ]
    highest = [0, 0]
    with Site() as site:
        expect(get() == 200, "not served")
        time.sleep(0.3)
        idle = anonymous_memory(site)
        for together in downloads:
            def one(number):
                uri, options = together[number]
                count = fetch(uri, **options)
                expect(count > (100 if "method" in options else reduced(900_000)), f"{uri}: {count} bytes")

            with peak_memory(site) as peak:
                in_threads(len(together), one)
            grown = peak[0] - idle
            highest[len(together) - 1] = max(highest[len(together) - 1], grown)
            if not is_sanitized():
                expect(grown < BOUND * len(together), f"{grown >> 10} KiB above idle: {together}")
    return "one {:.1f} MiB above idle, two {:.1f}".format(*(bytes / (1 << 20) for bytes in highest))
