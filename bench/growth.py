"""Judges and words what ./dev growth measured. Pure."""
import statistics

from tables import number

# What a tenfold may cost beyond ten times as much: larger tables miss the processor's caches more often.
LEEWAY = 1.5

COLUMNS = {
    "held": {"held": "held", "session_us": "µs of CPU a new session", "kib": "KiB a held one"},
    "certificates": {"certificates": "certificates", "start_s": "start, s", "start_cpu_s": "CPU, s", "reload_s": "reload, s",
                     "reload_cpu_s": "CPU, s", "mib": "memory, MiB", "session_us": "µs of CPU a session"},
}
# What is paid once for all; the others are of each session, and may not grow at all.
WHOLE = ("start_cpu_s", "reload_cpu_s", "mib")
EACH = ("session_us", "kib")


def median_of(rounds):
    """Of each figure over the rounds of one size."""
    return {name: None if rounds[0][name] is None else statistics.median(one[name] for one in rounds) for name in rounds[0]}


def too_much(name, sizes, values):
    """(size, times) for each size at which the figure had grown `times` as fast as it may; sizes ascend."""
    found = []
    measured = [(size, value) for size, value in zip(sizes, values) if value is not None]
    sizes, values = [size for size, _ in measured], [value for _, value in measured]
    base = values[0] if values else 0
    for at in range(1, len(sizes)):
        if name in EACH:
            times = values[at] / values[at - 1] if values[at - 1] else 0
        else:
            before, now = (values[i] - base for i in (at - 1, at))
            # As long as it is less than what there is without any, it says nothing.
            small = at < 2 or before < 0.2 * base or before <= 0.05
            times = 0 if small else now / before / ((sizes[at] - sizes[0]) / (sizes[at - 1] - sizes[0]))
        if times > LEEWAY:
            found.append((sizes[at], round(times, 2)))
    return found


def faults(kind, rows):
    """What grew faster than its number; a text for each. `rows`: the medians, sizes ascending."""
    sizes = [row[kind] for row in rows]
    texts = []
    for name in (*WHOLE, *EACH):
        if name in rows[0]:
            for size, times in too_much(name, sizes, [row[name] for row in rows]):
                texts.append(f"{name} at {size:,} {kind}: {times} times what it may be")
    return texts


def table(kind, rows):
    columns = COLUMNS[kind]
    lines = [list(columns.values()), ["---"] * len(columns)]
    lines += [[f"{row[name]:,.0f}" if name == kind else number(row[name]) for name in columns] for row in rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
