"""Ratios of a run, ours to each peer's and to the floor, and whether they have become worse than the stored ones. Pure.

A ratio is the median over the rounds in which both sides were measured undisturbed, each round compared with itself: what the machine did
to both cancels out. Fewer than three such rounds judge nothing."""
import math
import statistics

from figures import NOISY

LEAST_ROUNDS = 3
COMPARED = {  # ours -> with whom
    "ehlock": ("floor", "relay", "nginx", "haproxy", "stunnel", "postfix"),
    "ehlock-2-cores": ("ehlock",),
    "ehlock-implicit": ("floor", "haproxy", "hitch"),
    "ehlock-reconnect": ("ehlock",),
    "tlsproxy": ("floor", "postfix-tlsproxy"),
    "postscreen-tlsproxy": ("postscreen",),
    "tlswrapper": ("tlswrapper-debian",),
    "tlswrapper-handoff": ("tlswrapper-debian",),
    "tlswrapper-smtp-handoff": ("tlswrapper-debian",),
}
# What a figure may be above the stored one. CPU comes in steps of 10 ms: 1.5 % of a session in a load of 1,500.
TOLERANCES = {"sessions": 0.05, "resumed": 0.07, "message": 0.05, "bulk": 0.08, "idle": 0.05, "keys": 0.10, "helpers": 0.10,
              "plain": 0.05, "cores": 0.05, "flood": 0.35}


def cost(work, raw):
    """The figure of a round that is better when it is less."""
    return raw.get("us") or raw.get("kib" if work == "idle" else "cpu")


def quiet(raw):
    return raw["foreign"] <= NOISY


def series_of(work, by_peer):
    """name of a ratio -> its values, one for each undisturbed round."""
    if work == "keys":
        return {"key process ÷ key inside": [raw["apart_us"] / raw["inside_us"] for raw in by_peer.get("floor", []) if quiet(raw)]}
    if work == "flood":
        return {f"{name} in the flood ÷ alone": [raw["times"] for raw in raws if quiet(raw)] for name, raws in by_peer.items()
                if name in COMPARED}
    found = {}
    for ours, peers in COMPARED.items():
        for peer in peers:
            pairs = zip(by_peer.get(ours, []), by_peer.get(peer, []))
            values = [cost(work, mine) / cost(work, theirs) for mine, theirs in pairs
                      if quiet(mine) and quiet(theirs) and cost(work, mine) and cost(work, theirs)]
            if ours in by_peer and peer in by_peer:
                found[f"{ours} ÷ {peer}"] = values
    return found


def error_of(values):
    """Of the median, as a share of it: from the values' median distance to it."""
    middle = statistics.median(values)
    spread = 1.4826 * statistics.median(abs(value - middle) for value in values)
    return 1.2533 * spread / math.sqrt(len(values)) / middle


def ratios_of(rounds):
    """"sessions 1.3" -> name of a ratio -> its median, error and number of rounds; None where too few were quiet."""
    found = {}
    for job, by_peer in rounds.items():
        for name, values in series_of(job.split()[0], by_peer).items():
            enough = len(values) >= LEAST_ROUNDS
            found.setdefault(job, {})[name] = {
                "ratio": statistics.median(values), "error": error_of(values), "rounds": len(values)} if enough else None
    return found


def stored_form(found, before):
    """What --store writes: the ratios there were, and those of this run over them."""
    merged = {job: dict(names) for job, names in before.items()}
    for job, names in found.items():
        for name, one in names.items():
            if one:
                merged.setdefault(job, {})[name] = round(one["ratio"], 3)
    return merged


def judged(found, stored):
    """(lines, how many are worse, how many could be compared)."""
    lines, worse, compared = [], 0, 0
    for job, names in found.items():
        allowed = TOLERANCES[job.split()[0]]
        for name, one in names.items():
            before = stored.get(job, {}).get(name)
            if one is None or before is None:
                why = "fewer than three undisturbed rounds" if one is None else "none is stored"
                lines.append(f"{job}: {name}: not compared: {why}")
                continue
            compared += 1
            change, room = one["ratio"] / before - 1, max(allowed, 2 * one["error"])
            verdict = "WORSE" if change > room else "better, worth storing" if change < -room else "as before"
            worse += change > room
            lines.append(f"{job}: {name}: {one['ratio']:.2f}, stored {before:.2f} ({change:+.0%}, {room:.0%} allowed): {verdict}")
    return lines, worse, compared
