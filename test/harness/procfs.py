"""What /proc says of a running program: its processes, what each holds and may."""
import os
import re
from pathlib import Path

ROLES = (("worker", "worker"), ("key", "key"), ("sign", "key"), ("launch", "launcher"), ("resolver", "resolver"), ("export", "exporter"))


class ProcessFacts:
    def __init__(self, pid):
        self.pid = pid
        self.status = dict(line.split(":\t", 1) for line in
                           Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines() if ":\t" in line)

    @property
    def name(self):
        return self.status["Name"]

    @property
    def role(self):
        """worker, key, launcher, exporter, or supervisor for what has another name."""
        for word, role in ROLES:
            if word in self.name.split(":", 1)[-1]:
                return role
        return "supervisor"

    def numbers(self, field):
        return [int(number) for number in self.status[field].split()]

    @property
    def uids(self):
        return set(self.numbers("Uid"))

    @property
    def gids(self):
        return set(self.numbers("Gid"))

    @property
    def no_new_privs(self):
        return self.status["NoNewPrivs"].strip() == "1"

    @property
    def seccomp_filtered(self):
        return self.status["Seccomp"].strip() == "2"

    @property
    def capabilities(self):
        return int(self.status["CapEff"], 16)

    @property
    def resident_kib(self):
        return int(self.status["VmRSS"].split()[0])

    @property
    def niceness(self):
        return os.getpriority(os.PRIO_PROCESS, self.pid)

    @property
    def locked_kib(self):
        return int(self.status["VmLck"].split()[0])

    @property
    def root(self):
        return os.readlink(f"/proc/{self.pid}/root")

    @property
    def dumpable(self):
        """A process that is not dumpable has its /proc entries owned by root."""
        return os.stat(f"/proc/{self.pid}/mem").st_uid in self.uids

    def descriptors(self):
        """number -> what it is ("socket:[1]", "/path")."""
        found = {}
        for entry in os.listdir(f"/proc/{self.pid}/fd"):
            try:
                found[int(entry)] = os.readlink(f"/proc/{self.pid}/fd/{entry}")
            except FileNotFoundError:
                pass
        return found

    def sockets(self, kinds=("tcp", "tcp6")):
        """The descriptors that are network sockets."""
        known = set()
        for kind in kinds:
            for line in Path(f"/proc/{self.pid}/net/{kind}").read_text(encoding="ascii").splitlines()[1:]:
                known.add(f"socket:[{line.split()[9]}]")
        return {number: name for number, name in self.descriptors().items() if name in known}

    def limit(self, name):
        """The soft limit of a line of /proc/PID/limits, as an int, or None for unlimited."""
        for line in Path(f"/proc/{self.pid}/limits").read_text(encoding="ascii").splitlines():
            if line.startswith(name):
                soft = line[len(name):].split()[0]
                return None if soft == "unlimited" else int(soft)
        raise KeyError(name)


def ticks(pid):
    """CPU time of a process in hundredths of a second."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def writable_and_executable(pid):
    """The mappings that may be written and executed: what injected code needs."""
    lines = Path(f"/proc/{pid}/maps").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if re.match(r"\S+ .wx", line)]


def children(pid):
    """All descendants that still run, as ProcessFacts."""
    parents = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            stat = Path(f"/proc/{entry}/stat").read_text(encoding="utf-8", errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
        state, parent = stat.rsplit(")", 1)[1].split()[:2]
        if state != "Z":
            parents[int(entry)] = int(parent)
    found, family = [], {pid}
    grew = True
    while grew:
        grew = False
        for child, parent in parents.items():
            if parent in family and child not in family:
                family.add(child)
                grew = True
    for child in sorted(family - {pid}):
        try:
            found.append(ProcessFacts(child))
        except (FileNotFoundError, ProcessLookupError):
            pass
    return found


def memory_holds(pid, patterns):
    """Which of the byte strings stand in the readable, private memory of the process; none: it has ended meanwhile."""
    found = set()
    try:
        maps = Path(f"/proc/{pid}/maps").read_text(encoding="utf-8")
        memory = open(f"/proc/{pid}/mem", "rb", 0)
    except (FileNotFoundError, ProcessLookupError):
        return found
    with memory:
        for line in maps.splitlines():
            span = re.match(r"([0-9a-f]+)-([0-9a-f]+) (r)..(.) \S+ \S+ (\d+)\s*(.*)", line)
            if not span or span.group(6) in ("[vvar]", "[vsyscall]", "[vdso]"):
                continue
            first, last = int(span.group(1), 16), int(span.group(2), 16)
            try:
                memory.seek(first)
                block = memory.read(last - first)
            except (OSError, ValueError, OverflowError):
                continue
            found.update(pattern for pattern in patterns if pattern in block)
    return found
