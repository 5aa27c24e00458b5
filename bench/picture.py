"""Bars of a run's medians as SVG. Written by hand: the picture is small, the same for the same figures on every machine, and follows
the reader's light or dark scheme by itself, none of which a plotting library gives. Pure."""
from html import escape

from tables import COLUMNS, number

PANELS = {  # "work TLS" -> title; what is better when it is less
    "sessions 1.3": "Full handshake, TLS 1.3", "sessions 1.2": "Full handshake, TLS 1.2",
    "resumed 1.3": "Resumed, TLS 1.3", "resumed 1.2": "Resumed, TLS 1.2",
    "message 1.3": "With a message of 4 KB, TLS 1.3", "plain none": "With a message of 4 KB, in clear", "bulk 1.3": "Bulk, TLS 1.3",
    "idle 1.3": "Memory of an idle TLS connection", "helpers none": "Helpers, in clear",
    "helpers 1.2": "Helpers, TLS 1.2", "helpers 1.3": "Helpers, TLS 1.3",
}
UNITS = {"µs": "µs of server CPU a session", "s per GB": "s of server CPU per GB", "KiB": "KiB"}
LABELS = {"floor": "handshake alone", "relay": "bare relay", "postfix": "Postfix smtpd", "postfix-tlsproxy": "Postfix tlsproxy", "tlsproxy": "tlsproxy (ours)",
          "postscreen": "postscreen, Postfix", "postscreen-tlsproxy": "postscreen, ours",
          "tlswrapper": "tlswrapper (ours)", "tlswrapper-handoff": "ours, --handoff",
          "tlswrapper-smtp-handoff": "-smtp --handoff", "tlswrapper-debian": "tlswrapper (Debian)"}
OURS = ("ehlock", "tlsproxy", "postscreen-tlsproxy", "tlswrapper")
WIDTH, NAMES, VALUES, ROW, BAR, HEAD, GAP = 410, 130, 56, 21, 13, 46, 18

STYLE = """\
text { font: 12px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328; }
.title { font-weight: 600; font-size: 13px; } .unit { fill: #59636e; font-size: 11px; }
.ground { fill: #ffffff; } .peer { fill: #afb8c1; } .floor { fill: none; stroke: #8c959f; stroke-dasharray: 3 2; } .ours { fill: #1a7f64; }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; } .unit { fill: #9198a1; }
.ground { fill: #0d1117; } .peer { fill: #57606a; } .floor { stroke: #8c959f; } .ours { fill: #3fb68b; }
}"""


def bars_of(job, by_peer):
    """(name, value, whether it is from noisy rounds), the least first."""
    figure = COLUMNS[job.split()[0]][0]
    found = []
    for name, one in by_peer.items():
        value = one.get("us") if name == "floor" else one.get(figure)
        if value:
            found.append((name, value, one["quiet"] == 0))
    return sorted(found, key=lambda bar: (bar[1], bar[0]))


def kind_of(name):
    if name == "floor":
        return "floor"
    return "ours" if name.startswith(OURS) and name != "tlswrapper-debian" else "peer"


def panel(job, by_peer, left, top):
    """The lines of one work, and its height."""
    bars = bars_of(job, by_peer)
    longest = max(value for _, value, _ in bars)
    unit = UNITS[COLUMNS[job.split()[0]][1]]
    lines = [f'<text class="title" x="{left}" y="{top + 16}">{escape(PANELS[job])}</text>',
             f'<text class="unit" x="{left}" y="{top + 32}">{unit}; less is better</text>']
    for row, (name, value, noisy) in enumerate(bars):
        y = top + HEAD + row * ROW
        width = max(1, round((WIDTH - NAMES - VALUES) * value / longest))
        lines.append(f'<text x="{left + NAMES - 8}" y="{y + 11}" text-anchor="end">{escape(LABELS.get(name, name))}</text>')
        lines.append(f'<rect class="{kind_of(name)}" x="{left + NAMES}" y="{y}" width="{width}" height="{BAR}" rx="2"/>')
        lines.append(f'<text x="{left + NAMES + width + 6}" y="{y + 11}">{number(value)}{"~" if noisy else ""}</text>')
    return lines, HEAD + len(bars) * ROW + GAP


def picture(results, facts, jobs=None):
    """The works there are bars for, two beside each other. `results` as in the JSON of a run; None: there are none."""
    jobs = [job for job in jobs or PANELS if bars_of(job, results.get(job, {}))]
    if not jobs:
        return None
    columns = 2 if len(jobs) > 1 else 1
    lines, top = [], 8
    for first in range(0, len(jobs), columns):
        heights = []
        for column, job in enumerate(jobs[first:first + columns]):
            more, height = panel(job, results[job], 16 + column * (WIDTH + 24), top)
            lines += more
            heights.append(height)
        top += max(heights)
    noisy = any(bar[2] for job in jobs for bar in bars_of(job, results[job]))
    foot = f"{facts['cpu']}, {facts['openssl']}, {facts['key'].upper()} key{'; ~: on a busy machine' if noisy else ''}"
    lines.append(f'<text class="unit" x="16" y="{top + 8}">{escape(foot)}</text>')
    width, height = 32 + columns * WIDTH + (columns - 1) * 24, top + 22
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
                      "<title>What a session costs the server</title>", "<!-- Drawn by bench/picture.py. -->", f"<style>\n{STYLE}\n</style>",
                      f'<rect class="ground" width="{width}" height="{height}" rx="6"/>', *lines, "</svg>", ""])


def files_of(results, facts):
    """For a folder: file name -> picture, one for each work."""
    return {f"{job.replace(' ', '-').replace('.', '')}.svg": picture(results, facts, [job]) for job in PANELS if bars_of(job, results.get(job, {}))}
