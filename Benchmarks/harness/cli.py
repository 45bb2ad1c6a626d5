"""The command line: prepares the peers, runs the rounds, writes the report."""
import argparse
import datetime
import json
import os
import resource
import shlex
import signal
import sys
import time

from . import peers as programs
from . import plot, report
from .cases import CASES, NEEDS_STREAMING, QUICK, Settings, runs
from .nginx import version as nginx_version
from .peers import BENCHMARKS, BUILD, first_line, need
from .processes import Failure, run_quietly, stop_all

# These do not move with the machine's load as throughput does, and take long.
FEW_ROUNDS = {"memory": 3, "slow2000": 3, "cgi-start": 3}
QUICK_PEERS = ["demo", "libfcgi", "nginx-static"]


def say(text):
    print(text, file=sys.stderr, flush=True)


def arguments():
    names = [peer.name for peer in programs.every()]
    parser = argparse.ArgumentParser(
        prog="Benchmarks/run",
        description="Compares this package with its peers behind the same nginx, on this machine.",
        epilog=f"cases: {', '.join(CASES)} (cpu-per-gb is part of eight); peers: {', '.join(names)}",
    )
    parser.add_argument("--rounds", type=int, help="how often each case is run for each peer (5; with --quick 1)")
    parser.add_argument(
        "--quick", action="store_true", help="short runs of the main cases, to see that all works; noise")
    parser.add_argument("--cases", help="the names of cases, with commas (all; with --quick the main ones)")
    parser.add_argument("--peers", help=f"the names of peers, with commas (all; with --quick {','.join(QUICK_PEERS)})")
    parser.add_argument(
        "--out", default=os.path.join(BENCHMARKS, "results"), help="the folder for the report and the plot")
    parser.add_argument("--connections", type=int, default=64, help="wrk's connections in the hello cases (64)")
    parser.add_argument(
        "--threads", type=int, help="this package's worker threads (its own default; slow2000 always has 8)")
    options = parser.parse_args()
    options.rounds = options.rounds or (1 if options.quick else 5)
    options.cases = options.cases.split(",") if options.cases else (QUICK if options.quick else list(CASES))
    options.cases = list(dict.fromkeys("eight" if case == "cpu-per-gb" else case for case in options.cases))
    options.peers = options.peers.split(",") if options.peers else (QUICK_PEERS if options.quick else names)
    for given, known, what in ((options.cases, CASES, "case"), (options.peers, names, "peer")):
        for name in given:
            if name not in known:
                parser.error(f"there is no {what} {name}; there are {', '.join(known)}")
    return options


def tools():
    """The programs every case needs; ends the run with a word when one cannot be had."""
    wanted = {"nginx": (["nginx-light"], "nginx"), "wrk": (["wrk"], "wrk"), "curl": (["curl"], "curl")}
    found = {name: need(packages, *names) for name, (packages, *names) in wanted.items()}
    missing = [name for name, path in found.items() if not path]
    if missing:
        raise SystemExit(f"missing: {', '.join(missing)} (apt-get install {' '.join(missing)})")
    return found


def prepared(options):
    """Builds the wanted peers; returns those that can run and, by name, why the others cannot."""
    ready, skipped = [], {}
    for peer in programs.every(options.threads):
        if peer.name not in options.peers:
            continue
        say(f"preparing {peer.name}")
        reason = peer.prepare()
        if reason:
            skipped[peer.name] = reason
            say(f"  skipped: {reason}")
        else:
            ready.append(peer)
    return ready, skipped


def prepare_cgi(found, ready):
    """The programs of the start-up case: the demo twice, and the empty one as the floor."""
    demo = next((peer for peer in ready if peer.name == "demo"), None)
    floor = os.path.join(BUILD, "cgi-empty")
    compiler = need(["gcc", "libc6-dev"], "cc", "gcc")
    source = os.path.join(programs.SOURCES, "cgi-empty", "main.c")
    if not compiler or not run_quietly([compiler, "-O2", "-o", floor, source], os.path.join(BUILD, "cgi-empty.log")):
        return "a C compiler is missing"
    if not demo:
        return "the demo is not among the peers that run"
    found["cgi-empty"] = floor
    say("preparing the demo with shared libraries")
    demo.programs = {"static standard library": demo.binary}
    shared = demo.shared_build()
    if shared:
        demo.programs["shared standard library"] = shared
        return None
    return "the demo did not build with shared libraries; only the static build was measured"


