"""The servers under test: how each is configured and started. All of them listen on 127.0.0.1, stay in the foreground, run on
the server's core, use the same chain and key, offer TLS 1.2 and 1.3, and pass sessions on to the same sink."""
import os
import pwd
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import measure

MASTER = "/usr/lib/postfix/sbin/master"
NGINX_MODULE = "/usr/lib/nginx/modules/ngx_mail_module.so"


class Failed(Exception):
    """Something did not start, or a load did not go through: a text for the user."""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


class Process:
    """A program on one core; its output goes to a file."""

    def __init__(self, words, core, log):
        self.log = Path(log)
        with open(self.log, "ab") as sink:
            self.child = subprocess.Popen(["taskset", "-c", str(core), *map(str, words)], stdin=subprocess.DEVNULL,
                                          stdout=sink, stderr=sink, env={**os.environ, **self.environment()})
        self.pid = self.child.pid  # taskset becomes the program

    def environment(self):
        return {}

    def wait_for_port(self, port):
        end = time.monotonic() + 20
        while not answers(port):
            if self.child.poll() is not None or time.monotonic() > end:
                text = self.log.read_text(errors="replace").strip()[-600:]
                self.end()
                raise Failed(f"does not start: {text}")
            time.sleep(0.05)
        return self

    def end(self):
        """Ends it and, with it gone, whatever it started and did not take along."""
        family = measure.tree(self.pid)
        self.child.terminate()
        try:
            self.child.wait(5)
        except subprocess.TimeoutExpired:
            pass
        for pid in family if self.child.poll() is None else family[1:]:
            try:
                os.kill(pid, 9)
            except ProcessLookupError:
                pass
        self.child.wait()


class Peer:
    """name; door: how TLS begins; idle_most: connections it can hold at once in this setting; package: whose version it has;
    two_kinds: it is set up with all of bench.pairs(); works: those it can do, None for all that everybody can; more: works
    beside these; without: (work, TLS) it cannot do nevertheless."""
    door = "starttls"
    works = None
    more = ()
    without = ()
    two_kinds = False
    idle_most = 1_000_000
    package = ""

    def __init__(self, name):
        self.name = name

    def missing(self, bench):
        """Why it cannot run here; empty: it can."""
        del bench
        return ""

    def words(self, bench, folder, port):
        """Writes configuration into the folder; the command line."""
        raise NotImplementedError

    def cores(self, bench):
        """Those it runs on, in words of taskset(1)."""
        return bench.server_core

    def start(self, bench, folder, port):
        os.chmod(folder, 0o755)
        return Process(self.words(bench, folder, port), self.cores(bench), folder / "log").wait_for_port(port)

    def version(self):
        return package(self.package) if self.package else ""


def said(*words):
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    lines = (done.stdout + done.stderr).strip().splitlines()
    return lines[0].strip() if lines else ""


def package(name):
    return f"{name} {said('dpkg-query', '-W', '-f', '${Version}', name)}"


class Ehlock(Peer):
    two_kinds = True
    workers = 1

    def __init__(self, name, door, *options):
        super().__init__(name)
        self.door, self.options = door, options

    def missing(self, bench):
        return "" if os.access(bench.ehlock, os.X_OK) else f"{bench.ehlock} is not built"

    def words(self, bench, folder, port):
        (folder / "jail").mkdir(mode=0o555)
        jail = ["--jail", folder / "jail"] if os.getuid() == 0 else []
        listen = "--listen" if self.door == "starttls" else "--listen-tls"
        return [bench.ehlock, "serve", listen, f"127.0.0.1:{port}", "--backend", f"127.0.0.1:{bench.sink_port}",
                "--identity", "none", "--workers", self.workers, *jail, *self.options,
                *(word for chain, key in bench.pairs() for word in ("--cert", chain, "--key", key))]


class EhlockOnTwoCores(Ehlock):
    """A worker on each of two cores, which it shares with the clients."""
    works = ("cores",)
    workers = 2

    def cores(self, bench):
        return f"{bench.server_core},{bench.client_core}"


class Relay(Peer):
    """No more than octets passed on, in clear."""
    works = ("plain",)

    def words(self, bench, folder, port):
        return [bench.programs / "bench_relay", port, bench.sink_port]


class Nginx(Peer):
    more = ("plain",)
    package = "nginx"
    two_kinds = True

    def missing(self, bench):
        return "" if shutil.which("nginx") and os.path.exists(NGINX_MODULE) else "nginx with its mail module is not installed"

    def words(self, bench, folder, port):
        certificates = " ".join(f"ssl_certificate {chain}; ssl_certificate_key {key};" for chain, key in bench.pairs())
        (folder / "nginx.conf").write_text(f"""
load_module {NGINX_MODULE};
daemon off; worker_processes 1; worker_rlimit_nofile 20000;
pid {folder}/pid; error_log {folder}/error.log error;
{"user nobody nogroup;" if os.getuid() == 0 else ""}
events {{ worker_connections 16000; }}
mail {{
  server_name bench.example.org; auth_http 127.0.0.1:{bench.auth_port}/; timeout 10m; xclient off;
  {certificates} ssl_protocols TLSv1.2 TLSv1.3;
  server {{ listen 127.0.0.1:{port} backlog=1024; protocol smtp; smtp_auth none; starttls on; }}
}}
""")
        return ["nginx", "-c", folder / "nginx.conf", "-p", folder]


class Stunnel(Peer):
    package = "stunnel4"

    def missing(self, bench):
        return "" if shutil.which("stunnel4") else "stunnel4 is not installed"

    def words(self, bench, folder, port):
        (folder / "stunnel.conf").write_text(f"""
foreground = yes
debug = err
pid =
[smtp]
protocol = smtp
accept = 127.0.0.1:{port}
connect = 127.0.0.1:{bench.sink_port}
cert = {bench.chain}
key = {bench.key}
sslVersionMin = TLSv1.2
""")
        return ["stunnel4", folder / "stunnel.conf"]


