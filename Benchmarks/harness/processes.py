"""Starting, measuring and stopping processes, so that none outlives the run."""
import ctypes
import os
import signal
import socket
import subprocess
import threading
import time

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)
TICKS = os.sysconf("SC_CLK_TCK")
running = []


class Failure(Exception):
    """A measurement that could not be made; its text goes into the report."""


def end_with_parent():
    """Even when this program is killed the hard way, its children are asked to end."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    for sign in (signal.SIGINT, signal.SIGHUP):
        signal.signal(sign, signal.SIG_DFL)


class Running:
    """A process group of our own, stopped by its id."""

    def __init__(self, argv, log, env=None, cwd=None, **streams):
        self.argv = argv
        self.log = log
        with open(log, "ab") as output:
            streams.setdefault("stdin", subprocess.DEVNULL)
            streams.setdefault("stdout", output)
            self.process = subprocess.Popen(
                argv, env=env, cwd=cwd, stderr=output, start_new_session=True, preexec_fn=end_with_parent, **streams
            )
        running.append(self)

    @property
    def pid(self):
        return self.process.pid

    def tail(self):
        with open(self.log, errors="replace") as log:
            return " | ".join(log.read().strip().splitlines()[-3:])

    def check(self):
        if self.process.poll() is not None:
            raise Failure(f"{os.path.basename(self.argv[0])} ended with {self.process.returncode}: {self.tail()}")

    def stop(self, grace=2.0):
        """Asks, waits for `grace` seconds, then kills what is left of the group."""
        for sign, seconds in ((signal.SIGTERM, grace), (signal.SIGKILL, 5.0)):
            try:
                os.killpg(self.pid, sign)
            except ProcessLookupError:
                break
            deadline = time.monotonic() + seconds
            while time.monotonic() < deadline:
                self.process.poll()
                try:
                    os.killpg(self.pid, 0)
                except ProcessLookupError:
                    break
                time.sleep(0.01)
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                stream.close()
        if self in running:
            running.remove(self)


def stop_all():
    for process in list(reversed(running)):
        process.stop(grace=0.5)


def run_quietly(argv, log, cwd=None, env=None, timeout=1800):
    """Runs a build step; its output goes to `log`. Returns whether it succeeded."""
    step = Running(argv, log, env=env, cwd=cwd)
    try:
        return step.process.wait(timeout=timeout) == 0
    except subprocess.TimeoutExpired:
        return False
    finally:
        step.stop()


def tree(root):
    """The ids of a process and all its descendants."""
    children = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat") as stat:
                    parent = int(stat.read().rpartition(")")[2].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(name))
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += children.get(pid, [])
    return found


def cpu_seconds(root):
    """User and system time that a process tree has used so far."""
    total = 0
    for pid in tree(root):
        try:
            with open(f"/proc/{pid}/stat") as stat:
                fields = stat.read().rpartition(")")[2].split()
        except OSError:
            continue
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def memory_mib(root):
    """Anonymous memory, which nothing but the program can give back: RssAnon of one process; of several, the sum of
    their anonymous PSS, which counts a shared page once."""
    pids = tree(root)
    total = 0
    for pid in pids:
        path, key = (f"/proc/{pid}/smaps_rollup", "Pss_Anon:") if len(pids) > 1 else (f"/proc/{pid}/status", "RssAnon:")
        try:
            with open(path) as lines:
                total += next((int(line.split()[1]) for line in lines if line.startswith(key)), 0)
        except OSError:
            continue
    return total / 1024


class PeakMemory:
    """The highest ``memory_mib`` of a process tree while the block runs, looked at 20 times a second: the kernel keeps
    a peak of resident memory only, which counts pages of code, too."""

    def __init__(self, root):
        self.root = root
        self.mib = 0
        self.ends = threading.Event()
        self.thread = threading.Thread(target=self.watch)

    def watch(self):
        while True:
            self.mib = max(self.mib, memory_mib(self.root))
            if self.ends.wait(0.05):
                return

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ends.set()
        self.thread.join()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition, seconds, what, *processes):
    deadline = time.monotonic() + seconds
    while not condition():
        for process in processes:
            process.check()
        if time.monotonic() > deadline:
            raise Failure(f"{what} was not ready within {seconds:g} s")
        time.sleep(0.01)
