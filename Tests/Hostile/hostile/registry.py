"""All cases by name, in three groups, and how one is run."""

import subprocess
import sys
import time

from .expectations import check_healthy
from .failure import Failed


class Group:
    """Cases that are run in the same way."""

    def __init__(self):
        self.cases = {}

    def case(self, function):
        """Registers a function under its own name: the decorator of a case."""
        self.add(function.__name__.replace("_", "-"), function)
        return function

    def add(self, name, function):
        assert name not in self.cases, f"two cases are called {name}"
        self.cases[name] = function

    def run(self, name, *arguments):
        """Runs a case and prints its line, with the figures that it returns; whether it went well."""
        try:
            figures = self.figures(self.cases[name], *arguments) or ""
        except (OSError, Failed, subprocess.TimeoutExpired) as error:
            print(f"FAIL {name} {type(error).__name__}: {error}{self.remark(*arguments)}", flush=True)
            return False
        print(f"ok {name} {figures}".rstrip(), flush=True)
        return True

    def figures(self, function, *arguments):
        return function(*arguments)

    def remark(self, *arguments):
        """What a failure says of the arguments, to repeat it."""
        return ""

    def chosen(self, parser, what):
        """The names of the cases that the command line asks for."""
        names = [name for name in self.cases if self.is_usual(name)] if what == ["all"] else what
        unknown = [name for name in names if name not in self.cases]
        if unknown:
            parser.error(f"no such case: {', '.join(unknown)}; “list” prints all")
        return names

    def is_usual(self, name):
        """Whether "all" stands for it, too: not for what takes minutes and wants the machine for itself."""
        return not name.startswith(("load-", "soak-"))


class Attacks(Group):
    """What any client can send; behind each a normal request must be answered in time."""

    def figures(self, function, *arguments):
        function(*arguments)
        check_healthy()


class Integrity(Group):
    """Many clients, each with a seed, for some time."""

    def figures(self, function, seed):
        start = time.monotonic()
        tally = function(f"{seed}")
        return f"seed {seed}: {tally} in {time.monotonic() - start:.0f} s"

    def remark(self, seed):
        return f"; --seed {seed}"


def summary(results):
    """Says how many cases went well; the exit status."""
    print(f"{sum(results)} of {len(results)} ok", file=sys.stderr)
    return 0 if all(results) else 1


attacks, circumstances, integrity = Attacks(), Group(), Integrity()
