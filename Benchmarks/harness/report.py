"""The figures as Markdown: medians with the spread, ratios within the run, and the goals."""
import os
import platform
import statistics

from .cases import CASES

REFERENCES = (("libfcgi", "× C libfcgi"), ("nginx-static", "× nginx static"))

# Programs that do not do the work: what they reach is a limit, and no peer.
LIMIT, LIMITS = "canned", ("nginx-static", "canned")

# What the project wants to show: case, figure, the peer it is compared with ("*" is every other one but the limits),
# how, and by what.
GOALS = [
    ("hello-keepalive", "requests/s", "libfcgi", ">=", 1.5),
    ("hello-keepalive", "requests/s", "*", ">", 1.0),
    ("hello-close", "requests/s", "libfcgi", ">=", 1.0),
    ("eight", "GB/s", "libfcgi", ">=", 1.15),
    ("eight", "GB/s", "nginx-static", ">=", 0.8),
    ("eight", "GB/s", "*", ">", 1.0),
    ("eight", "CPU s per GB", "libfcgi", "<=", 0.6),
    ("eight", "CPU s per GB", "*", "<", 1.0),
    ("rows", "million rows/s", "libfcgi", ">=", 0.9),
    ("rows", "first row p50 ms", None, "<", 1.0),
    ("slow2000", "served of 2000", None, ">=", 2000),
    ("slow2000", "KiB per client at 2000", None, "<", 64),
    ("slow2000", "fresh p99 ms at 2000", None, "<", 20),
    ("memory", "idle MiB", None, "<", 12),
    ("eight", "peak MiB", None, "<", 12),
    ("spooled", "GB/s", "nginx-static", ">=", 0.95),
    ("spooled", "requests/s of 1 MiB", "nginx-static", ">=", 0.95),
    ("spool-first", "first / plain", None, ">=", 0.85),
    ("spool-slow", "with / without", None, "<=", 1.1),
    ("cgi-start", "static standard library: ms over an empty program", None, "<=", 5),
]
COMPARE = {">=": float.__ge__, ">": float.__gt__, "<=": float.__le__, "<": float.__lt__}


def number(value):
    if value >= 1000:
        return f"{value:,.0f}"
    if value == int(value):
        return str(int(value))
    return f"{value:.3g}"


def cell(values):
    if not values:
        return "–"
    middle = number(statistics.median(values))
    low, high = number(min(values)), number(max(values))
    return middle if low == high else f"{middle} ({low}–{high})"


def median(results, case, peer, figure):
    values = results.get(case, {}).get(peer, {}).get(figure, [])
    return statistics.median(values) if values else None


def ratio(results, case, peer, other, figure):
    ours, theirs = median(results, case, peer, figure), median(results, case, other, figure)
    return None if ours is None or not theirs else ours / theirs


def table(run, case):
    results, titles, notes = run["results"], run["titles"], run["notes"]
    _, title, headline, _ = CASES[case]
    figures = []
    for peer in titles:
        for figure in results[case].get(peer, {}):
            if figure not in figures:
                figures.append(figure)
    ratios = [(other, label) for other, label in REFERENCES if headline and other in results[case]]
    lines = [f"### {case}: {title}", ""]
    head = ["", *(figures[:1] + [label for _, label in ratios] + figures[1:])]
    if figures and any(results[case].values()):
        lines += ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
        for peer in titles:
            measured = results[case].get(peer)
            if not measured:
                continue
            cells = [cell(measured.get(figure)) for figure in figures]
            scaled = [ratio(results, case, peer, other, figures[0]) for other, _ in ratios]
            row = cells[:1] + ["–" if value is None else f"{value:.2f}" for value in scaled] + cells[1:]
            lines.append(f"| {titles[peer]} | " + " | ".join(row) + " |")
        lines.append("")
    lines += [f"- {titles.get(peer, peer)}: {note}" for peer, note in notes.get(case, {}).items()]
    return lines + ([""] if notes.get(case) else [])


def goals(run):
    """One row for each goal that this run has the figures for; beside it what canned records reach of the same."""
    results, rows = run["results"], []
    for case, figure, other, sign, limit in GOALS:
        ours = median(results, case, "demo", figure)
        if ours is None:
            continue
        if other is None:
            wanted, value = f"{figure} {sign} {number(float(limit))}", ours
            bound = median(results, case, LIMIT, figure)
        else:
            rivals = [other] if other != "*" else [
                peer for peer in results[case] if peer not in ("demo", *LIMITS)
            ]
            found = {peer: ratio(results, case, "demo", peer, figure) for peer in rivals}
            found = {peer: value for peer, value in found.items() if value is not None}
            if not found:
                continue
            worst = (min if sign in (">", ">=") else max)(found, key=found.get)
            value = found[worst]
            bound = ratio(results, case, LIMIT, worst, figure)
            against = run["titles"][worst] if other != "*" else f"every peer (nearest: {run['titles'][worst]})"
            wanted = f"{figure} {sign} {limit:g} × {against}"
        met = COMPARE[sign](float(value), float(limit))
        reached = "–" if bound is None else f"{bound:.2f}"
        rows.append(f"| {case} | {wanted} | {value:.2f} | {'yes' if met else '**no**'} | {reached} |")
    if not rows:
        return []
    head = ["| case | goal | result | met | the limit: canned records |", "| --- | --- | ---: | --- | ---: |"]
    return ["## Goals", "", *head, *rows, ""]


def machine():
    model = ""
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), platform.machine())
    with open("/proc/meminfo") as file:
        memory = int(file.readline().split()[1]) / (1 << 20)
    system = platform.system()
    try:
        with open("/etc/os-release") as file:
            system = next(line.split("=")[1].strip().strip('"') for line in file if line.startswith("PRETTY_NAME="))
    except (OSError, StopIteration):
        pass
    return f"{len(os.sched_getaffinity(0))} × {model}, {memory:.0f} GiB, {system}, kernel {platform.release()}"


def markdown(run, plot_name):
    lines = ["# Benchmark results", ""]
    lines += [f"{run['date']}; {run['machine']}; load average at the start {run['load']}.", ""]
    lines += [f"`{run['command']}`: {run['rounds']} round(s), cases × programs interleaved round by round,"]
    lines += ["each program started afresh behind the same nginx. A cell is the median, with minimum–maximum when"]
    lines += ["there is more than one value.", ""]
    if plot_name:
        lines += [f"![The headline cases as a plot]({plot_name})", ""]
    lines += goals(run)
    lines += ["## Cases", ""]
    for case in run["results"]:
        lines += table(run, case)
    lines += ["## Versions", ""]
    lines += [f"- {name}: {version}" for name, version in run["versions"].items() if version]
    lines += [f"- {name}: skipped, {reason}" for name, reason in run["skipped"].items()]
    return "\n".join(lines) + "\n"
