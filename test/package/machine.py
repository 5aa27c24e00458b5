"""A Debian that runs: its own systemd, network and processes, so that services are started as on a server."""
import contextlib
import shutil
from pathlib import Path

from chroot import MINUTES, Chroot
from harness.process import Program
from harness.waiting import until


def cgroups_are_there():
    return " cgroup2 " in Path("/proc/mounts").read_text(encoding="utf-8")


class Machine(Chroot):
    """Before boot() commands see this machine's network, and packages can be fetched; afterwards loopback alone."""

    def __init__(self, folder):
        super().__init__(folder)
        self._leader = None
        self._group = None

    def boot(self):
        (self.folder / "usr/sbin/policy-rc.d").unlink()  # from now on packages start what they bring
        self.path("/etc/hosts").write_text("127.0.0.1 localhost mx.example.org\n::1 localhost\n", encoding="ascii")
        self.process = Program(["sh", Path(__file__).with_name("boot.sh"), self.folder], "/")
        self._group = Path(self.process.wait_for("^/.*/ehlock-machine-.*").group(0))
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        self._leader = until(lambda: children.read_text(encoding="ascii").strip(), "the first process of the machine")
        until(lambda: self.run("systemctl", "is-system-running")[1].strip() in ("running", "degraded"), "a running system")

    def _within(self, arguments):
        if not self._leader:
            return super()._within(arguments)
        return ["nsenter", "--target", self._leader, "--mount", "--pid", "--cgroup", "--uts", "--ipc", "--net", "--root",
                "--wd", *arguments]

    def done(self, *arguments):
        status, text = self.run(*arguments)
        if status != 0:
            text += self.run("journalctl", "-n", "40", "--no-pager")[1] if self._leader else ""
            raise AssertionError(f"{arguments}: {status}\n{text}")
        return text

    def journal(self, *arguments):
        """What the journal holds of ehlock since boot, text alone."""
        return self.done("journalctl", "-u", "ehlock", "-o", "cat", "--no-pager", *arguments)

    def end(self):
        if self._leader:
            self.process.end()
        if self._group:
            until(self._group_is_gone, "the end of every process of the machine", MINUTES)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _group_is_gone(self):
        for folder in (*sorted(self._group.rglob("*/"), reverse=True), self._group):
            with contextlib.suppress(OSError):
                folder.rmdir()
        return not self._group.exists()
