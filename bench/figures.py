"""From raw rounds to the figures of the tables. Pure."""
import statistics

from client import value_after

NOISY = 0.10  # the share of foreign work from which a round is
FIGURES = ("us", "cpu", "rate", "kib", "p50_ms", "p99_ms", "inside_us", "apart_us", "alone_ms", "flooded_ms", "times")


def figures(job, words, raw):
    """The raw round with what the tables show: cpu (us a session, or s per GB), rate (a second), unit by work."""
    if job[0] in ("idle", "flood") or "us" in raw:
        return raw
    sessions = value_after(words, "--sessions")
    if job[0] == "bulk":
        gigabytes = sessions * value_after(words, "--octets") / 1e9
        return {**raw, "cpu": raw["server_cpu_s"] / gigabytes, "rate": gigabytes * 1000 / raw["seconds"]}
    return {**raw, "cpu": raw["server_cpu_s"] * 1e6 / sessions, "rate": sessions / raw["seconds"]}


def summary(raws):
    """Medians of the quiet rounds, or of all of them if none was quiet."""
    quiet = [raw for raw in raws if raw["foreign"] <= NOISY]
    used = quiet or raws
    middle = {key: statistics.median(raw[key] for raw in used) for key in FIGURES if key in used[0]}
    resumed = [raw["resumed"] / raw["done"] for raw in used if "resumed" in raw]
    return {**middle, "rounds": len(raws), "quiet": len(quiet), "resumed": statistics.median(resumed) if resumed else None,
            "connections": used[0].get("connections")}
