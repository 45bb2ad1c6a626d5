"""The cases: each measures one peer once and returns its figures by name."""
import contextlib
import os
import shutil
import statistics
import subprocess
import tempfile
import time

from . import clients
from .nginx import Nginx
from .peers import BUILD
from .processes import Failure, PeakMemory, Running, cpu_seconds, memory_mib, wait_for

MIB = 1 << 20


class Settings:
    """What one run uses: the programs, the durations and the sizes."""

    def __init__(self, tools, quick, connections, file_limit):
        self.tools, self.quick, self.connections, self.file_limit = tools, quick, connections, file_limit
        self.seconds = 2 if quick else 5
        self.single = (128 if quick else 1024) * MIB
        self.eighth = (128 if quick else 512) * MIB
        self.requests = 50 if quick else 200
        self.settle = 1.0 if quick else 3.0
        self.window = 1.5 if quick else 5.0


class Stand:
    """A peer and the nginx before it, started afresh and stopped at the end; with a spool, if that is wanted."""

    def __init__(self, settings, peer, keepalive=True, spooling=False):
        self.settings, self.peer, self.keepalive = settings, peer, keepalive
        self.folder = tempfile.mkdtemp(prefix="bench-")
        self.spool = peer.spool(self.folder) if spooling else None
        # nginx's own processes may be another user's.
        os.chmod(self.folder, 0o755)
        self.application = self.nginx = None

    def __enter__(self):
        path = os.path.join(self.folder, "app.sock")
        try:
            argv = self.peer.command(path, self.folder)
            if self.spool and self.peer.spools:
                argv += ["--spool", self.spool, "--spool-mode", "0644"]
            if argv:
                log = os.path.join(BUILD, f"{self.peer.name}.log")
                self.application = Running(argv, log, env=self.peer.environment(), cwd=self.folder)
                wait_for(lambda: os.path.exists(path), 15, self.peer.name, self.application)
            self.nginx = Nginx(
                self.settings.tools["nginx"], self.peer, path, self.folder, self.keepalive, self.settings.file_limit,
                self.spool
            )
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind=None, *_):
        try:
            if kind is None and self.application and self.nginx:
                self.application.check()
        finally:
            self.stop()

    def stop(self):
        for process in (self.nginx, self.application):
            if process:
                process.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def pid(self):
        return self.application.pid if self.application else None

    def download(self, count, size, path="/bench/gen?n={size}"):
        url = self.nginx.url(path.format(size=size))
        return clients.curl(self.settings.tools["curl"], [url] * count, [size] * count)


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def hello(settings, peer, keepalive):
    with Stand(settings, peer, keepalive) as stand:
        url = stand.nginx.url("/bench/hello")
        clients.wrk(settings.tools["wrk"], url, 1, settings.connections)
        answer = clients.wrk(settings.tools["wrk"], url, settings.seconds, settings.connections)
    return {
        "requests/s": (answer["requests"] - answer["status"]) / (answer["microseconds"] / 1e6),
        "p50 ms": answer["p50"] / 1000,
        "p99 ms": answer["p99"] / 1000,
        "not 2xx": answer["status"],
        "socket errors": answer["socket"],
        "time-outs": answer["timeout"],
    }


def hello_keepalive(settings, peer):
    return hello(settings, peer, True)


def hello_close(settings, peer):
    return hello(settings, peer, False)


def single(settings, peer):
    with Stand(settings, peer) as stand:
        _, times = stand.download(1, settings.single)
    return {"GB/s": settings.single / times[0][1] / 1e9}


EIGHT_TIMES = 4


def eight(settings, peer):
    with Stand(settings, peer) as stand:
        before = cpu_seconds(stand.pid) if stand.pid else None
        with PeakMemory(stand.pid) if stand.pid else contextlib.nullcontext() as peak:
            # One after another: a second or so of one alone says more about the machine's moment than about the
            # program.
            took = sum(stand.download(8, settings.eighth)[0] for _ in range(EIGHT_TIMES))
        total = EIGHT_TIMES * 8 * settings.eighth / 1e9
        figures = {"GB/s": total / took}
        if stand.pid:
            figures["CPU s per GB"] = (cpu_seconds(stand.pid) - before) / total
            figures["peak MiB"] = peak.mib
    return figures


SPOOLED = "/spooled/gen?n={size}&key=bench"