class Haproxy(Peer):
    package = "haproxy"
    door = "implicit"

    def missing(self, bench):
        return "" if shutil.which("haproxy") else "haproxy is not installed"

    def words(self, bench, folder, port):
        (folder / "haproxy.cfg").write_text(f"""
global
  maxconn 9000
  nbthread 1
  ssl-default-bind-options ssl-min-ver TLSv1.2
defaults
  mode tcp
  timeout connect 10s
  timeout client 10m
  timeout server 10m
listen smtp
  bind 127.0.0.1:{port} ssl crt {bench.combined}
  server sink 127.0.0.1:{bench.sink_port}
""")
        return ["haproxy", "-db", "-f", folder / "haproxy.cfg"]


class Hitch(Peer):
    package = "hitch"
    door = "implicit"

    def missing(self, bench):
        return "" if shutil.which("hitch") else "hitch is not installed"

    def words(self, bench, folder, port):
        (folder / "hitch.conf").write_text(f"""
frontend = "[127.0.0.1]:{port}"
backend = "[127.0.0.1]:{bench.sink_port}"
pem-file = "{bench.combined}"
tls-protos = TLSv1.2 TLSv1.3
workers = 1
daemon = off
quiet = on
backlog = 1024
{'user = "nobody"' if os.getuid() == 0 else ""}
""")
        return ["hitch", "--config", folder / "hitch.conf"]


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

    def __init__(self, name, ours):
        super().__init__(name)
        self.ours = ours

    def program(self, bench):
        return bench.ehlock.with_name("tlsproxy") if self.ours else Path(MASTER).with_name("tlsproxy")

    def missing(self, bench):
        return needs_postfix() or ("" if os.access(self.program(bench), os.X_OK) else f"{self.program(bench)} is not built")

    def start(self, bench, folder, port):
        conf, queue, data = lay_out_postfix(folder)
        daemons = folder / "daemons"
        daemons.mkdir()
        for name, program in (("tlsproxy", self.program(bench)), ("tlsmgr", Path(MASTER).with_name("tlsmgr"))):
            (daemons / name).symlink_to(program)
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
        (conf / "master.cf").write_text("tlsproxy unix - - n - 0 tlsproxy\ntlsmgr unix - - n 1000? 1 tlsmgr\n")
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


class Helpers(Peer):
    """tcpserver → tlswrapper -n → tlswrapper-smtp → a program of next to nothing. With `handoff` a worker of `ehlock serve` does
    TLS and dialog, and its CPU counts as well; where tlswrapper-smtp hands over there is no tlswrapper."""
    works = ("helpers",)

    def __init__(self, name, ours=True, handoff=""):
        super().__init__(name)
        self.ours, self.handoff = ours, handoff
        self.package = "" if ours else "tlswrapper"
        self.without = () if ours else (("helpers", "1.3"),)

    def program(self, bench, name):
        return bench.ehlock.with_name(name) if self.ours else Path("/usr/bin", name)

    def missing(self, bench):
        if os.getuid() != 0:
            return "the helpers' jail needs root"
        if not shutil.which("tcpserver"):
            return "ucspi-tcp is not installed"
        names = ("tlswrapper", "tlswrapper-smtp")
        return "" if all(self.program(bench, name).exists() for name in names) else "the pair is not there"

    def words(self, bench, folder, port):
        where = ["--handoff", folder / "handoff"] if self.handoff else ["-f", bench.combined]
        wrapper, helper = [self.program(bench, "tlswrapper"), "-n"], [self.program(bench, "tlswrapper-smtp")]
        pair = [*helper, *where] if self.handoff == "tlswrapper-smtp" else [*wrapper, *where, *helper]
        chain = ["tcpserver", "-c", 100, "-HRDl0", "127.0.0.1", port, *pair, bench.programs / "bench_helper_program"]
        reaper = [sys.executable, Path(__file__).with_name("reaper.py")]
        if not self.handoff:
            return [*reaper, *chain]
        (folder / "jail").mkdir(mode=0o555)
        daemon = [bench.ehlock, "serve", "--listen-handoff", f"unix:{folder}/handoff", "--cert", bench.chain, "--key", bench.key,
                  "--workers", 1, "--jail", folder / "jail"]
        return [*reaper, *daemon, "--", *chain]

    def start(self, bench, folder, port):
        server = super().start(bench, folder, port)
        end = time.monotonic() + 20
        while self.handoff and ": ready" not in server.log.read_text(errors="replace"):
            if time.monotonic() > end:
                server.end()
                raise Failed("the worker does not start")
            time.sleep(0.05)
        return server


def all_peers():
    ehlock = Ehlock("ehlock", "starttls")
    ehlock.more = ("plain", "cores")
    return [ehlock, EhlockOnTwoCores("ehlock-2-cores", "starttls"), Ehlock("ehlock-implicit", "implicit"),
            Ehlock("ehlock-reconnect", "starttls", "--on-starttls", "reconnect"), Relay("relay"), Nginx("nginx"), Stunnel("stunnel"),
            Haproxy("haproxy"), Hitch("hitch"), Postfix("postfix"), Tlsproxy("postfix-tlsproxy", False), Tlsproxy("tlsproxy", True),
            Helpers("tlswrapper"), Helpers("tlswrapper-handoff", handoff="tlswrapper"),
            Helpers("tlswrapper-smtp-handoff", handoff="tlswrapper-smtp"), Helpers("tlswrapper-debian", ours=False)]
