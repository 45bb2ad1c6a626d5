"""Many clients at once. The cases named load- and soak- want the machine for themselves."""

import os
import re
import resource
import threading

from ..failure import expect
from ..fastcgi import body, close_all, connect, Reader, request, send, status
from ..helpers import in_threads
from ..nginx import load, nginx
from ..registry import circumstances
from ..settings import is_sanitized, settings
from ..site import anonymous_memory, hello_times, Site


@circumstances.case
def many_connections_do_not_make_the_main_actor_dear():
    resource.setrlimit(resource.RLIMIT_NOFILE, (4000, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))

    def used(site):
        with open(f"/proc/{site.pid}/stat") as f:
            return sum(map(int, f.read().rpartition(")")[2].split()[11:13])) / os.sysconf("SC_CLK_TCK")

    times = []
    for count in 0, 3000:
        with Site("--threads", "2") as site:
            held = []
            try:
                for _ in range(count):
                    s = connect(20)
                    held.append(s)
                    send(s, request())
                    expect(status(Reader(s).answer(20)) == 200, "not served")
                with connect(60) as s:
                    reader, before = Reader(s), used(site)
                    for _ in range(100):
                        send(s, request(uri=b"/test/main-actor"))
                        expect(body(reader.answer(60)).count(b"\n") == 50, "not served whole")
                    times.append(used(site) - before)
            finally:
                close_all(held)
    alone, among = times
    expect(among < 4 * alone + 0.1, f"5,000 calls took {among:.2f} s of a processor, {alone:.2f} s without the others")
    return f"5,000 calls took {among:.2f} s of a processor, {alone:.2f} s without the others"


@circumstances.case
def two_thousand_slow_downloads():
    count, size = 2000, 1_000_000
    resource.setrlimit(resource.RLIMIT_NOFILE, (count + 500, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    with Site("--threads", "8") as site:
        hello_times(50)
        before = anonymous_memory(site)
        held = []
        try:
            for _ in range(count):
                s = connect(60)
                held.append(s)
                send(s, request(uri=b"/bench/gen?n=%d" % size, keep=False))
            times = hello_times(300)
            grown = (anonymous_memory(site) - before) / count
            failures = []

            def read(number):
                for s in held[number::20]:
                    got = Reader(s).answer(60)
                    if status(got) != 200 or len(body(got)) != size:
                        failures.append(got and len(got[0]))
            in_threads(20, read)
            expect(not failures, f"{len(failures)} were not whole, one of {failures[:1]} bytes")
        finally:
            close_all(held)
        p99 = times[int(len(times) * 0.99)]
        expect(p99 < 0.02 * settings.slow, f"a request beside them took {p99 * 1000:.1f} ms at p99")
        if not is_sanitized():
            expect(grown < 65_536, f"{grown:.0f} bytes of memory each")
        return f"{grown / 1024:.1f} KiB each, a request beside them {p99 * 1000:.2f} ms at p99"


@circumstances.case
def load_behind_nginx():
    """4 workers, 200 clients for 30 s, each of which asks again once it was answered; a fresh direct connection is
    answered at once throughout. With a sanitizer none waits for much longer than all do on average."""
    clients = 200
    with Site("--threads", "4") as site:
        os.chmod(site.folder, 0o755)
        os.chmod(site.path, 0o666)
        with nginx(site.folder, site.path, keeps=64) as port:
            times, ends = [], threading.Event()

            def probe():
                while not ends.wait(0.1):
                    times.extend(hello_times(1))
            prober = threading.Thread(target=probe)
            prober.start()
            try:
                out = load(port, 30, clients)
            finally:
                ends.set()
                prober.join()
        expect("Non-2xx" not in out and "Socket errors" not in out, out)
        rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1])
        number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", out).groups()
        p99 = float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]
        average = clients / rate * 1000
        told = f"{rate:.0f} requests/s, {average:.1f} ms on average, {p99:.1f} ms at p99"
        expect(p99 < (5 * average if is_sanitized() else 20), told)
        return f"{told}; direct {max(times) * 1000:.1f} ms at worst of {len(times)}"


@circumstances.case
def soak_a_million_requests():
    with Site("--threads", "4") as site:
        os.chmod(site.folder, 0o755)
        os.chmod(site.path, 0o666)
        with nginx(site.folder, site.path, keeps=64) as port:
            count, start = 0, None
            while count < 1_000_000:
                out = load(port, 10, 64)
                expect("Non-2xx" not in out and "Socket errors" not in out, out)
                if start is None:
                    start, descriptors = anonymous_memory(site), site.descriptors()
                else:
                    count += int(re.search(r"(\d+) requests in", out)[1])
            grown = (anonymous_memory(site) - start) / (count / 1000)
            more = site.descriptors() - descriptors
        expect(grown < 1024, f"memory grew by {grown:.0f} bytes for 1,000 requests")
        expect(more <= 0, f"{more} descriptors more")
        return f"{count} requests, {grown:.0f} bytes for each 1,000, {more} descriptors more"
