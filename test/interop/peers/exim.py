"""A private Exim: a listener that wants PROXY headers, or `exim -bs` for one session. It accepts everything and keeps
messages in its queue. Its uid comes from a table of its own (nss_wrapper), since it is unpacked, not installed."""
import os
from pathlib import Path

import peers
from harness.process import Program
from harness.waiting import free_port, until

WRAPPER = "libnss_wrapper.so"
USERS = "root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\nDebian-exim:x:65534:65534::/:/bin/sh\n"
GROUPS = "root:x:0:\nnogroup:x:65534:\nDebian-exim:x:65534:\n"

CONFIGURATION = """
spool_directory = {folder}
log_file_path = {folder}/%slog
pid_file_path = {folder}/pid
primary_hostname = exim.example
keep_environment = LD_PRELOAD : NSS_WRAPPER_PASSWD : NSS_WRAPPER_GROUP
daemon_smtp_ports = {port}
local_interfaces = 127.0.0.1
hosts_proxy = {proxies}
log_selector = +proxy +incoming_port +smtp_connection +smtp_protocol_error +smtp_no_mail
acl_smtp_rcpt = accept_all
chunking_advertise_hosts = *
smtputf8_advertise_hosts = *
tls_advertise_hosts =
host_lookup =
rfc1413_query_timeout = 0s
queue_only = true
begin acl
accept_all:
  accept
"""


class Exim(Program):
    """A listening Exim; `mainlog` follows its log."""

    def __init__(self, folder, proxies="127.0.0.1"):
        self.folder = Path(folder)
        self.port = free_port()
        self.endpoint = f"127.0.0.1:{self.port}"
        configured(self.folder, self.port, proxies)
        (self.folder / "mainlog").touch()
        os.chown(self.folder / "mainlog", 65534, 65534)
        super().__init__([peers.program("exim4"), "-C", self.folder / "conf", "-bdf"], self.folder,
                         environment=environment(self.folder))
        self.mainlog = Program(["tail", "-n", "+1", "-f", self.folder / "mainlog"], self.folder)
        self.mainlog.wait_for("listening for SMTP")

    def queued(self):
        return wait_queued(self.folder)


def configured(folder, port=0, proxies=""):
    folder.mkdir(mode=0o755)
    os.chown(folder, 65534, 65534)
    for name, text in (("conf", CONFIGURATION.format(folder=folder, port=port or 25, proxies=proxies)),
                       ("passwd", USERS), ("group", GROUPS)):
        (folder / name).write_text(text, encoding="ascii")


def environment(folder):
    return {"LD_PRELOAD": WRAPPER, "NSS_WRAPPER_PASSWD": f"{folder}/passwd", "NSS_WRAPPER_GROUP": f"{folder}/group"}


def session_program(folder):
    """A script that is `exim -bs`."""
    configured(folder)
    exports = " ".join(f"{name}={value}" for name, value in environment(folder).items())
    start = folder / "exim-bs"
    start.write_text(f"#!/bin/sh\nexport {exports}\nexec {peers.program('exim4')} -C {folder}/conf -odq -bs\n",
                     encoding="ascii")
    start.chmod(0o755)
    return str(start)


def wait_queued(folder):
    """The (header file's text, body) of the one message of the queue; Exim keeps lines ended by LF."""
    found = until(lambda: list((folder / "input").glob("*-H")), "a message in Exim's queue")
    header = found[0]
    body = Path(str(header)[:-1] + "D").read_bytes().split(b"\n", 1)[1]
    return header.read_text(encoding="utf-8", errors="backslashreplace"), body
