"""A private Postfix whose postscreen has its TLS done by the tlsproxy given: Postfix's own, or ours in the same place.

postscreen's deep tests are on, so that it speaks SMTP itself and refuses each RCPT with 450, which is success here. Its cache is
off: a client it remembers would go on to smtpd, past tlsproxy. Clients that come at the same time need addresses of their own."""
import os
import re
import signal
from pathlib import Path

from harness import procfs
from harness.waiting import until
from peers.arrival import Arrival
from peers.postfix import DAEMONS, Postfix

ORIGINAL = DAEMONS / "tlsproxy"

SCREEN = {
    "postscreen_cache_map": "",
    "postscreen_access_list": "",
    "postscreen_greet_wait": "1s",
    "postscreen_greet_action": "enforce",
    "postscreen_bare_newline_enable": "yes",
    "postscreen_bare_newline_action": "enforce",
    "postscreen_non_smtp_command_enable": "yes",
    "postscreen_pipelining_enable": "yes",
    "postscreen_client_connection_count_limit": "0",
}
MAIN = {
    "mynetworks": "10.255.255.255/32",
    "service_throttle_time": "2s",
    "smtpd_tls_security_level": "may",
    "smtpd_tls_loglevel": "1",
    "inet_protocols": "ipv4",
}


def key_first(certificate):
    """The certificate as one file in the order that Postfix wants: key, then chain."""
    path = certificate.both.with_suffix(".keyfirst")
    path.write_bytes(certificate.key.read_bytes() + certificate.cert.read_bytes())
    path.chmod(0o600)
    return path


class Tlsproxy:
    """Which program does it. ours: it is this project's."""

    def __init__(self, name, path):
        self.name, self.path, self.ours = name, Path(path), name == "ours"