def spooled(settings, peer):
    """A file of the spool, which nginx sends since it is told so, and the same file of nginx's own."""
    with Stand(settings, peer, spooling=True) as stand:
        path = SPOOLED if stand.spool else "/bench/gen?n={size}"
        figures = {}
        for size, name in ((MIB, "1 MiB"), (65536, "64 KiB")):
            url = stand.nginx.url(path.format(size=size))
            stand.download(1, size, path)
            wait_for(lambda: is_stored(stand, size), 30, "the spool")
            clients.wrk(settings.tools["wrk"], url, 1, settings.connections)
            answer = clients.wrk(settings.tools["wrk"], url, settings.seconds, settings.connections)
            figures[f"requests/s of {name}"] = (answer["requests"] - answer["status"]) / (answer["microseconds"] / 1e6)
        stand.download(1, settings.eighth, path)
        wait_for(lambda: is_stored(stand, settings.eighth), 60, "the spool")
        took = sum(stand.download(8, settings.eighth, path)[0] for _ in range(EIGHT_TIMES))
        return {"GB/s": EIGHT_TIMES * 8 * settings.eighth / 1e9 / took, **figures}


def is_stored(stand, size):
    """Whether a file of that size is whole in the spool: its name says so."""
    if not stand.peer.spools:
        return True
    return any(name.endswith(f"-{size}") for _, _, names in os.walk(stand.spool) for name in names)


def spool_first(settings, peer):
    """The client for whom a content is generated while it goes to the spool, and that of a plain stream, in turn."""
    rates = {"plain": [], "first": []}
    with Stand(settings, peer, spooling=True) as stand:
        for number in range(3 if settings.quick else 5):
            for name, path in (("plain", "/bench/gen?n={size}"), ("first", SPOOLED + f"-{number}")):
                _, times = stand.download(1, settings.eighth, path)
                rates[name].append(settings.eighth / times[0][1] / 1e9)
            shutil.rmtree(stand.spool, ignore_errors=True)
    ratios = [first / plain for first, plain in zip(rates["first"], rates["plain"])]
    return {
        "first / plain": statistics.median(ratios),
        "first GB/s": statistics.median(rates["first"]),
        "plain GB/s": statistics.median(rates["plain"]),
    }


def spool_slow(settings, peer):
    """49 clients of one generation, with and without a fiftieth who came first and reads 10 KB/s."""
    took = {False: [], True: []}
    with Stand(settings, peer, spooling=True) as stand:
        for number in range(3 if settings.quick else 5):
            for is_slow in (False, True):
                path = f"/spooled/gen?n={16 * MIB}&key={number}{is_slow}"
                slow_one = clients.SlowClients(stand.nginx.slow_port, path, 1, 60) if is_slow else None
                try:
                    if slow_one:
                        wait_for(lambda: slow_one.report()["served"] == 1, 10, "the slow client")
                    took[is_slow].append(stand.download(49, 16 * MIB, path)[0])
                finally:
                    if slow_one:
                        slow_one.stop()
    ratios = [beside / alone for beside, alone in zip(took[True], took[False])]
    return {
        "with / without": statistics.median(ratios),
        "49 s": statistics.median(took[False]),
        "49 and a slow one s": statistics.median(took[True]),
    }


def ttfb(settings, peer):
    with Stand(settings, peer) as stand:
        times = []
        for _ in range(settings.requests if peer.streams else 5):
            times.append(clients.first_byte(stand.nginx.port, f"/bench/gen?n={16 * MIB}") * 1000)
    return {"p50 ms": statistics.median(times), "p99 ms": percentile(times, 0.99)}


def slow(settings, peer, count, stand, idle):
    download = clients.SlowClients(
        stand.nginx.slow_port, f"/bench/gen?n={1024 * MIB}", count,
        count / 1000 + settings.settle + settings.window + 60
    )
    try:
        time.sleep(count / 1000 + settings.settle)
        download.report()
        latencies = clients.fresh_requests(stand.nginx.port, "/bench/hello", settings.window)
        now = download.report()
        figures = {f"served of {count}": now["served"], f"fresh p50 ms at {count}": statistics.median(latencies)}
        figures[f"fresh p99 ms at {count}"] = percentile(latencies, 0.99)
        if stand.pid:
            figures[f"MiB at {count}"] = memory_mib(stand.pid)
            if now["served"]:
                figures[f"KiB per client at {count}"] = (figures[f"MiB at {count}"] - idle) * 1024 / now["served"]
        return figures
    finally:
        download.stop()


def memory(settings, peer):
    figures = {}
    for count in (64, 500):
        with Stand(settings, peer) as stand:
            time.sleep(0.2)
            idle = memory_mib(stand.pid) if stand.pid else 0
            if stand.pid:
                figures["idle MiB"] = idle
            if not peer.streams:
                return figures
            figures.update(slow(settings, peer, count, stand, idle))
    return figures


