"""The servers under test: how each is configured and started. All of them listen on 127.0.0.1, stay in the foreground, run on
the server's core, use the same chain and key, offer TLS 1.2 and 1.3, and pass sessions on to the same sink."""
import os
import shutil
import sys
import time
from pathlib import Path

from peer import Failed, Peer
from postfix_peers import Postfix, Postscreen, Tlsproxy

NGINX_MODULE = "/usr/lib/nginx/modules/ngx_mail_module.so"


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
            Postscreen("postscreen", False), Postscreen("postscreen-tlsproxy", True),
            Helpers("tlswrapper"), Helpers("tlswrapper-handoff", handoff="tlswrapper"),
            Helpers("tlswrapper-smtp-handoff", handoff="tlswrapper-smtp"), Helpers("tlswrapper-debian", ours=False)]
