"""What cases need besides the server: ports, threads, clients that ask again and again, libraries of C."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import threading

from .failure import Failed


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


@contextlib.contextmanager
def built(name, *arguments):
    """The path of a library that is built of a C source of `circumstances`."""
    folder = tempfile.mkdtemp(prefix="process-")
    try:
        library = os.path.join(folder, "built.so")
        compiler = shutil.which("cc") or shutil.which("clang")
        source = os.path.join(os.path.dirname(__file__), "circumstances", name)
        subprocess.run([compiler, "-shared", "-fPIC", source, "-o", library, *arguments], check=True)
        yield library
    finally:
        shutil.rmtree(folder)