def peers_of(case, ready):
    return [peer for peer in ready if runs(case, peer) and (case != "cgi-start" or hasattr(peer, "programs"))]


def measure(case, peer, settings, results, notes):
    if case in peer.without:
        notes[case][peer.name] = f"not run, {peer.without[case]}"
        return
    if not peer.streams and case in {"memory", *NEEDS_STREAMING}:
        what = "idle only" if case == "memory" else "not run"
        notes[case][peer.name] = (
            f"{what}, it does not stream: the whole content is joined in memory before the first byte")
        if case != "memory":
            return
    started = time.monotonic()
    threads = getattr(peer, "threads", None)
    if case == "slow2000" and peer.name == "demo":
        peer.threads = 8
    try:
        figures = CASES[case][0](settings, peer)
    except (Failure, OSError) as failure:
        notes[case][peer.name] = f"failed: {failure}"
        say(f"  {case:16} {peer.name:14} failed: {failure}")
        return
    finally:
        stop_all()
        if threads is not None or case == "slow2000":
            peer.threads = threads
    into = results[case].setdefault(peer.name, {})
    for name, value in figures.items():
        into.setdefault(name, []).append(value)
    shown = ", ".join(f"{name} {report.number(value)}" for name, value in figures.items())
    say(f"  {case:16} {peer.name:14} {shown}  [{time.monotonic() - started:.1f} s]")


def write(run, options):
    os.makedirs(options.out, exist_ok=True)
    stem = os.path.join(options.out, "quick" if options.quick else "latest")
    picture = plot.svg(run)
    if picture:
        with open(stem + ".svg", "w") as file:
            file.write(picture)
    text = report.markdown(run, os.path.basename(stem) + ".svg" if picture else None)
    with open(stem + ".md", "w") as file:
        file.write(text)
    with open(stem + ".json", "w") as file:
        json.dump(run, file, indent=1, ensure_ascii=False)
        file.write("\n")
    print(text)
    say(f"written: {stem}.md")


def run_all(options):
    os.makedirs(BUILD, exist_ok=True)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = min(hard, 1 << 20) if hard != resource.RLIM_INFINITY else 1 << 20
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    found = tools()
    ready, skipped = prepared(options)
    notes = {case: {} for case in options.cases}
    if "cgi-start" in options.cases:
        reason = prepare_cgi(found, ready)
        if reason:
            notes["cgi-start"]["demo"] = reason
    settings = Settings(found, options.quick, options.connections, limit)
    run = {
        "date": datetime.datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z"),
        "machine": report.machine(),
        "load": " ".join(f"{value:.1f}" for value in os.getloadavg()),
        "command": shlex.join(["Benchmarks/run", *sys.argv[1:]]),
        "rounds": options.rounds,
        "titles": {peer.name: peer.title for peer in ready},
        "versions": {
            **{peer.title: peer.version for peer in ready},
            "nginx": nginx_version(found["nginx"]),
            "wrk": (first_line(found["wrk"], "-v") or "").split(" Copyright")[0],
            "curl": " ".join((first_line(found["curl"], "--version") or "").split()[:2]),
        },
        "skipped": skipped,
        "results": {case: {} for case in options.cases},
        "notes": notes,
    }
    try:
        for number in range(options.rounds):
            say(f"round {number + 1} of {options.rounds}")
            for case in options.cases:
                if number < FEW_ROUNDS.get(case, options.rounds):
                    # Every other round goes backwards, so that nobody is always the one after the heaviest.
                    order = peers_of(case, ready)
                    for peer in order if number % 2 == 0 else reversed(order):
                        measure(case, peer, settings, run["results"], notes)
    except KeyboardInterrupt:
        say("interrupted; what has been measured is not written")
        return 130
    write(run, options)
    return 0


ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def interrupt(*_):
    """Ends the run once; what comes after must not cut the cleaning up short, which takes a few seconds at most."""
    for sign in ENDINGS:
        signal.signal(sign, signal.SIG_IGN)
    raise KeyboardInterrupt


def main():
    for sign in ENDINGS:
        signal.signal(sign, interrupt)
    try:
        return run_all(arguments())
    except KeyboardInterrupt:
        return 130
    finally:
        stop_all()
