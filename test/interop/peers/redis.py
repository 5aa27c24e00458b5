"""A private Redis server: memory only, at a port of its own or a UNIX socket."""
import os
import signal
from pathlib import Path

from harness.process import Program, run
from harness.waiting import free_port, until


class Redis(Program):
    """lines: more of its configuration. port, folder: given again, it is the same server started again, which has forgotten
    everything. tls: a certificate of the harness; then the port speaks TLS only."""

    def __init__(self, folder, *lines, port=None, unix=None, tls=None):
        self.folder, self.unix, self.tls = Path(folder), unix, tls
        self.folder.mkdir(exist_ok=True)
        self.port = 0 if unix else port or free_port()
        self.endpoint = f"unix:{unix}" if unix else f"{'localhost' if tls else '127.0.0.1'}:{self.port}"
        text = [f"dir {self.folder}", 'save ""', "appendonly no", "bind 127.0.0.1", "protected-mode no",
                "repl-diskless-sync-delay 0", *lines]
        if tls:
            text += ["port 0", f"tls-port {self.port}", f"tls-cert-file {tls.cert}", f"tls-key-file {tls.key}",
                     "tls-auth-clients no"]
        else:
            text.append(f"port {self.port}")
        if unix:
            text += [f"unixsocket {unix}", "unixsocketperm 777"]
        (self.folder / "conf").write_text("\n".join(text) + "\n", encoding="utf-8")
        super().__init__(["redis-server", self.folder / "conf"], self.folder)
        until(lambda: "PONG" in self.ask("PING") or "NOAUTH" in self.ask("PING"), "Redis answers")

    def ask(self, *words):
        """The answer to a command, as redis-cli prints it."""
        where = ["-s", self.unix] if self.unix else ["-p", self.port]
        if self.tls:
            where += ["--tls", "--insecure"]
        return run(["redis-cli", *where, *words])[1].strip()

    def keys(self, pattern="*"):
        return sorted(self.ask("--scan", "--pattern", pattern).split())

    def stall(self):
        """It takes connections and bytes still, and does nothing."""
        self.tell(signal.SIGSTOP)

    def go_on(self):
        self.tell(signal.SIGCONT)

    def die(self):
        os.kill(self.pid, signal.SIGKILL)
        self.process.wait()
