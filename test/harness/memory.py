"""Memory that fails when a test says so, in one process of a program that is otherwise as it is."""
import struct
import subprocess
from pathlib import Path

ORDER = "4q"  # as in failing_memory.c


class FailingMemory:
    """`environment` is for the program; `fail` orders, `count` tells how often the process has asked since."""

    def __init__(self, place):
        library = place / "failing_memory.so"
        subprocess.run(["gcc", "-shared", "-fPIC", "-o", library, Path(__file__).with_name("failing_memory.c")], check=True)
        self._page = place / "memory"
        self._page.write_bytes(bytes(4096))
        self._page.chmod(0o666)
        # What was freed is overwritten, so that its use would show.
        self.environment = {"LD_PRELOAD": str(library), "TEST_MEMORY": str(self._page), "MALLOC_PERTURB_": "165"}

    def fail(self, pid, first, many=1):
        with self._page.open("r+b") as page:
            page.write(struct.pack(ORDER, pid, first, many, 0))

    @property
    def count(self):
        with self._page.open("rb") as page:
            return struct.unpack(ORDER, page.read(struct.calcsize(ORDER)))[3]
