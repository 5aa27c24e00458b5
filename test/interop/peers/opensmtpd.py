"""A private OpenSMTPD that hands everything on to the relay given. Its folders and users are built into it: it runs in a mount
namespace of its own, where those are the test's."""
import socket
import subprocess
from pathlib import Path

import peers
from harness.process import Program
from harness.waiting import free_port, until

CONFIGURATION = """
listen on 127.0.0.1 port {port} hostname opensmtpd.example {options}
action "on" relay host smtp://{relay}
match from any for any action "on"
"""
USERS = "opensmtpd:x:64001:64001::/var/lib/opensmtpd/empty:/bin/false\nopensmtpq:x:64002:64002::/nonexistent:/bin/false\n"
GROUPS = "opensmtpd:x:64001:\nopensmtpq:x:64002:\n"
START = """
set -e
mount --bind $1/passwd /etc/passwd
mount --bind $1/group /etc/group
mount --bind $1/run "$(readlink -f /var/run)"
mount --bind $1/spool /var/spool
mount --bind $1/lib /var/lib
exec $2 -d -f $1/conf
"""


def program():
    path = peers.UNPACKED / "usr/sbin/smtpd"
    return str(path) if path.exists() else None


def reason_against():
    """Why it cannot run here; empty: it can."""
    if not program():
        return "OpenSMTPD is not there (./dev setup interop)"
    tried = subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False)
    return "" if tried.returncode == 0 else "no mount namespace can be made here, and OpenSMTPD's folders are built into it"


class Opensmtpd(Program):
    def __init__(self, folder, relay, options=""):
        self.folder = Path(folder)
        self.port = free_port()
        self.endpoint = f"127.0.0.1:{self.port}"
        for name in ("", "run", "spool", "lib", "lib/opensmtpd", "lib/opensmtpd/empty"):
            (self.folder / name).mkdir(mode=0o711 if name == "spool" else 0o755)
        for name, text in (("passwd", Path("/etc/passwd").read_text(encoding="utf-8") + USERS),
                           ("group", Path("/etc/group").read_text(encoding="utf-8") + GROUPS),
                           ("conf", CONFIGURATION.format(port=self.port, relay=relay, options=options))):
            (self.folder / name).write_text(text, encoding="utf-8")
        (self.folder / "conf").chmod(0o600)
        super().__init__(["unshare", "-m", "sh", "-c", START, "sh", self.folder, program()], self.folder)
        self.wait_for("OpenSMTPD .* starting")
        until(self.listens, "OpenSMTPD's listener")

    def listens(self):
        try:
            socket.create_connection(("127.0.0.1", self.port)).close()
            return True
        except OSError:
            return False
