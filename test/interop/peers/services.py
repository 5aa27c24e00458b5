"""Policy services: postgrey and policyd-spf, each at a port of this test."""
import os
import pwd
import shutil
import socket
from pathlib import Path

from harness.backend import Server
from harness.process import Program
from harness.waiting import free_port, until


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Postgrey(Program):
    """delay: seconds a client is deferred. port, folder: given again, it is the same service started again."""

    def __init__(self, folder, delay=1, port=None, unix=None):
        self.folder = Path(folder)
        self.port = port or free_port()
        self.endpoint = f"unix:{unix}" if unix else f"127.0.0.1:{self.port}"
        owner = pwd.getpwnam("postgrey")
        if not self.folder.exists():
            self.folder.mkdir(mode=0o755)
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        where = f"--unix={unix}" if unix else f"--inet=127.0.0.1:{self.port}"
        super().__init__(["/usr/sbin/postgrey", where, f"--delay={delay}", f"--dbdir={self.folder}",
                          "--user=postgrey", f"--pidfile={self.folder}/pid"], self.folder)
        if unix:
            until(Path(unix).exists, "postgrey's socket")
        else:
            until(lambda: answers(self.port), "postgrey listens")


class SpfService(Program):
    """policyd-spf speaks on its standard input and output: a super-server gives each connection one."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(mode=0o755)
        self.port = free_port()
        self.endpoint = f"127.0.0.1:{self.port}"
        (self.folder / "conf").write_text("debugLevel = 1\nHELO_reject = Fail\nMail_From_reject = Fail\n"
                                          "skip_addresses = 127.0.0.0/8\n", encoding="ascii")
        super().__init__([shutil.which("tcpserver"), "-H", "-R", "-l0", "-u", "65534", "-g", "65534", "127.0.0.1",
                          self.port, shutil.which("policyd-spf"), self.folder / "conf"], self.folder)
        until(lambda: answers(self.port), "the SPF service listens")


class Asked(Server):
    """A policy service that keeps what it was asked, in order, and has no opinion."""

    def __init__(self):
        self.requests = []
        super().__init__(self._answer)

    def _answer(self, connection):
        request = {}
        while True:
            line = connection.line()
            if line is None:
                return
            if line:
                name, value = line.split("=", 1)
                request[name] = value
                continue
            self.requests.append(request)
            request = {}
            connection.send("action=DUNNO\n\n")

    def told(self, stage):
        return [request for request in self.requests if request["protocol_state"] == stage]
