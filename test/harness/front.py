"""The program in front: `ehlock serve` with the options of a test."""
import os
import re
import signal
from pathlib import Path

from harness import procfs
from harness.client import Client
from harness.process import Program, run
from harness.waiting import free_port, until


def program(name="ehlock"):
    """The built program's path; None when it was not built, unless EHLOCK_BIN says where it must be."""
    asked = os.environ.get("EHLOCK_BIN")
    path = Path(asked or Path(__file__).parents[2] / "build/release/bin", name)
    return path if asked or path.exists() else None


class Front(Program):
    """A running `ehlock serve`. Without other options: STARTTLS and implicit TLS on 127.0.0.1, one worker.

    backend: an endpoint's text, or a list: the program after "--". identity=None leaves the option out.
    under: a command that starts ours, as ["prlimit", "--nofile=40"].
    """

    def __init__(self, directory, backend, certificates=(), *, identity="none", workers=1, listen=None,
                 listen_tls=None, options=(), wait=True, environment=None, under=()):
        self.starttls = listen or [f"127.0.0.1:{free_port()}"]
        self.implicit = [f"127.0.0.1:{free_port()}"] if listen_tls is None else listen_tls
        arguments = [*under, program(), "serve", "--workers", workers]
        for endpoint in self.starttls:
            arguments += ["--listen", endpoint]
        for endpoint in self.implicit:
            arguments += ["--listen-tls", endpoint]
        for one in certificates:
            arguments += ["--cert", one.cert, "--key", one.key]
        is_program = isinstance(backend, list)
        if not is_program:
            arguments += ["--backend", backend] + (["--identity", identity] if identity else [])
        if os.getuid() == 0 and "--jail" not in options:
            jail = Path(directory, "jail")
            jail.mkdir(mode=0o555, exist_ok=True)
            arguments += ["--jail", jail]
        arguments += [*options, *(["--", *backend] if is_program else [])]
        super().__init__(arguments, directory, environment)
        if wait:
            self.wait_for(r": ready$")

    @staticmethod
    def address_of(endpoint):
        if endpoint.startswith("unix:"):
            return endpoint[5:]
        host, port = endpoint.rsplit(":", 1)
        return host.strip("[]"), int(port)

    @property
    def address(self):
        return self.address_of(self.starttls[0])

    @property
    def tls_address(self):
        return self.address_of(self.implicit[0])

    def client(self, **options):
        return Client(self.address, **options)

    def tls_client(self, tls=True, **options):
        return Client(self.tls_address, tls=tls, **options)

    def secured(self, context=None, **options):
        """A client behind STARTTLS, before its second EHLO."""
        one = self.client()
        one.hello()
        one.starttls(context, **options)
        return one

    def roles(self):
        """role -> list of ProcessFacts, the supervisor among them."""
        found = {"supervisor": [procfs.ProcessFacts(self.pid)]}
        for process in procfs.children(self.pid):
            found.setdefault(process.role, []).append(process)
        return found

    def one(self, role):
        return until(lambda: self.roles().get(role), f"a process with the role {role}")[0]

    def reload(self):
        """HUP, and the line that says how it went: "reloaded" or "reload failed...". Changed files may be noticed and
        loaded at the same time: only what follows the line about our HUP counts."""
        mark = self.mark()
        self.tell(signal.SIGHUP)
        self.wait_for(r": reloading: SIGHUP$", after=mark)
        while not self.lines[mark].endswith(": reloading: SIGHUP"):
            mark += 1
        return self.wait_for(r": (reloaded.*|reload failed.*)$", after=mark).group(1)

    def sessions_ended(self, count=1, after=0):
        """Waits until `count` sessions have written their last line; returns the last of these lines."""
        return self.wait_for(r"disconnect from .*", after=after, count=count).group(0)


def check(*arguments):
    """`ehlock check ...`: (exit status, text)."""
    return run([program(), "check", *arguments])


def session_line(log_line):
    """The words of a disconnect line as a dictionary: {"outcome": "quit", "ehlo": "2", ...}."""
    return dict(re.findall(r"(\w+)=(\S+)", log_line))
