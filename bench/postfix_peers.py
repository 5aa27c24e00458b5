"""Postfix's programs under test, and our tlsproxy among them: each with a master, a queue and a configuration of its own."""
import os
import pwd
import time
from pathlib import Path

from peer import Failed, Peer, Process

MASTER = "/usr/lib/postfix/sbin/master"
TLSPROXY_AND_TLSMGR = "tlsproxy unix - - n - 0 tlsproxy\ntlsmgr unix - - n 1000? 1 tlsmgr\n"


class PostfixProcess(Process):
    def environment(self):
        return {"MAIL_CONFIG": str(self.log.parent / "conf")}


def lay_out_postfix(folder):
    """conf, queue and data in the folder, as master wants to find them."""
    os.chmod(folder, 0o755)
    conf, queue, data = (folder / name for name in ("conf", "queue", "data"))
    owner = pwd.getpwnam("postfix")
    for path in (conf, queue, data, *(queue / name for name in ("pid", "private", "public", "incoming", "active",
                                                                "deferred", "maildrop", "hold", "defer", "bounce"))):
        path.mkdir()
        if path not in (conf, queue) and path.name != "pid":
            os.chown(path, owner.pw_uid, -1)
    return conf, queue, data


def needs_postfix():
    if not os.path.exists(MASTER):
        return "postfix is not installed"
    return "" if os.getuid() == 0 else "postfix needs root"


class Postfix(Peer):
    """smtpd with its own TLS; messages go on to the sink as through a proxy filter, without the queue."""
    idle_most = 100
    package = "postfix"

    def missing(self, bench):
        return needs_postfix()

    def start(self, bench, folder, port):
        conf, queue, data = lay_out_postfix(folder)
        (conf / "main.cf").write_text(self.main_cf(bench, queue, data))
        (conf / "master.cf").write_text(f"""
127.0.0.1:{port} inet n - n - 150 smtpd
anvil   unix - - n - 1 anvil
rewrite unix - - n - - trivial-rewrite
tlsmgr  unix - - n 1000? 1 tlsmgr
""")
        return PostfixProcess([MASTER, "-d", "-c", conf], bench.server_core, folder / "log").wait_for_port(port)

    @staticmethod
    def main_cf(bench, queue, data):
        return f"""
compatibility_level = 3.6
queue_directory = {queue}
data_directory = {data}
myhostname = bench.example.org
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mydestination =
relay_domains = example.org
local_recipient_maps =
alias_maps =
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_proxy_filter = 127.0.0.1:{bench.sink_port}
smtpd_tls_security_level = may
smtpd_tls_chain_files = {bench.key}, {bench.chain}
smtpd_timeout = 600s
message_size_limit = 0
"""


class Screened:
    """master with its tlsproxy on the server's core, and what plays postscreen on the clients' core."""

    def __init__(self, master, screen):
        self.master, self.screen, self.pid = master, screen, master.pid

    def end(self):
        self.screen.end()
        self.master.end()


class Tlsproxy(Peer):
    """tlsproxy(8) under Postfix's master: Postfix's own, or ours in its place."""
    package = "postfix"
    two_kinds = True
    works = ("sessions", "resumed", "idle", "flood")
    beside = ("tlsmgr",)

    def __init__(self, name, ours):
        super().__init__(name)
        self.ours = ours

    def program(self, bench):
        return bench.ehlock.with_name("tlsproxy") if self.ours else Path(MASTER).with_name("tlsproxy")

    def missing(self, bench):
        return needs_postfix() or ("" if os.access(self.program(bench), os.X_OK) else f"{self.program(bench)} is not built")

    def lay_out(self, bench, folder):
        """Its queue, with the programs that are in `beside` and tlsproxy as the only ones, and main.cf."""
        conf, queue, data = lay_out_postfix(folder)
        daemons = folder / "daemons"
        daemons.mkdir()
        (daemons / "tlsproxy").symlink_to(self.program(bench))
        for name in self.beside:
            (daemons / name).symlink_to(Path(MASTER).with_name(name))
        chains = ", ".join(f"{key}, {chain}" for chain, key in bench.pairs())
        (conf / "main.cf").write_text(f"""
compatibility_level = 3.6
queue_directory = {queue}
data_directory = {data}
daemon_directory = {daemons}
maillog_file = /var/log/{folder.name}
myhostname = bench.example.org
smtpd_tls_security_level = may
smtpd_tls_chain_files = {chains}
smtpd_tls_loglevel = 1
""")
        return conf, queue

    def start(self, bench, folder, port):
        conf, queue = self.lay_out(bench, folder)
        (conf / "master.cf").write_text(TLSPROXY_AND_TLSMGR)
        words = [bench.programs / "bench_load", "screen", "--port", port, "--handoff", queue / "private/tlsproxy", "--postlog",
                 queue / "public/postlog"]
        screen = Process(words, bench.client_core, folder / "screen.log").wait_for_port(port)
        server = Screened(PostfixProcess([MASTER, "-s", "-c", conf], bench.server_core, folder / "log"), screen)
        end = time.monotonic() + 20
        while not (queue / "private/tlsproxy").exists():
            if time.monotonic() > end:
                server.end()
                raise Failed("master does not start")
            time.sleep(0.05)
        return server


class Postscreen(Tlsproxy):
    """The real postscreen in front of tlsproxy, and postlogd. A test of the client that QUIT leaves open keeps each session in
    postscreen's hands; the test before the greeting is passed once, by the first client, and remembered."""
    two_kinds = False
    works = ("sessions", "resumed")
    beside = ("tlsmgr", "postscreen", "postlogd", "smtpd", "dnsblog")

    def start(self, bench, folder, port):
        conf, _ = self.lay_out(bench, folder)
        with open(conf / "main.cf", "a", encoding="ascii") as main_cf:
            main_cf.write("""
mynetworks = 192.0.2.0/24
postscreen_access_list =
postscreen_bare_newline_enable = yes
postscreen_bare_newline_action = ignore
postscreen_client_connection_count_limit = 0
postscreen_greet_wait = 1s
postscreen_tls_security_level = may
""")
        (conf / "master.cf").write_text(f"""{TLSPROXY_AND_TLSMGR}
127.0.0.1:{port} inet n - n - 1 postscreen
smtpd pass - - n - - smtpd
dnsblog unix - - n - 0 dnsblog
postlog unix-dgram n - n - 1 postlogd
""")
        return PostfixProcess([MASTER, "-s", "-c", conf], bench.server_core, folder / "log").wait_for_port(port)
