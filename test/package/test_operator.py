"""A day of an operator who has never seen ehlock, told as one story on a fresh Debian with Postfix: install, certificate,
start, first mail, renewal, watching, a client that fails, drain, upgrade, removal. What the README says is done literally."""
import json
import re
import tempfile
from pathlib import Path

import pytest

from harness.waiting import until
from machine import Machine, cgroups_are_there
from test_package import built, upgraded

ROOT = Path(__file__).parents[2]
LIVE, ARCHIVE = "/etc/letsencrypt/live/mx.example.org", "/etc/letsencrypt/archive/mx.example.org"
pytestmark = [pytest.mark.root, pytest.mark.timeout(1200),
              pytest.mark.skipif(not cgroups_are_there(), reason="no control groups v2: systemd cannot be started")]


def blocks(kind):
    """The blocks of one kind in the README."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return [body for name, body in re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE) if name == kind]


@pytest.fixture
def machine():
    """With the tools of the day, and a Postfix that has no TLS."""
    system = Machine(tempfile.mkdtemp(prefix="ehlock-machine-"))
    try:
        packages = [system.take(built("ehlock")), system.take(upgraded(built("ehlock")))]
        system.done("apt-get", "update")
        simulated = system.done("apt-get", "install", "--simulate", packages[0])
        needed = [name for name in re.findall(r"^Inst (\S+)", simulated, re.MULTILINE) if name != "ehlock"]
        system.path("/usr/sbin/policy-rc.d").chmod(0o755)
        system.done("apt-get", "install", "-y", "systemd", "systemd-sysv", "postfix", "openssl", "swaks", "libnet-ssleay-perl",
                    "curl", "procps", *needed)
        yield system, packages
    finally:
        system.end()


def postfix_behind(system):
    """What the README tells of Postfix: a port of its own on loopback, and port 25 given up."""
    master = system.path("/etc/postfix/master.cf")
    lines = [line for line in blocks("")[1].splitlines() if not line.startswith("#")]
    text = re.sub(r"^(smtp +inet)", r"#\1", master.read_text(encoding="utf-8"), flags=re.MULTILINE)
    master.write_text(text + "\n".join(lines) + "\n", encoding="utf-8")
    system.done("postconf", "-e", "myhostname=mx.example.org", "mydestination=mx.example.org", "maillog_file=/var/log/postfix.log",
                "alias_maps=", "alias_database=", "mynetworks=127.0.0.1/32")
    system.done("systemctl", "restart", "postfix")
    system.done("useradd", "--create-home", "reader")


def certificate(system, number):
    """As certbot leaves it: links that name the newest of the archive."""
    system.done("mkdir", "-p", LIVE, ARCHIVE)
    chain, key = (f"{ARCHIVE}/{name}{number}.pem" for name in ("fullchain", "privkey"))
    system.done("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "60",
                "-subj", "/CN=mx.example.org", "-addext", "subjectAltName=DNS:mx.example.org", "-keyout", key, "-out", chain)
    for name in ("privkey", "fullchain"):
        system.done("ln", "-sfn", f"{ARCHIVE}/{name}{number}.pem", f"{LIVE}/{name}.pem")
    serial = system.done("openssl", "x509", "-in", chain, "-noout", "-serial")
    return serial.strip().split("=")[1].lower()


def served_serial(system):
    status, text = system.run("ehlock", "probe", "mx.example.org:25", "--json")
    assert status == 0, text
    return json.loads(text)["certificates"][0]["serial"].lower()


def mail(system, subject, *options):
    text = system.done("swaks", *(options or ("--tls",)), "--server", "mx.example.org", "--to", "reader@mx.example.org", "--from", "sender@client.example",
                       "--header", f"Subject: {subject}", "--local-interface", "127.0.0.9")
    assert re.search(r"TLS started with \S* ?.*TLSv1\.3", text), text
    box = system.path("/var/mail/reader")
    until(lambda: box.exists() and f"Subject: {subject}\n" in box.read_text(encoding="utf-8"), f"{subject} in the mailbox")


def main_process(system):
    return system.done("systemctl", "show", "--property", "MainPID", "--value", "ehlock").strip()


def installs(system, package):
    system.done("apt-get", "install", "-y", package)
    assert system.run("systemctl", "is-enabled", "ehlock") == (0, "enabled\n")
    status, said = system.run("systemctl", "is-active", "ehlock")
    assert (status, said) == (3, "inactive\n"), "without a configuration there is nothing to start"


def starts(system):
    system.done("mkdir", "-p", "/etc/ehlock/conf.d")
    (system.path("/etc/ehlock/ehlock.toml")).write_text(blocks("toml")[0], encoding="utf-8")
    effective = system.done("ehlock", "check", "--config", "/etc/ehlock/ehlock.toml", "--probe")
    assert '# backend 127.0.0.1:10025: greeting "mx.example.org ESMTP Postfix' in effective
    system.done("systemctl", "start", "ehlock")
    assert "serving" in system.done("systemctl", "status", "ehlock")
    mail(system, "first")
    mail(system, "at once", "--tls-on-connect")
    # The server behind knows who the client is, so it trusts it no more than before.
    log = system.path("/var/log/postfix.log").read_text(encoding="utf-8")
    assert "connect from unknown[127.0.0.9]" in log and "connect from localhost[127.0.0.1]" not in log.replace("lost ", "")


def renews_the_certificate(system, first):
    assert served_serial(system) == first
    renewed, before = certificate(system, 2), main_process(system)
    until(lambda: f"serial {renewed}" in system.journal(), "the line of the new certificate")
    assert served_serial(system) == renewed and main_process(system) == before


def watches(system):
    more = system.path("/etc/ehlock/conf.d/watching.toml")
    more.write_text('metrics = "127.0.0.1:9925"\nadmin = "unix:/run/ehlock/admin.sock"\nmetrix = 1\n', encoding="ascii")
    status, said = system.run("systemctl", "reload", "ehlock")
    assert status != 0 and "conf.d/watching.toml" in system.journal("-n", "20"), said
    mail(system, "after a reload that was refused")
    more.write_text('metrics = "127.0.0.1:9925"\nadmin = "unix:/run/ehlock/admin.sock"\n', encoding="ascii")
    system.done("systemctl", "reload", "ehlock")
    until(lambda: system.run("ehlock", "status")[0] == 0, "an answer of the admin socket")
    mail(system, "counted")
    metrics = system.done("curl", "--silent", "--fail", "http://127.0.0.1:9925/metrics")
    assert re.search(r'^ehlock_tls_handshakes_total\{listener=".*:25",version="TLSv1.3",resumed="false"\} \d+$', metrics, re.MULTILINE)
    assert system.done("curl", "--silent", "--fail", "http://127.0.0.1:9925/readyz") == "ready\n"
    assert "mx.example.org  59 days left" in system.done("ehlock", "top", "--interval", "1s")


def finds_out_why_a_client_fails(system):
    """From the line in the journal to the page that says what to do."""
    system.run("sh", "-c", "openssl s_client -connect mx.example.org:25 -starttls smtp -tls1 -cipher DEFAULT:@SECLEVEL=0 </dev/null")
    line = until(lambda: system.done("journalctl", "EHLOCK_EVENT=tls_failed", "-o", "cat", "--no-pager"), "the failed handshake")
    reason = re.search(r"SSL_accept error from unknown\[127\.0\.0\.1\]: (\w+) offered TLSv1 ", line).group(1)
    assert system.done("journalctl", f"EHLOCK_REASON={reason}", "-o", "cat", "--no-pager")
    page = system.done("sh", "-c", "zcat -f /usr/share/doc/ehlock/troubleshooting.md*")
    advice = re.search(rf"^\| `{reason}` \|.*$", page, re.MULTILINE).group(0)
    assert "--tls-min TLSv1" in advice


def drains(system):
    assert system.done("ehlock", "drain") == "ok\n"
    until(lambda: system.run("systemctl", "is-active", "ehlock")[1] == "inactive\n", "the end of the service")
    assert "stopped" in system.journal("-n", "5")
    assert system.run("ehlock", "probe", "mx.example.org:25")[0] == 2
    system.done("systemctl", "start", "ehlock")
    mail(system, "after a drain")


def upgrades(system, package):
    before = main_process(system)
    assert "+next" in system.done("apt-get", "install", "-y", package)
    assert system.run("systemctl", "is-active", "ehlock") == (0, "active\n") and main_process(system) != before
    mail(system, "after the upgrade")


def goes_away(system):
    system.done("apt-get", "remove", "-y", "ehlock")
    assert system.run("pgrep", "-x", "ehlock")[0] == 1
    assert system.path("/etc/ehlock/ehlock.toml").exists(), "an operator's file is the operator's"
    system.done("apt-get", "purge", "-y", "ehlock")
    left = system.done("find", "/", "-xdev", "-name", "*ehlock*", "-not", "-path", "/proc/*", "-not", "-path", "/srv/*",
                       "-not", "-path", "/tmp/*").split()
    assert set(left) <= {"/etc/ehlock", "/etc/ehlock/ehlock.toml"}
    assert system.run("systemctl", "--failed", "--no-legend")[1].strip() == ""


def test_from_installing_to_purging(machine):
    system, (package, newer) = machine
    system.boot()
    postfix_behind(system)
    first = certificate(system, 1)
    installs(system, package)
    starts(system)
    renews_the_certificate(system, first)
    watches(system)
    finds_out_why_a_client_fails(system)
    drains(system)
    upgrades(system, newer)
    goes_away(system)
