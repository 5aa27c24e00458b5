"""The same private Postfix where log lines go to syslog, as Debian's does: a /dev of its own whose `log` is the test's."""
import contextlib
import os
import socket
import subprocess
import threading
from pathlib import Path

import pytest

from peers.tlsproxy_site import TlsproxySite

DEVICES = ("null", "zero", "full", "random", "urandom")
# In a mount namespace of its own; the last words are the program to become.
PUT_DEV = "for one in " + " ".join(DEVICES) + """; do mount --bind /dev/$one "$0/$one" || exit 1; done
mount --rbind "$0" /dev && exec "$@"
"""


class SyslogSite(TlsproxySite):
    def __init__(self, folder, program, certificates, *, main=None, **options):
        if subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True).returncode != 0:
            pytest.skip("no mount namespace of one's own here")
        dev = Path(folder).parent / f"{Path(folder).name}-dev"
        dev.mkdir(mode=0o755)
        for name in DEVICES:
            (dev / name).touch()
        self.log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.log.bind(str(dev / "log"))
        os.chmod(dev / "log", 0o666)
        self.under = ["unshare", "-m", "sh", "-c", PUT_DEV, str(dev)]
        threading.Thread(target=self._listen, daemon=True).start()
        super().__init__(folder, program, certificates, main={"maillog_file": "", **(main or {})}, **options)

    def _listen(self):
        with contextlib.suppress(OSError):
            while True:
                self.heard(self.log.recv(8192))
