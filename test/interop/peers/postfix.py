"""A private Postfix: its own configuration, queue and log, started by its master(8) in the foreground. It takes
mail for mail.example from everybody, other mail from mynetworks, which is this machine.

EHLOCK_POSTFIX=FOLDER: that one instead of the installed one, 3.4 or later; its programs are in FOLDER/libexec and FOLDER/bin, as its
source's `make` leaves them."""
import os
import pwd
import re
import subprocess
from pathlib import Path

from harness.process import Program
from harness.waiting import free_port

OTHER = os.environ.get("EHLOCK_POSTFIX")
DAEMONS = Path(OTHER, "libexec") if OTHER else Path("/usr/lib/postfix/sbin")
COMMANDS = Path(OTHER, "bin") if OTHER else Path("/usr/sbin")
MASTER = str(DAEMONS / "master")
FOLDERS = ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace")

MAIN = {
    "compatibility_level": "3.6",
    "myhostname": "postfix.example",
    "mydestination": "",
    "relay_domains": "mail.example",
    "mynetworks": "127.0.0.0/8 [::1]/128",
    "smtpd_relay_restrictions": "permit_mynetworks reject_unauth_destination",
    "smtpd_peername_lookup": "no",
    "disable_dns_lookups": "yes",
    "smtp_host_lookup": "native",
    "smtp_tls_security_level": "none",
    "smtputf8_enable": "yes",
    "local_recipient_maps": "",
    "alias_maps": "",
    "alias_database": "",
    "local_header_rewrite_clients": "",
    "smtpd_client_port_logging": "yes",
    "maillog_file": "/dev/stdout",
    "inet_interfaces": "127.0.0.1",
    "queue_run_delay": "1",
    "minimal_backoff_time": "1",
}

def version():
    """(3, 7)"""
    told = subprocess.run([COMMANDS / "postconf", "-d", "mail_version"], capture_output=True, text=True, check=False).stdout
    return tuple(int(number) for number in re.search(r"= (\d+)\.(\d+)", told).groups())


def of_another_postfix():
    """What main.cf must say where it is not the installed one."""
    if not OTHER:
        return {}
    level = {} if version() >= (3, 6) else {"compatibility_level": "2"}  # a bare number before
    # It may have been made without the library for internationalized names, and says so in each process.
    return {"daemon_directory": DAEMONS, "command_directory": COMMANDS, "smtputf8_enable": "no", **level}


SERVICES = """
pickup    unix  n - n 60 1 pickup
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
verify    unix  - - n - 1 verify
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n - - proxymap
smtp      unix  - - n - - smtp
relay     unix  - - n - - smtp
showq     unix  n - n - - showq
error     unix  - - n - - error
retry     unix  - - n - - error
discard   unix  - - n - - discard
anvil     unix  - - n - 1 anvil
dnsblog   unix  - - n - 0 dnsblog
postlog   unix-dgram n - n - 1 postlogd
"""


class Postfix(Program):
    """smtpd: a dictionary of smtpd's parameters for its one listener. screen: the same for a postscreen before it.
    relay: HOST:PORT where its mail goes, else nowhere. main: more parameters of main.cf."""
    master_options = ["-d"]
    more_services = ""
    under = []  # a command that starts master

    def __init__(self, folder, smtpd=None, screen=None, relay=None, main=None):
        self.folder = Path(folder)
        self.port = free_port()
        self.endpoint = f"127.0.0.1:{self.port}"
        onward = {"relayhost": relay_of(relay)} if relay else {"default_transport": "discard", "relay_transport": "discard"}
        self._lay_out(smtpd or {}, screen, {**onward, **(main or {})})
        super().__init__([*self.under, MASTER, "-c", self.folder, *self.master_options], self.folder)
        self.wait_for("daemon started")

    def _lay_out(self, smtpd, screen, main):
        owner = pwd.getpwnam("postfix")
        queue, data = self.folder / "queue", self.folder / "data"
        for path in (self.folder, queue, queue / "pid"):
            path.mkdir(mode=0o755)
        for path in (data, *(queue / name for name in FOLDERS)):
            path.mkdir(mode=0o700)
            os.chown(path, owner.pw_uid, -1)
        for name, mode in (("maildrop", 0o1733), ("public", 0o755)):
            (queue / name).mkdir()
            (queue / name).chmod(mode)
            os.chown(queue / name, owner.pw_uid, -1)
        settings = {**MAIN, **of_another_postfix(), "queue_directory": queue, "data_directory": data, **main}
        (self.folder / "main.cf").write_text("".join(f"{name} = {value}\n" for name, value in settings.items()),
                                             encoding="utf-8")
        (self.folder / "master.cf").write_text(self._listener(smtpd, screen) + self.more_services + SERVICES, encoding="utf-8")

    def _listener(self, smtpd, screen):
        if screen is None:
            return f"{self.endpoint} inet n - n - - smtpd{options_of(smtpd)}\n"
        return (f"{self.endpoint} inet n - n - 1 postscreen{options_of(screen)}\n"
                f"smtpd pass - - n - - smtpd{options_of(smtpd)}\n")


def options_of(settings):
    return "".join(f"\n  -o {{ {name} = {value} }}" for name, value in settings.items())


def relay_of(endpoint):
    host, port = endpoint.rsplit(":", 1)
    return f"[{host}]:{port}"
