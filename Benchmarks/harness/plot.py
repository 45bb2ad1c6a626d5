"""The headline figures as an SVG that a README can show, in light and dark."""
import statistics
from html import escape

PANELS = [
    ("hello-keepalive", "requests/s", "13-byte file, keep-alive: requests/s", True),
    ("hello-close", "requests/s", "13-byte file, no keep-alive: requests/s", True),
    ("eight", "GB/s", "8 downloads at once: GB/s", True),
    ("eight", "CPU s per GB", "CPU seconds per GB (less is better)", False),
    ("rows", "million rows/s", "32-byte rows: millions/s", True),
    ("memory", "served of 500", "of 500 slow clients being served", True),
]
STYLE = """
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600; font-size: 13px }
.value { font-variant-numeric: tabular-nums }
.bar { fill: #9aa4af } .ours { fill: #e2552b } .spread { stroke: #1f2328; stroke-width: 1.2 }
.ground { fill: #ffffff }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .bar { fill: #6b7683 } .spread { stroke: #e6edf3 } .ground { fill: #0d1117 }
}
"""
LABEL, BAR, VALUE, ROW, GAP, MARGIN = 190, 200, 80, 20, 44, 16


def short(title):
    return title.split(",")[0] if not title.startswith("nginx") else "nginx static file"


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def panel(x, y, title, bars, more_is_better):
    """One small bar chart: sorted, best first, with the spread as a line over the bar's end."""
    out = [f'<text class="title" x="{x}" y="{y + 12}">{escape(title)}</text>']
    top = max(max(values) for _, _, values in bars) or 1
    bars = sorted(bars, key=lambda bar: statistics.median(bar[2]), reverse=more_is_better)
    for index, (peer, name, values) in enumerate(bars):
        middle, low, high = statistics.median(values), min(values), max(values)
        at = y + 22 + index * ROW
        start, scale = x + LABEL, BAR / top
        out.append(f'<text x="{start - 8}" y="{at + 12}" text-anchor="end">{escape(short(name))}</text>')
        kind = "bar ours" if peer == "demo" else "bar"
        width = f"{middle * scale:.1f}"
        out.append(f'<rect class="{kind}" x="{start}" y="{at + 2}" width="{width}" height="{ROW - 6}" rx="2"/>')
        if high > low:
            line = f'x1="{start + low * scale:.1f}" x2="{start + high * scale:.1f}" y1="{at + 9}" y2="{at + 9}"'
            out.append(f'<line class="spread" {line}/>')
        out.append(f'<text class="value" x="{start + high * scale + 6:.1f}" y="{at + 13}">{number(middle)}</text>')
    return out


def svg(run):
    """The plot, or None when the run has none of its figures."""
    charts = []
    for case, figure, title, more in PANELS:
        measured = run["results"].get(case, {})
        bars = [(peer, run["titles"][peer], found[figure]) for peer, found in measured.items() if found.get(figure)]
        if bars:
            charts.append((title, bars, more))
    if not charts:
        return None
    width = LABEL + BAR + VALUE
    rows = [charts[index:index + 2] for index in range(0, len(charts), 2)]
    y, body = MARGIN, []
    for pair in rows:
        for column, (title, bars, more) in enumerate(pair):
            body += panel(MARGIN + column * (width + MARGIN), y, title, bars, more)
        y += max(len(bars) for _, bars, _ in pair) * ROW + GAP
    origin = f'{escape(run["machine"])}; {escape(run["date"])}; median of {run["rounds"]} round(s), line: min–max'
    body.append(f'<text x="{MARGIN}" y="{y}">{origin}</text>')
    whole = 2 * width + 3 * MARGIN
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {y + MARGIN}" width="{whole}" role="img">',
            "<title>Benchmarks of DownloadView for Swift and its peers</title>",
            f"<style>{STYLE}</style>",
            f'<rect class="ground" width="{whole}" height="{y + MARGIN}" rx="6"/>',
            *body,
            "</svg>",
            "",
        ]
    )