class TlsproxySite(Postfix):
    """certificates: their chains and keys, in smtpd_tls_chain_files. main, screen: more parameters; arguments: what follows
    the command in tlsproxy's line of master.cf. command: its name in the daemon directory. limit: the process limit there.
    more: other lines of it."""
    master_options = ["-s"]  # as `postfix start-fg`: services are not told to debug

    def __init__(self, folder, program, certificates, *, chroot=False, main=None, screen=None, arguments="", command="tlsproxy",
                 limit="0", more=""):
        self.program = program
        self.libexec = Path(folder).parent / f"{Path(folder).name}-lib/postfix/sbin"
        self.libexec.mkdir(mode=0o755, parents=True)
        for one in DAEMONS.iterdir():
            (self.libexec / one.name).symlink_to(one)
        self.install(program, command)
        self.more_services = f"tlsproxy unix - - {'y' if chroot else 'n'} - {limit} {command} {arguments}\n{more}"
        chain = " ".join(str(key_first(one)) for one in certificates)
        super().__init__(folder, screen={}, main={
            **MAIN, **SCREEN, **({"smtpd_tls_chain_files": chain} if chain else {}), "daemon_directory": self.libexec,
            **(screen or {}), **(main or {})})

    def install(self, program, command):
        """Puts a program where master will look for the command."""
        path = Path(os.path.normpath(self.libexec / command))
        path.parent.mkdir(mode=0o755, exist_ok=True)
        path.unlink(missing_ok=True)
        path.symlink_to(program.path)

    @property
    def socket_path(self):
        """The service's listening socket, where postscreen connects."""
        return str(self.folder / "queue/private/tlsproxy")

    def client(self, source="127.0.0.1"):
        return Arrival(("127.0.0.1", self.port), source)

    def secured(self, context=None, source="127.0.0.1", name="mail.example", session=None):
        """A client behind STARTTLS, before its second EHLO; tlsproxy has said that it was there."""
        client = self.client(source)
        client.hello()
        client.starttls(context, name, session)
        self.carried(client)
        return client

    @staticmethod
    def name_of(client):
        return "[{}]:{}".format(*client.socket.getsockname()[:2])

    def carried(self, client):
        """Fails unless tlsproxy logged this client; who else does TLS here does not count."""
        self.wait_for(rf"/tlsproxy\[\d+\]: CONNECT from {re.escape(self.name_of(client))}$")

    def carried_by(self, client, program):
        """The same, and it was a process of this program."""
        hit = self.wait_for(rf"/tlsproxy\[(\d+)\]: CONNECT from {re.escape(self.name_of(client))}$")
        assert os.path.samefile(f"/proc/{hit.group(1)}/exe", program.path)

    def told(self, client, pattern, after=0):
        """Waits for a line of tlsproxy about this client: pattern with %s for "[address]:port"."""
        name = client if isinstance(client, str) else self.name_of(client)
        return self.wait_for(r"/tlsproxy\[(\d+)\]: " + pattern.replace("%s", re.escape(name)), after=after)

    @staticmethod
    def dialog(client):
        """A mail that postscreen refuses for now, inside TLS."""
        client.expect("EHLO client.example", 250)
        client.expect("MAIL FROM:<a@client.example>", 250)
        assert "Service currently unavailable" in client.expect("RCPT TO:<b@mail.example>", 450).text
        client.expect("QUIT", 221)

    def session(self, context=None, **options):
        """A whole session; returns its closed client, whose TLS facts can still be asked."""
        with self.secured(context, **options) as client:
            name = self.name_of(client)
            facts = client.socket.version(), client.socket.cipher()[0], client.socket.session_reused, client.peer_der
            client.kept = client.socket.session
            self.dialog(client)
            client.kept = client.socket.session or client.kept  # TLS 1.3: the ticket came behind the handshake
            client.version, client.cipher, client.reused, client.certificate = facts
            assert client.rest() == b""
        self.told(name, r"DISCONNECT %s$")
        return client

    def processes(self):
        """The processes that run the program, as ProcessFacts; a master's direct child among them is `child`."""
        found = []
        for one in procfs.children(self.pid) + self._orphans():
            try:
                if os.path.samefile(f"/proc/{one.pid}/exe", self.program.path):
                    found.append(one)
            except OSError:
                continue
        return found

    def _orphans(self):
        """What left its parent is still of our session: master's number is the session's."""
        found = []
        for entry in filter(str.isdigit, os.listdir("/proc")):
            try:
                fields = Path(f"/proc/{entry}/stat").read_text(encoding="utf-8", errors="replace").rsplit(")", 1)[1].split()
                if fields[3] == str(self.pid) and fields[1] == "1" and fields[0] != "Z":
                    found.append(procfs.ProcessFacts(int(entry)))
            except (OSError, ValueError):
                continue
        return found

    def children(self):
        """master's direct children that run the program."""
        return [one for one in self.processes() if one.status["PPid"].strip() == str(self.pid)]

    def child(self):
        return until(self.children, "master's tlsproxy")[0]

    def end_child(self):
        """Ends master's tlsproxy, as an operator may by hand."""
        pid = self.child().pid
        os.kill(pid, signal.SIGTERM)
        until(lambda: pid not in [one.pid for one in self.processes()], "the end of tlsproxy")

    def service(self, name):
        """The pid of another service's process, as "tlsmgr"."""
        return until(lambda: [one.pid for one in procfs.children(self.pid) if one.name == name], name)[0]

    def reload(self):
        """Waits until master has read its files again and its old tlsproxy has left it, as it must at once."""
        mark, old = self.mark(), {one.pid for one in self.children()}
        self.tell(signal.SIGHUP)
        self.wait_for(r"/master\[\d+\]: reload", after=mark)
        until(lambda: not old & {one.pid for one in self.children()}, "the old child leaves")

    def replace_main(self, name, value):
        """Appends to main.cf; the last word counts."""
        with open(self.folder / "main.cf", "a", encoding="utf-8") as file:
            file.write(f"{name} = {value}\n")

    def proxy_lines(self, after=0):
        """What tlsproxy said, without date, host, tag and number."""
        found = (re.search(r"/tlsproxy\[\d+\]: (.*)$", line) for line in self.lines[after:])
        return [hit.group(1) for hit in found if hit]

    def nothing_broke(self):
        """No process of the program ended badly, none had to be slowed down."""
        assert self.count(r"/tlsproxy\[\d+\]: (fatal|panic|error): ") == 0
        assert self.count(r"tlsproxy.* (exit status|killed by signal)|throttling") == 0
