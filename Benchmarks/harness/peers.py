"""The compared programs: how each is built and started. `prepare` returns why a peer cannot run, or None."""
import glob
import json
import os
import shutil
import subprocess
import sys

from .processes import run_quietly

BENCHMARKS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ROOT = os.path.dirname(BENCHMARKS)
BUILD = os.path.join(ROOT, ".build-bench")
SOURCES = os.path.join(BENCHMARKS, "peers")
WORKERS = "16"


def first_line(*argv):
    try:
        answer = subprocess.run(argv, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = (answer.stdout + answer.stderr).strip().splitlines()
    return lines[0] if lines else None


def find(*names):
    """The first of these programs that is there, in PATH or where the system keeps its servers."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
    for name in names:
        found = shutil.which(name, path=path)
        if found:
            return found
    return None


def install(*packages):
    """Asks apt for packages, when root; says whether it worked."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    # As the tests install theirs: no service may be started on this machine because of a benchmark.
    script = '. "$1"; shift; missing=("$@"); install_packages env'
    packages_file = os.path.join(ROOT, "deploy", "packages")
    return run_quietly(["bash", "-c", script, "install", packages_file, *packages], os.path.join(BUILD, "apt.log"))


def need(packages, *names):
    """The path of a program, installed when that is possible; else None."""
    found = find(*names)
    if not found and install(*packages):
        found = find(*names)
    return found


class Peer:
    """One compared program. `streams` is false for one that collects a whole download before its first byte."""

    name = title = ""
    protocol = "fastcgi"
    streams = True
    script = ""
    version = ""
    without = {}
    # Whether it makes archives and tables, and whether it does anything else.
    archives, downloads = False, True
    # Whether it keeps a spool of its own.
    spools = False

    def prepare(self):
        return None

    def command(self, socket, folder):
        """The program and its arguments; None when nothing has to run behind nginx."""
        raise NotImplementedError

    def environment(self):
        return None

    def spool(self, folder):
        """Where the files lie that it hands over to nginx; None if it hands nothing over."""
        return None

    def log(self):
        return os.path.join(BUILD, f"{self.name}.log")

    def source(self, *path):
        return os.path.join(SOURCES, *path)

    def built(self, *path):
        return os.path.join(BUILD, *path)


class Demo(Peer):
    name, title = "demo", "this package"
    archives = spools = True

    def __init__(self, threads=None):
        self.threads = threads
        self.without = {}  # cases it cannot run, each with the reason

    def prepare(self):
        swift = find("swift")
        if not swift:
            return "swift is missing (https://www.swift.org/install)"
        if not find("pkg-config") or subprocess.run(["pkg-config", "--exists", "fcgi"]).returncode != 0:
            if not install("pkg-config", "libfcgi-dev"):
                return "libfcgi-dev is missing"
        # As README says to build it for a server.
        scratch = self.built("testsite-static")
        build = [swift, "build", "--package-path", ROOT, "--scratch-path", scratch, "-c", "release"]
        if not run_quietly([*build, "--product", "testsite", "--static-swift-stdlib"], self.log()):
            return f"it did not build, see {self.log()}"
        self.binary = os.path.join(scratch, "release", "testsite")
        self.version = first_line("git", "-C", ROOT, "describe", "--always", "--dirty") or ""
        self.version += ", " + (first_line(swift, "--version") or "").split(" (")[0]
        if "/bench/rows" not in (self.routes() or ""):
            self.without["rows"] = "`testsite routes` does not list /bench/rows"
        return None

    def spool(self, folder):
        return os.path.join(folder, "spool")

    def routes(self):
        try:
            return subprocess.run([self.binary, "routes"], capture_output=True, text=True, timeout=10).stdout
        except (OSError, subprocess.TimeoutExpired):
            return None

    def command(self, socket, folder):
        threads = ["--threads", str(self.threads)] if self.threads else []
        return [self.binary, "serve", "--listen", f"unix:{socket}", *threads]

    def shared_build(self):
        """The program that needs Swift's libraries beside it, for the CGI case."""
        build = [find("swift"), "build", "--package-path", ROOT, "-c", "release"]
        if not run_quietly([*build, "--product", "testsite"], self.log()):
            return None
        return os.path.join(first_line(*build, "--show-bin-path") or "", "testsite")


class CLoop(Peer):
    name, title = "libfcgi", "plain C libfcgi loop, 16 threads"

    def prepare(self):
        compiler = need(["gcc", "libc6-dev"], "cc", "gcc")
        if not compiler:
            return "a C compiler is missing (apt-get install gcc libfcgi-dev)"
        self.binary = self.built("libfcgi-loop")
        build = [compiler, "-O2", "-o", self.binary, self.source("libfcgi", "main.c"), "-lfcgi", "-lpthread"]
        if not run_quietly(build, self.log()):
            if not install("libfcgi-dev") or not run_quietly(build, self.log()):
                return "libfcgi is missing (apt-get install libfcgi-dev)"
        self.version = "libfcgi " + (first_line("pkg-config", "--modversion", "fcgi") or "")
        return None

    def command(self, socket, folder):
        return [self.binary, socket, WORKERS]


class Canned(Peer):
    name, title = "canned", "canned records, the limit of FastCGI"

    def prepare(self):
        compiler = need(["gcc", "libc6-dev"], "cc", "gcc")
        if not compiler:
            return "a C compiler is missing (apt-get install gcc libc6-dev)"
        self.binary = self.built("canned")
        build = [compiler, "-O2", "-o", self.binary, self.source("canned", "main.c"), "-lpthread"]
        if not run_quietly(build, self.log()):
            return f"it did not build, see {self.log()}"
        return None

    def command(self, socket, folder):
        return [self.binary, socket]

    def spool(self, folder):
        # What nginx itself serves.
        return self.built("static", "bench")


class Go(Peer):
    def __init__(self, name, title, protocol):
        self.name, self.title, self.protocol = name, title, protocol
        self.archives = protocol == "http"

    def prepare(self):
        go = need(["golang-go"], "go")
        if not go:
            return "Go is missing (apt-get install golang-go)"
        # One program for both protocols.
        self.binary = self.built("go")
        environment = dict(os.environ, GOCACHE=self.built("go-cache"), GO111MODULE="off")
        if not run_quietly([go, "build", "-o", self.binary, self.source("go", "main.go")], self.log(), env=environment):
            return f"it did not build, see {self.log()}"
        self.version = (first_line(go, "version") or "").replace("go version ", "")
        return None

    def command(self, socket, folder):
        return [self.binary, self.protocol, socket]


class PHP(Peer):
    name, title = "php-fpm", "PHP-FPM, 16 workers"
    script = os.path.join(SOURCES, "php-fpm", "index.php")

    def prepare(self):
        names = ["php-fpm"] + [os.path.basename(path) for path in sorted(glob.glob("/usr/sbin/php-fpm*"), reverse=True)]
        self.binary = need(["php-fpm"], *names)
        if not self.binary and glob.glob("/usr/sbin/php-fpm*"):
            self.binary = glob.glob("/usr/sbin/php-fpm*")[0]
        if not self.binary:
            return "PHP-FPM is missing (apt-get install php-fpm)"
        self.version = (first_line(self.binary, "-v") or "").split(" (")[0]
        return None

    def command(self, socket, folder):
        configuration = os.path.join(folder, "php-fpm.conf")
        with open(configuration, "w") as file:
            file.write(
                f"[global]\ndaemonize = no\nerror_log = {folder}/php-fpm.log\n[bench]\nlisten = {socket}\n"
                f"listen.backlog = 4096\nlisten.mode = 0666\npm = static\npm.max_children = {WORKERS}\n"
                "php_admin_value[output_buffering] = 0\nphp_admin_value[max_execution_time] = 0\n"
                + ("user = root\ngroup = root\n" if os.geteuid() == 0 else "")
            )
        return [self.binary, "-F", "-y", configuration] + (["-R"] if os.geteuid() == 0 else [])


class Django(Peer):
    # Its VirtualFile joins the whole content, in quadratic time.
    name, title, protocol = "django", "django-downloadview, gunicorn with 4 processes of 4 threads", "http"
    streams = False

    def prepare(self):
        python = self.built("venv", "bin", "python")
        if not os.path.exists(self.built("venv", "bin", "gunicorn")):
            if not run_quietly([sys.executable, "-m", "venv", self.built("venv")], self.log()):
                return "python3-venv is missing (apt-get install python3-venv)"
            if not run_quietly([python, "-m", "pip", "install", "-q", "django-downloadview", "gunicorn"], self.log()):
                return f"pip could not install django-downloadview and gunicorn, see {self.log()}"
        versions = "from importlib.metadata import version as v; " \
                   "print('django-downloadview', v('django-downloadview'), "
        versions += "'Django', v('Django'), 'gunicorn', v('gunicorn'))"
        self.version = first_line(python, "-c", versions) or ""
        return None

    def command(self, socket, folder):
        gunicorn = [self.built("venv", "bin", "gunicorn"), "--chdir", self.source("django"), "--bind", f"unix:{socket}"]
        return gunicorn + ["--workers", "4", "--threads", "4", "--backlog", "4096", "--log-level", "error", "bench"]

    def environment(self):
        return dict(os.environ, PYTHONDONTWRITEBYTECODE="1")


class Python(Peer):
    name, title, protocol = "python", "Python: zipstream-ng, csv, XlsxWriter, under gunicorn", "http"
    archives, downloads = True, False

    def prepare(self):
        python = self.built("archives-venv", "bin", "python")
        if not os.path.exists(self.built("archives-venv", "bin", "gunicorn")):
            if not run_quietly([sys.executable, "-m", "venv", self.built("archives-venv")], self.log()):
                return "python3-venv is missing (apt-get install python3-venv)"
            packages = ["zipstream-ng", "XlsxWriter", "gunicorn"]
            if not run_quietly([python, "-m", "pip", "install", "-q", *packages], self.log()):
                return f"pip could not install {', '.join(packages)}, see {self.log()}"
        versions = "from importlib.metadata import version as v; " \
                   "print('zipstream-ng', v('zipstream-ng'), 'XlsxWriter', v('XlsxWriter'))"
        self.version = first_line(python, "-c", versions) or ""
        return None

    def command(self, socket, folder):
        gunicorn = [self.built("archives-venv", "bin", "gunicorn"), "--chdir", self.source("python")]
        return gunicorn + ["--bind", f"unix:{socket}", "--timeout", "300", "--log-level", "error", "bench:app"]

    def environment(self):
        return dict(os.environ, PYTHONDONTWRITEBYTECODE="1")


class InfoZIP(Peer):
    name, title = "info-zip", "Info-ZIP: `zip -` of a file, by itself"
    downloads = False

    def prepare(self):
        self.binary = need(["zip"], "zip")
        if not self.binary:
            return "zip is missing (apt-get install zip)"
        self.version = "Info-ZIP zip 3.0"
        return None

    def command(self, socket, folder):
        return None


class Hummingbird(Peer):
    name, title, protocol = "hummingbird", "Hummingbird", "http"

    def prepare(self):
        swift = find("swift")
        if not swift:
            return "swift is missing (https://www.swift.org/install)"
        package, scratch = self.source("hummingbird-peer"), self.built("hummingbird")
        build = [swift, "build", "--package-path", package, "--scratch-path", scratch, "-c", "release"]
        if not run_quietly(build, self.log()):
            return f"it did not build, see {self.log()}"
        self.binary = os.path.join(scratch, "release", "hummingbird-peer")
        self.version = "Hummingbird " + resolved_version(os.path.join(package, "Package.resolved"), "hummingbird")
        return None

    def command(self, socket, folder):
        return [self.binary, socket]


class Static(Peer):
    name, title, protocol = "nginx-static", "nginx, static file", "static"

    def prepare(self):
        folder = self.built("static", "bench")
        os.makedirs(folder, exist_ok=True)
        files = {"hello": b"Hello, world\n", "rows-1000000": b"0000001,customer-000001,0000.01\n" * 1_000_000}
        for name, content in files.items():
            self.write(os.path.join(folder, name), content, len(content))
        self.write(os.path.join(folder, "gen-65536"), b"x" * 65536, 65536)
        for mib in (1, 16, 128, 512, 1024):
            self.write(os.path.join(folder, f"gen-{mib << 20}"), b"x" * (1 << 20), mib << 20)
        return None

    def write(self, path, piece, size):
        """Makes the file, or reads the one there is: either way it is in the page cache afterwards."""
        if os.path.exists(path) and os.path.getsize(path) == size:
            with open(path, "rb") as file:
                while file.read(1 << 20):
                    pass
            return
        with open(path, "wb") as file:
            for _ in range(size // len(piece)):
                file.write(piece)

    def command(self, socket, folder):
        return None


def resolved_version(path, identity):
    try:
        with open(path) as file:
            pins = json.load(file)["pins"]
        return next(pin["state"].get("version", "") for pin in pins if pin["identity"] == identity)
    except (OSError, KeyError, StopIteration, ValueError):
        return ""


def every(threads=None):
    """All peers in the order of the report: ours first, what ratios and limits refer to beside it."""
    return [
        Demo(threads),
        CLoop(),
        Static(),
        Canned(),
        Go("go-http", "Go net/http behind proxy_pass", "http"),
        Go("go-fcgi", "Go net/http/fcgi", "fastcgi"),
        PHP(),
        Hummingbird(),
        Django(),
        Python(),
        InfoZIP(),
    ]
