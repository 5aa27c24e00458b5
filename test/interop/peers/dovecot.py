"""A private Dovecot submission service that believes PROXY headers and lets people log in only where TLS was used.
What it accepts goes on to the relay given."""
import os
from pathlib import Path

from harness.process import Program
from harness.waiting import free_port

CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = /dev/stderr
protocols = submission
listen = 127.0.0.1
hostname = dovecot.example
ssl = yes
ssl_cert = <{certificate.cert}
ssl_key = <{certificate.key}
disable_plaintext_auth = yes
auth_mechanisms = plain
haproxy_trusted_networks = 127.0.0.1/32
login_trusted_networks =
mail_location = maildir:{folder}/mail
submission_relay_host = {relay[0]}
submission_relay_port = {relay[1]}
login_log_format_elements = user=<%u> method=%m rip=%r rport=%b %c %k
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}/home
}}
service submission-login {{
  inet_listener submission {{
    port = {port}
    haproxy = yes
  }}
}}
"""


class Dovecot(Program):
    def __init__(self, folder, certificate, relay):
        self.folder = Path(folder)
        self.port = free_port()
        self.endpoint = f"127.0.0.1:{self.port}"
        for name in ("", "run", "state", "home", "mail"):
            (self.folder / name).mkdir(mode=0o755)
        for name in ("home", "mail"):
            os.chown(self.folder / name, 65534, 65534)
        text = CONFIGURATION.format(folder=folder, certificate=certificate, relay=relay.rsplit(":", 1), port=self.port)
        (self.folder / "conf").write_text(text, encoding="utf-8")
        super().__init__(["/usr/sbin/dovecot", "-F", "-c", self.folder / "conf"], self.folder)
        self.wait_for("starting up")