def slow2000(settings, peer):
    with Stand(settings, peer) as stand:
        time.sleep(0.2)
        idle = memory_mib(stand.pid) if stand.pid else 0
        return slow(settings, peer, 2000, stand, idle)


def rows(settings, peer):
    count = 1_000_000
    path = f"/bench/rows?n={count}"
    with Stand(settings, peer) as stand:
        rates = []
        for _ in range(2 if settings.quick else 5):
            url = stand.nginx.url(path)
            _, times = clients.curl(settings.tools["curl"], [url], [32 * count])
            rates.append(count / times[0][1] / 1e6)
        firsts = []
        for _ in range(settings.requests):
            firsts.append(clients.first_byte(stand.nginx.port, path) * 1000)
    return {"million rows/s": statistics.median(rates), "first row p50 ms": statistics.median(firsts)}


def made(settings, peer, path, amount):
    """One download of an archive or table: its speed in units of `amount`, what it costs, and the memory it takes."""
    with Stand(settings, peer) as stand:
        curl, url = settings.tools["curl"], stand.nginx.url(path)
        # What is loaded once is loaded, as for the tables that the peers make their content of.
        clients.curl(curl, [stand.nginx.url(path.split("?")[0] + "?entries=1&size=1&n=1")], [None])
        time.sleep(0.2)
        idle, before = memory_mib(stand.pid), cpu_seconds(stand.pid)
        with PeakMemory(stand.pid) as peak:
            took, _ = clients.curl(curl, [url], [None], timeout=600)
        cost = cpu_seconds(stand.pid) - before
    return {"speed": amount / took, "for each CPU s": amount / cost if cost else 0, "MiB above idle": peak.mib - idle}


def zip_stored(settings, peer):
    """Beside it the plain generated download of the same process, since it is what the archive is measured by."""
    size = settings.single
    figures = made(settings, peer, f"/bench/zip?entries=8&size={size // 8}", size / 1e9)
    plain = made(settings, peer, f"/bench/gen?n={size}", size / 1e9)
    return {
        "GB/s": figures["speed"],
        "of /bench/gen": figures["speed"] / plain["speed"],
        "GB for each CPU s": figures["for each CPU s"],
        "MiB above idle": figures["MiB above idle"],
    }


def deflate(settings, peer, level):
    size = settings.single // (4 if level == 1 else 16)
    if peer.name == "info-zip":
        return info_zip(settings, peer, level, size)
    figures = made(settings, peer, f"/bench/zip?entries=1&size={size}&level={level}", size / 1e6)
    return {"MB for each CPU s": figures["for each CPU s"], "MiB above idle": figures["MiB above idle"],
            "percent left": compressed_size(settings, peer, level, size) * 100 / size}


def compressed_size(settings, peer, level, size):
    with Stand(settings, peer) as stand:
        url = stand.nginx.url(f"/bench/zip?entries=1&size={size}&level={level}")
        return len(subprocess.run([settings.tools["curl"], "-sf", url], stdout=subprocess.PIPE, check=True).stdout)


def table_text():
    """The table that each peer deflates: some random digits in each row."""
    rows, state, size = [], 1, 0
    while size < 4_000_000:
        state = (state * 6364136223846793005 + 1442695040888963407) & (1 << 64) - 1
        number = len(rows) + 1
        rows.append(b"%d,2026-05-%d,customer-%d,%d.50\r\n" % (
            number, 10 + number % 18, (state >> 40) % 5000, (state >> 33) % 100_000))
        size += len(rows[-1])
    return b"".join(rows)


def info_zip(settings, peer, level, size):
    """`zip -` reads what our own program would deflate, from a file, and counts its own processor time."""
    path = os.path.join(BUILD, f"table-{size}")
    if not os.path.exists(path):
        text = table_text()
        with open(path, "wb") as file:
            for left in range(size, 0, -len(text)):
                file.write(text[:left])
    before = os.times()
    with open(path, "rb") as file:
        argv = [peer.binary, "-q", f"-{level}", "-", "-"]
        done = subprocess.run(argv, stdin=file, stdout=subprocess.PIPE, check=True)
    after = os.times()
    cost = after.children_user - before.children_user + after.children_system - before.children_system
    return {"MB for each CPU s": size / 1e6 / cost, "percent left": len(done.stdout) * 100 / size}


def zip_fast(settings, peer):
    return deflate(settings, peer, 1)


def zip_small(settings, peer):
    return deflate(settings, peer, 6)


def table(settings, peer, kind):
    count = 200_000 if settings.quick else 1_000_000
    figures = made(settings, peer, f"/bench/{kind}?n={count}", count / 1e6)
    return {"million rows/s": figures["speed"], "million rows for each CPU s": figures["for each CPU s"],
            "MiB above idle": figures["MiB above idle"]}


