"""Reads CPU time and memory of a process tree, and how busy the machine was besides, from /proc and cgroups."""
import os
import time
from pathlib import Path

from cgroup import Account

TICK = os.sysconf("SC_CLK_TCK")


def stat_fields(pid):
    """The fields of /proc/PID/stat from the state on (the name before it may hold anything); None: no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return None


def tree(root):
    """The process and all its descendants."""
    children = {}
    for name in os.listdir("/proc"):
        fields = stat_fields(name) if name.isdigit() else None
        if fields:
            children.setdefault(int(fields[1]), []).append(int(name))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def cpu_seconds(pids):
    """User and system time of the processes, and of their children that have ended."""
    ticks = 0
    for pid in pids:
        fields = stat_fields(pid)
        ticks += sum(map(int, fields[11:15])) if fields else 0
    return ticks / TICK


def memory_kib(pids):
    """Proportional set size: memory that several processes share counts once."""
    total = 0
    for pid in pids:
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
    return total


class Machine:
    """Busy seconds of some cores, interrupts left out (they work for everybody)."""

    def __init__(self, cores):
        self.cores = cores

    def busy(self):
        total = 0
        for line in Path("/proc/stat").read_text(encoding="utf-8").splitlines():
            words = line.split()
            if words and words[0] in [f"cpu{core}" for core in self.cores]:
                user, nice, system = map(int, words[1:4])
                total += user + nice + system + (int(words[8]) if len(words) > 8 else 0)  # [8]: stolen by the host
        return total / TICK


class Interval:
    """What happened between its making and end(): the server's CPU, the wall clock, and the share of foreign work, which is
    all that this process and its descendants did not do."""

    def __init__(self, machine, server):
        self.machine, self.server = machine, server
        self.account = Account.of(lambda: tree(server)) if server != os.getpid() else None
        self.began = self.reading()

    def reading(self):
        server = self.account.seconds() if self.account else cpu_seconds(tree(self.server))
        return (time.monotonic(), self.machine.busy(), server, cpu_seconds(tree(os.getpid())))

    def end(self):
        wall, busy, server, ours = (now - then for now, then in zip(self.reading(), self.began))
        if self.account:
            self.account.close()
        foreign = max(0.0, busy - ours) / max(wall, 0.001) / len(self.machine.cores)
        return {"wall_s": round(wall, 3), "server_cpu_s": round(server, 6), "foreign": round(foreign, 3)}


def facts():
    """The machine, for the record."""
    model = [line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
             if line.startswith("model name")]
    return {"cpu": model[0] if model else os.uname().machine, "cores": os.cpu_count(), "kernel": os.uname().release,
            "load": os.getloadavg()[0]}
