"""CPU time of a server's processes by a cgroup of their own: exact, where /proc counts in ticks of 10 ms. Version 2's cpu.stat, or
version 1's cpuacct.usage."""
import os
from pathlib import Path


def own_path(line_of):
    """This process's place below a mount point, from the line of /proc/self/cgroup that `line_of` knows."""
    for line in Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines():
        number, controllers, path = line.split(":", 2)
        if line_of(number, controllers.split(",")):
            return path.lstrip("/")
    return ""


def places():
    """The folders under which a cgroup with an account can be tried, and the name of its file."""
    for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines():
        _, point, kind, options = line.split()[:4]
        if kind == "cgroup2":
            yield Path(point, own_path(lambda number, _: number == "0")), "cpu.stat"
        elif kind == "cgroup" and "cpuacct" in options.split(","):
            yield Path(point, own_path(lambda _, controllers: "cpuacct" in controllers)), "cpuacct.usage"


def move(pids, group):
    """What has ended meanwhile is passed over."""
    for pid in pids:
        try:
            (group / "cgroup.procs").write_text(f"{pid}\n", encoding="ascii")
        except ProcessLookupError:
            pass


class Account:
    """Counts from its making; children that begin later count as well."""

    def __init__(self, folder, usage):
        self.folder, self.usage = folder, usage

    @classmethod
    def of(cls, tree):
        """Of the processes that tree() lists; None where no cgroup may be made."""
        for parent, usage in places():
            made = cls(parent / f"ehlock-bench-{os.getpid()}", usage)
            try:
                made.folder.mkdir()
            except OSError:
                continue
            try:
                move(tree(), made.folder)
                move(tree(), made.folder)  # what was forked meanwhile
                made.seconds()
                return made
            except (OSError, ValueError):
                made.close()
        return None

    def seconds(self):
        text = (self.folder / self.usage).read_text(encoding="ascii")
        if self.usage == "cpuacct.usage":
            return int(text) / 1e9
        return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("usage_usec ")) / 1e6

    def close(self):
        """The processes go back to where they came from."""
        try:
            move((self.folder / "cgroup.procs").read_text(encoding="ascii").split(), self.folder.parent)
            self.folder.rmdir()
        except OSError:
            pass