def table_csv(settings, peer):
    return table(settings, peer, "csv")


def table_xlsx(settings, peer):
    return table(settings, peer, "xlsx")


def start_up(argv, environment, count, floor):
    """How much later than the empty program's the first byte of a CGI program comes, in ms; the two take turns."""
    differences, times = [], []
    for _ in range(count):
        taken = [first_byte_of(program, environment) for program in (argv, [floor])]
        differences.append((taken[0] - taken[1]) * 1000)
        times.append(taken[0] * 1000)
    return statistics.median(differences), statistics.median(times)


def first_byte_of(argv, environment):
    started = time.perf_counter()
    with subprocess.Popen(
        argv, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as program:
        first = program.stdout.read1(65536)
        taken = time.perf_counter() - started
        program.stdout.read()
    if not first:
        raise Failure(f"{os.path.basename(argv[0])} wrote nothing as a CGI program")
    if not any(sign in first for sign in (b"Hello, ", b"200", b"Content-Type", b"content-type")):
        raise Failure(f"{os.path.basename(argv[0])} as a CGI program answered {first[:60]!r}")
    return taken


def cgi_start(settings, peer):
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "LD_LIBRARY_PATH": os.environ.get("LD_LIBRARY_PATH", ""),
        "GATEWAY_INTERFACE": "CGI/1.1",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_SOFTWARE": "bench",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": "127.0.0.1",
        "REQUEST_METHOD": "GET",
        "REQUEST_URI": "/bench/hello",
        "DOCUMENT_URI": "/bench/hello",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/bench/hello",
        "QUERY_STRING": "",
    }
    floor = settings.tools["cgi-empty"]
    figures = {}
    for name, binary in peer.programs.items():
        later, whole = start_up([binary], environment, settings.requests, floor)
        figures[f"{name}: ms over an empty program"] = later
        figures[f"{name}: ms in all"] = whole
    return figures


# The case, what it is called in the report, the figure that ratios and the plot use, and whether more of it is better.
CASES = {
    "hello-keepalive": (hello_keepalive, "13-byte generated file, upstream keep-alive", "requests/s", True),
    "hello-close": (hello_close, "13-byte generated file, a new upstream connection each", "requests/s", True),
    "single": (single, "one large generated download", "GB/s", True),
    "eight": (eight, "eight generated downloads at once", "GB/s", True),
    "ttfb": (ttfb, "time to first byte of a generated download", "p50 ms", False),
    "memory": (memory, "anonymous memory with slow clients (10 KB/s each)", "served of 500", True),
    "slow2000": (slow2000, "2,000 slow clients (10 KB/s each)", "served of 2000", True),
    "rows": (rows, "a million 32-byte rows", "million rows/s", True),
    "zip-stored": (zip_stored, "a ZIP archive of eight stored entries", "GB/s", True),
    "zip-level-1": (zip_fast, "a table deflated at level 1 into an archive", "MB for each CPU s", True),
    "zip-level-6": (zip_small, "a table deflated at level 6 into an archive", "MB for each CPU s", True),
    "csv": (table_csv, "a million rows of five typed columns as CSV", "million rows/s", True),
    "xlsx": (table_xlsx, "the same rows as a spreadsheet", "million rows/s", True),
    "spooled": (spooled, "a file of the spool, handed over to nginx, and a file of nginx's own", "GB/s", True),
    "spool-first": (spool_first, "the first client of a content that is spooled, and a plain stream", None, False),
    "spool-slow": (spool_slow, "49 clients of one generation, with and without one of 10 KB/s", None, False),
    "cgi-start": (cgi_start, "start-up as a CGI program", None, False),
}
QUICK = ["hello-keepalive", "hello-close", "single", "eight", "ttfb", "memory", "rows"]
# The peers of cases that no other can be asked for.
ONLY = {"spooled": {"demo", "nginx-static", "canned"}, "spool-first": {"demo"}, "spool-slow": {"demo"}}
# What a peer that collects a download before it sends it is not asked for: it would run for minutes and fill the
# memory.
NEEDS_STREAMING = {"single", "eight", "slow2000", "rows"}
ARCHIVES = {"zip-stored", "zip-level-1", "zip-level-6", "csv", "xlsx"}


def runs(case, peer):
    """Whether a peer has what a case asks for."""
    if case in ONLY:
        return peer.name in ONLY[case]
    if peer.name == "info-zip":
        return case in ("zip-level-1", "zip-level-6")
    if case == "xlsx":
        return peer.name in ("demo", "python")
    return peer.archives if case in ARCHIVES else peer.downloads
