"""A private HAProxy in front of ours: one port of its own for each server line."""
import contextlib
import socket
from pathlib import Path

from harness.process import Program
from harness.waiting import free_port, until

HEAD = """
global
  log stdout format raw local0
  stats socket {folder}/stats mode 600
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
    """lines: name -> (how its clients are accepted, the options of its server, more lines of its section)."""

    def __init__(self, folder, servers):
        self.folder = Path(folder)
        self.folder.mkdir()
        self.ports = {}
        text = HEAD.format(folder=self.folder)
        for name, (address, options, bind, more) in servers.items():
            self.ports[name] = free_port()
            text += f"listen {name}\n  bind 127.0.0.1:{self.ports[name]} {bind}\n"
            text += "".join(f"  {line}\n" for line in more)
            text += f"  server front {address[0]}:{address[1]} {options}\n"
        (self.folder / "conf").write_text(text, encoding="utf-8")
        super().__init__(["/usr/sbin/haproxy", "-db", "-f", self.folder / "conf"], self.folder)
        until(self._answers, "HAProxy works")  # who answers here has bound its ports

    def address(self, name):
        return "127.0.0.1", self.ports[name]

    def _answers(self):
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as stats:
            stats.settimeout(5)
            stats.connect(str(self.folder / "stats"))
            stats.sendall(b"show version\n")
            return bool(stats.recv(100))
        return False
