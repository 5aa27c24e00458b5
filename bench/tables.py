"""The medians as Markdown, one table for each work, with ratios to the floor and to ehlock."""

TITLES = {
    "sessions": "Full handshakes: server CPU per session (connect, EHLO, STARTTLS, handshake, EHLO, QUIT)",
    "resumed": "Resumed handshakes: server CPU per session",
    "message": "One message of 4 KB in each session: server CPU per session",
    "bulk": "Bulk: messages of many megabytes, TLS_AES_128_GCM_SHA256: server CPU per GB",
    "idle": "Memory of an idle TLS connection (PSS of all the server's processes)",
}
COLUMNS = {  # work -> figure, its heading, rate's heading
    "sessions": ("cpu", "µs", "sessions/s"), "resumed": ("cpu", "µs", "sessions/s"), "message": ("cpu", "µs", "messages/s"),
    "bulk": ("cpu", "s per GB", "MB/s"), "idle": ("kib", "KiB", ""),
}


def number(value):
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def ratio(value, base):
    return f"{value / base:.2f}" if value and base else "–"


def own(name, results):
    """What the peer is compared with: ehlock behind the same door."""
    key = "ehlock-implicit" if name in ("haproxy", "hitch") and "ehlock-implicit" in results else "ehlock"
    return results.get(key)


def rows(work, results):
    figure, _, rate = COLUMNS[work]
    floor = results.get("floor", {}).get("us")
    for name, one in results.items():
        value = one.get("us") if name == "floor" else one.get(figure)
        mine = own(name, results)
        compared = ratio(mine[figure], value) if mine and not name.startswith(("ehlock", "floor")) else "–"
        cells = [name, number(value) + ("~" if one["quiet"] == 0 else "")]
        if work in ("sessions", "resumed", "message"):
            cells.append(ratio(value, floor))
        cells.append(compared)
        if rate:
            cells.append(number(one.get("rate")))
        cells.append(remark(work, one))
        yield cells


def remark(work, one):
    texts = [f"{one['quiet']} of {one['rounds']}"] if work != "idle" else [f"{one['connections']} held"]
    if work == "resumed" and one["resumed"] is not None and one["resumed"] < 0.98:
        texts.append(f"only {one['resumed']:.0%} resumed")
    return ", ".join(texts)


def table(job, results):
    work, tls = job
    _, unit, rate = COLUMNS[work]
    heading = ["", unit]
    if work in ("sessions", "resumed", "message"):
        heading.append("÷ floor")
    heading.append("ehlock ÷ it")
    if rate:
        heading.append(rate)
    heading.append("quiet rounds" if work != "idle" else "")
    lines = [heading, ["---"] * len(heading), *rows(work, results)]
    return f"**{TITLES[work]}, TLS {tls}**\n\n" + "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def markdown(facts, results):
    versions = "; ".join([facts["ehlock"], *(text for text in facts["peers"].values() if text)])
    head = (f"{facts['cpu']}, {facts['cores']} cores, Linux {facts['kernel']}, {facts['openssl']}, {facts['key'].upper()} key, "
            f"load {facts['load']:.1f}. {versions}.")
    return "\n\n".join([head, *(table(job, by_peer) for job, by_peer in results.items())])
