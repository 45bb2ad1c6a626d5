"""The three command lines."""

import argparse
import importlib
import os

from . import registry
from .attacks.mutations import fuzz
from .settings import settings

# Importing them registers their cases, in this order.
MODULES = {
    "attacks": ("values", "parameters", "sequence", "bodies", "held"),
    "circumstances": (
        "descriptors", "memory", "peers", "stopping", "sockets", "restarts", "views", "abandoned", "generations",
        "log", "status", "load", "crowds", "clients", "archives"),
    "integrity": ("cases",),
}
for group, names in MODULES.items():
    for module in names:
        importlib.import_module(f".{group}.{module}", __package__)

# What the thread sanitizer takes for a race although it is none.
SUPPRESSIONS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "thread-sanitizer.txt")


def parser_of(description, target, target_help):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(target, help=target_help)
    parser.add_argument("what", nargs="*", default=["all"], help="all, names of cases, or list")
    return parser


def parse_program(parser):
    """Parses the command line of a program that each case starts; the rest of it."""
    parser.add_argument("--slow", type=float, help="multiplies the times allowed, for a sanitizer's build")
    parser.set_defaults(**vars(settings))
    parser.parse_args(namespace=settings)
    settings.program = os.path.abspath(settings.program)
    # For a program that is built with the thread sanitizer.
    options = os.environ.get("TSAN_OPTIONS", "")
    os.environ["TSAN_OPTIONS"] = f"{options} suppressions={SUPPRESSIONS}".strip()
    return settings.what


def attack_main(description):
    parser = parser_of(description, "socket", "a path, or HOST:PORT")
    parser.add_argument("--uri", help="answered 200 at once")
    parser.add_argument("--download", help="a large download (the URI itself when absent)")
    parser.add_argument("--within", type=float, help="seconds for a normal request")
    parser.add_argument("--workers", type=int, help="the server's worker threads")
    parser.add_argument("--pid", type=int, help="the server's process, to watch memory and descriptors")
    parser.set_defaults(**{**vars(settings), "download": None})
    parser.parse_args(namespace=settings)
    settings.download = settings.download or settings.uri
    what, group = settings.what, registry.attacks
    if what == ["list"]:
        print("\n".join(group.cases))
        return 0
    if what[0] == "fuzz":
        count = int(what[1]) if len(what) > 1 else 10_000
        seed = int(what[2]) if len(what) > 2 else 20261121
        group.add(f"fuzz-{count}-{seed}", lambda: fuzz(count, seed))
        what = [f"fuzz-{count}-{seed}"]
    return registry.summary([group.run(name) for name in group.chosen(parser, what)])


def process_main(description):
    parser = parser_of(description, "program", "the program")
    what, group = parse_program(parser), registry.circumstances
    if what == ["list"]:
        print("\n".join(group.cases))
        return 0
    return registry.summary([group.run(name) for name in group.chosen(parser, what)])


def integrity_main(description):
    parser = parser_of(description, "program", "the program")
    parser.add_argument("--seconds", type=float, help="how long each case runs")
    parser.add_argument("--clients", type=int, help="how many at once")
    parser.add_argument("--seed", type=int, default=1, help="of the first round")
    parser.add_argument("--rounds", type=int, default=1, help="how often, each time with the next seed")
    what, group = parse_program(parser), registry.integrity
    if what == ["list"]:
        print("\n".join(group.cases))
        return 0
    names = group.chosen(parser, what)
    seeds = range(settings.seed, settings.seed + settings.rounds)
    return registry.summary([group.run(name, seed) for seed in seeds for name in names])

