"""A fresh Debian in a folder: made once by debootstrap, copied for each use. Commands see its files, its processes and the
network of this machine."""
import shutil
import subprocess
from pathlib import Path

from harness.process import Program, run

BUILT = Path(__file__).parents[2] / "build/package"
SUITE, MIRROR = "bookworm", "http://deb.debian.org/debian"
MINUTES = 60.0


def base():
    """The archive of the fresh system."""
    archive = BUILT / f"{SUITE}.tar"
    if not archive.exists():
        folder = BUILT / f"{SUITE}.new"
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run(["debootstrap", "--variant=minbase", "--include=ca-certificates", SUITE, folder, MIRROR],
                       check=True, stdout=subprocess.DEVNULL, timeout=10 * MINUTES)
        subprocess.run(["tar", "-C", folder, "-cf", archive.with_suffix(".part"), "."], check=True)
        archive.with_suffix(".part").rename(archive)
        shutil.rmtree(folder)
    return archive


class Chroot:
    def __init__(self, folder):
        self.folder = Path(folder)
        subprocess.run(["tar", "-C", folder, "-xf", base()], check=True)
        shutil.copy("/etc/resolv.conf", self.folder / "etc/resolv.conf")
        (self.folder / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n", encoding="ascii")
        (self.folder / "usr/sbin/policy-rc.d").chmod(0o755)
        (self.folder / "etc/apt/apt.conf.d/99test").write_text(
            'APT::Install-Recommends "false";\nAcquire::Check-Valid-Until "false";\nAcquire::Check-Date "false";\n',
            encoding="ascii")

    def _within(self, arguments):
        return ["unshare", "--mount", "--pid", "--fork", "--kill-child", f"--mount-proc={self.folder}/proc",
                "chroot", self.folder, *arguments]

    def run(self, *arguments, seconds=5 * MINUTES):
        """(exit status, output) of a command."""
        return run(self._within(["env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C", *arguments]), seconds=seconds)

    def done(self, *arguments):
        """The output of a command that must succeed."""
        status, text = self.run(*arguments)
        assert status == 0, f"{arguments}: {status}\n{text}"
        return text

    def start(self, *arguments):
        return Program(self._within(arguments), self.folder)

    def path(self, inside):
        return self.folder / str(inside).lstrip("/")

    def take(self, file, inside="/srv"):
        """Copies a file of this machine; its path inside."""
        shutil.copy(file, self.path(inside))
        return f"{inside}/{Path(file).name}"

    def files(self):
        """Every file and folder, but what apt and dpkg note for themselves."""
        text = self.done("find", "/", "-xdev", "-not", "-path", "/proc/*", "-not", "-path", "/var/lib/dpkg/*",
                         "-not", "-path", "/var/cache/*", "-not", "-path", "/var/lib/apt/*", "-not", "-path", "/var/log/*",
                         "-not", "-path", "/tmp/*", "-not", "-path", "/run/*", "-not", "-path", "/srv/*")
        return set(text.splitlines())
