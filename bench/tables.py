"""The medians as Markdown, one table for each work, with ratios to the floor and to ehlock."""

TITLES = {
    "sessions": "Full handshakes: server CPU per session (connect, EHLO, STARTTLS, handshake, EHLO, QUIT)",
    "resumed": "Resumed handshakes: server CPU per session",
    "message": "One message of 4 KB in each session: server CPU per session",
    "bulk": "Bulk: messages of many megabytes, TLS_AES_128_GCM_SHA256: server CPU per GB",
    "idle": "Memory of an idle TLS connection (PSS of all the server's processes)",
    "plain": "In clear, one message of 4 KB in each session: server CPU per session, beside a relay that passes octets on unread",
    "cores": "Full handshakes, a worker on one core and two on two: server CPU per session",
    "keys": "The key process: server CPU per handshake in memory, our engine (both processes together)",
    "helpers": "The helpers under tcpserver: CPU of all processes of a session (connect, EHLO, STARTTLS, handshake, EHLO, QUIT)",
    "flood": "200 ECDSA sessions a second: p99 of a whole session, alone and while RSA-4096 clients take what they can get",
}
OWN_COLUMNS = {  # works whose figures stand beside each other instead of being compared with ehlock's
    "keys": {"inside_us": "key inside, µs", "apart_us": "key process, µs"},
    "flood": {"alone_ms": "alone, ms", "flooded_ms": "in the flood, ms", "times": "times"},
}
COLUMNS = {  # work -> figure, its heading, rate's heading
    "sessions": ("cpu", "µs", "sessions/s"), "resumed": ("cpu", "µs", "sessions/s"), "message": ("cpu", "µs", "messages/s"),
    "plain": ("cpu", "µs", "sessions/s"), "cores": ("cpu", "µs", "sessions/s"),
    "bulk": ("cpu", "s per GB", "MB/s"), "idle": ("kib", "KiB", ""),
    "helpers": ("cpu", "µs", "sessions/s"),
}


def number(value):
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def ratio(value, base):
    return f"{value / base:.2f}" if value and base else "–"


def own(name, results):
    """What the peer is compared with: ours behind the same door."""
    behind = {"haproxy": "ehlock-implicit", "hitch": "ehlock-implicit", "postfix-tlsproxy": "tlsproxy", "postscreen": "postscreen-tlsproxy",
              "tlswrapper-debian": "tlswrapper"}
    return results.get(behind.get(name, "ehlock")) or results.get("ehlock")


def rows(work, results):
    figure, _, rate = COLUMNS[work]
    floor = results.get("floor", {}).get("us")
    for name, one in results.items():
        value = one.get("us") if name == "floor" else one.get(figure)
        mine = own(name, results)
        is_other = mine is not one and (work == "cores" or not name.startswith(("ehlock", "floor", "tlsproxy", "postscreen-")))
        compared = ratio(mine[figure], value) if mine and is_other else "–"
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


def own_table(job, results):
    columns = OWN_COLUMNS[job[0]]
    lines = [["", *columns.values(), "quiet rounds"], ["---"] * (len(columns) + 2)]
    lines += [[name, *(number(one[key]) for key in columns), remark(job[0], one)] for name, one in results.items()]
    return lines


def table(job, results):
    work, tls = job
    if work in OWN_COLUMNS:
        return in_markdown(job, own_table(job, results))
    _, unit, rate = COLUMNS[work]
    heading = ["", unit]
    if work in ("sessions", "resumed", "message"):
        heading.append("÷ floor")
    heading.append("ours ÷ it")
    if rate:
        heading.append(rate)
    heading.append("quiet rounds" if work != "idle" else "")
    lines = [heading, ["---"] * len(heading), *rows(work, results)]
    return in_markdown(job, lines)


def in_markdown(job, lines):
    return f"**{TITLES[job[0]]}, TLS {job[1]}**\n\n" + "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def markdown(facts, results):
    versions = "; ".join([facts["ehlock"], *(text for text in facts["peers"].values() if text)])
    head = (f"{facts['cpu']}, {facts['cores']} cores, Linux {facts['kernel']}, {facts['openssl']}, {facts['key'].upper()} key, "
            f"load {facts['load']:.1f}. {versions}.")
    return "\n\n".join([head, *(table(job, by_peer) for job, by_peer in results.items())])
