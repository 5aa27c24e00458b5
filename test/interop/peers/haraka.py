"""A private Haraka that knows the client from a PROXY header or from XCLIENT, and puts each message into a file of its folder."""
import shutil
from pathlib import Path

import peers
from harness.process import Program
from harness.waiting import free_port, until

SCRIPT = peers.UNPACKED / "npm/node_modules/Haraka/bin/haraka"


def reason_against():
    """Why there is no Haraka here; empty: there is one."""
    if not shutil.which("node"):
        return "node is not installed"
    return "" if SCRIPT.exists() else "Haraka is not there (./dev setup interop, with npm)"


class Haraka(Program):
    """introduced_by: "proxy", where each connection must begin with a PROXY header, or "xclient"."""

    def __init__(self, folder, introduced_by):
        self.folder = Path(folder)
        self.port = free_port()
        self.endpoint = f"127.0.0.1:{self.port}"
        config, self.mails = self.folder / "config", self.folder / "mails"
        for path in (self.folder, config, self.mails):
            path.mkdir()
        xclient = introduced_by == "xclient"
        own = (SCRIPT.parents[1] / "config/connection.ini").read_text(encoding="utf-8")
        for name, text in {
                "smtp.ini": f"listen=127.0.0.1:{self.port}\n",
                "connection.ini": own if xclient else own.replace("\nhosts[] =", "\nhosts[] = 127.0.0.1"),
                "me": "haraka.example\n",
                "host_list": "mail.example\n",
                "log.ini": "[main]\nlevel=info\n",
                "plugins": "rcpt_to.in_host_list\n" + ("xclient\n" if xclient else "") + "queue/test\n"}.items():
            (config / name).write_text(text, encoding="utf-8")
        super().__init__(["node", SCRIPT, "-c", self.folder], self.folder, environment={"TMPDIR": str(self.mails)})
        self.wait_for(rf"[Ll]istening on 127\.0\.0\.1:{self.port}")

    def message(self):
        return until(lambda: [one.read_bytes() for one in self.mails.glob("mail_*.eml") if one.stat().st_size],
                     "a message in Haraka's folder")[0]
