"""A private HAProxy in front of ours: one port of its own for each server line."""
import contextlib
import socket
from pathlib import Path

from harness.process import Program
from harness.waiting import free_port, until

HEAD = """
global
  log stdout format raw local0
  stats socket {folder}/stats mode 600 level admin
defaults
  mode tcp
  log global
  option tcplog
  timeout connect 5s
  timeout client 1m
  timeout server 1m
  timeout check 10s
"""


class Haproxy(Program):
    """servers: name -> (address of the server or a list of them, options of its server line, options of its bind line, more
    lines of its section). ports: name -> port, where it is not just any."""

    def __init__(self, folder, servers, ports=None):
        self.folder = Path(folder)
        self.folder.mkdir()
        self.ports = {}
        text = HEAD.format(folder=self.folder)
        for name, (address, options, bind, more) in servers.items():
            self.ports[name] = (ports or {}).get(name) or free_port()
            text += f"listen {name}\n  bind 127.0.0.1:{self.ports[name]} {bind}\n"
            text += "".join(f"  {line}\n" for line in more)
            for number, (host, port) in enumerate(address if isinstance(address, list) else [address]):
                text += f"  server front{number or ''} {host}:{port} {options}\n"
        (self.folder / "conf").write_text(text, encoding="utf-8")
        super().__init__(["/usr/sbin/haproxy", "-db", "-f", self.folder / "conf"], self.folder)
        until(self._answers, "HAProxy works")  # who answers here has bound its ports

    def address(self, name):
        return "127.0.0.1", self.ports[name]

    def tell(self, command):
        """A command for its stats socket, and the answer."""
        with socket.socket(socket.AF_UNIX) as stats:
            stats.settimeout(5)
            stats.connect(str(self.folder / "stats"))
            stats.sendall(command.encode() + b"\n")
            return stats.makefile("rb").read().decode()

    def _answers(self):
        with contextlib.suppress(OSError):
            return bool(self.tell("show version"))
        return False
