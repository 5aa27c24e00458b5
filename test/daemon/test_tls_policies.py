"""TLS for each network and listener: rules choose a policy by where a client really comes from."""
import hashlib
import socket
import ssl
import struct
import subprocess

import pytest

from harness.backend import KEYWORDS, Recorder
from harness.certs import openssl
from harness.client import Client, tls_context
from harness.front import check
from harness.waiting import free_port

PRINTERS = """
[tls_policy.printers]
min = "TLSv1.0"
tickets = false

[[match]]
network = ["127.0.0.2/32", "2001:db8::/32"]
tls_policy = "printers"
"""

PRINTER, OTHER = "127.0.0.2", "127.0.0.1"


@pytest.fixture
def configured(place, serve):
    """configured(TOML, ...): a front with that file; front.configure(TOML) writes another."""

    def start(text, options=(), **rest):
        file = place / "ehlock.toml"
        file.write_text(text, encoding="utf-8")
        front = serve(["--config", file, *options], **rest)
        front.configure = lambda other: file.write_text(other, encoding="utf-8")
        return front

    return start


def old_context(version=ssl.TLSVersion.TLSv1):
    context = tls_context(ciphers="DEFAULT:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    return context


def v1(source):
    family = "TCP6" if ":" in source else "TCP4"
    return f"PROXY {family} {source} {'2001:db8::25' if ':' in source else '192.0.2.25'} 4711 25\r\n".encode()


def v2(source, destination="192.0.2.25"):
    family = socket.AF_INET6 if ":" in source else socket.AF_INET
    ends = socket.inet_pton(family, source) + socket.inet_pton(family, destination)
    rest = ends + struct.pack("!HH", 4711, 25)
    return b"\r\n\r\n\0\r\nQUIT\n\x21" + (b"\x21" if ":" in source else b"\x11") + struct.pack("!H", len(rest)) + rest


def version_of(front, source=None, header=b"", door="implicit"):
    """What TLS 1.0 alone comes to: its version, or None when it is refused."""
    address = front.tls_address if door == "implicit" else front.address
    with Client(address, source=source, header=header) as client:
        if door == "starttls":
            client.hello()
            client.expect("STARTTLS", 220)
        try:
            client.secure(old_context())
        except (ssl.SSLError, ConnectionError):
            return None
        return client.tls_version


@pytest.mark.parametrize("door", ["starttls", "implicit"])
def test_an_old_printer_gets_in_by_its_networks_policy_and_nobody_else_does(configured, recorder, door):
    front = configured(PRINTERS)
    command = ["openssl", "s_client", "-tls1", "-cipher", "DEFAULT:@SECLEVEL=0", "-crlf", "-quiet"]
    address = front.tls_address if door == "implicit" else front.address
    command += ["-starttls", "smtp"] if door == "starttls" else []
    command += ["-connect", "{}:{}".format(*address)]
    mail = b"EHLO printer.example\nMAIL FROM:<p@printer.example>\nRCPT TO:<a@mail.example>\nQUIT\n"
    refused = subprocess.run([*command, "-bind", f"{OTHER}:0"], input=mail, capture_output=True, timeout=20, check=False)
    assert b"protocol version" in refused.stderr and "RCPT TO:<a@mail.example>" not in recorder.commands
    front.wait_for(r"SSL_accept error from unknown\[127\.0\.0\.1\]: no_shared_version offered TLSv1 ")
    done = subprocess.run([*command, "-bind", f"{PRINTER}:0"], input=mail, capture_output=True, timeout=20, check=False)
    assert b"recipient ok" in done.stdout, done
    front.wait_for(r"connect from unknown\[127\.0\.0\.2\]:\d+ to \[127\.0\.0\.1\]:\d+ \(.*, policy printers\)")
    front.wait_for(r"TLS connection established from unknown\[127\.0\.0\.2\].*: TLSv1 with cipher ECDHE-ECDSA-AES\d+-SHA")


def test_the_others_keep_the_plain_options(configured):
    front = configured(PRINTERS)
    assert version_of(front, OTHER) is None and version_of(front, "127.0.0.3") is None
    assert version_of(front, PRINTER) == "TLSv1"
    for source in (PRINTER, OTHER):
        with Client(front.tls_address, source=source, tls=True) as client:
            assert client.tls_version == "TLSv1.3"


@pytest.mark.parametrize("door", ["starttls", "implicit"])
@pytest.mark.parametrize("header", [v1, v2])
def test_threat_14_the_policy_is_that_of_the_client_behind_the_balancer(configured, door, header):
    front = configured(PRINTERS, ["--accept-proxy", "127.0.0.9/32"])
    for told, expected in ((PRINTER, "TLSv1"), ("192.0.2.7", None), ("2001:db8::7", "TLSv1"), ("2001:db9::7", None)):
        there = {"destination": "2001:db8::25"} if ":" in told and header is v2 else {}
        assert version_of(front, "127.0.0.9", header(told, **there), door) == expected, told


def test_threat_14_a_balancer_in_the_printers_network_lends_its_policy_to_nobody(configured):
    front = configured(PRINTERS, ["--accept-proxy", f"{PRINTER}/32"])
    assert version_of(front, PRINTER, v2("192.0.2.7")) is None
    assert version_of(front, PRINTER, v2(PRINTER)) == "TLSv1"


@pytest.mark.parametrize("header", [v1(PRINTER), v2(PRINTER)])
def test_threat_14_a_client_that_claims_the_printers_address_gets_nothing_by_it(configured, header):
    front = configured(PRINTERS, ["--accept-proxy", "127.0.0.9/32"])
    assert version_of(front, OTHER, header) is None
    with Client(front.address, source=OTHER, header=header) as client:
        assert client.reply().code == 220 and client.reply().code // 100 == 5
    assert "policy printers" not in "\n".join(front.lines)


def session_after(front, context, source, session=None):
    """(whether it was resumed, the session to resume with)"""
    with Client(front.tls_address, source=source, tls=context, session=session) as client:
        client.hello()
        client.expect("QUIT", 221)
        client.rest()
        return client.socket.session_reused, client.socket.session


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_threat_32_a_ticket_of_one_policy_is_not_taken_under_another(configured, version):
    """One ring of ticket keys serves all policies of a worker; two policies may even say the same."""
    front = configured(f"[tls_policy.same]\n[[match]]\nnetwork = '{PRINTER}'\ntls_policy = 'same'\n")
    context = tls_context(version)
    _, plain = session_after(front, context, OTHER)
    assert session_after(front, context, OTHER, plain)[0]
    _, plain = session_after(front, context, OTHER)
    crossed, other = session_after(front, context, PRINTER, plain)
    assert not crossed and session_after(front, context, PRINTER, other)[0]
    assert not session_after(front, context, OTHER, other)[0]


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_a_network_without_tickets_gets_none(configured, version):
    front = configured(f"[tls_policy.microsoft]\ntickets = false\n[[match]]\nnetwork = '{PRINTER}'\ntls_policy = 'microsoft'\n")
    context = tls_context(version)
    for source, tickets in ((PRINTER, False), (OTHER, True)):
        _, session = session_after(front, context, source)
        assert bool(session and session.has_ticket) == tickets
        assert session_after(front, context, source, session)[0] == tickets


def key_of(certificate):
    public = openssl("x509", "-in", certificate.cert, "-noout", "-pubkey")
    return hashlib.sha256(openssl("pkey", "-pubin", "-outform", "DER", feed=public)).hexdigest()


def said_with(front, certificate, source=PRINTER):
    """The reply to EHLO of a client with that certificate; None when the handshake fails. TLS 1.3 tells it afterwards."""
    context = tls_context()
    if certificate:
        context.load_cert_chain(certificate.cert, certificate.key)
    try:
        with Client(front.tls_address, source=source, tls=context) as client:
            return client.hello()
    except (ssl.SSLError, ConnectionError, AssertionError):
        return None


def partner(rows):
    return f"[tls_policy.partner]\n{rows}\n[[match]]\nnetwork = '{PRINTER}'\ntls_policy = 'partner'\n"


def test_a_client_certificate_is_required_of_one_network(configured, certificates):
    joe, eve = certificates.get("joe.example"), certificates.get("eve.example")
    front = configured(partner(f"client_cert = 'require'\nclient_ca = '{joe.cert}'"))
    assert said_with(front, None, OTHER) and said_with(front, joe)
    front.wait_for(r"unknown\[127\.0\.0\.2\]: Trusted: subject_CN=joe\.example, issuer=joe\.example, fingerprint=([0-9A-F]{2}:){31}")
    assert said_with(front, None) is None
    front.wait_for(r"SSL_accept error from unknown\[127\.0\.0\.2\]: cert_required ")
    assert said_with(front, eve) is None
    front.wait_for(r"SSL_accept error from unknown\[127\.0\.0\.2\]: cert_rejected \(self-signed certificate: subject_CN=eve\.example, ")


def test_a_listed_key_lets_in_and_the_log_tells_the_one_to_list(configured, certificates):
    joe, eve = certificates.get("joe.example"), certificates.get("eve.example")
    front = configured(partner(f"client_cert = 'require'\nclient_keys = ['{key_of(joe)}']"))
    assert said_with(front, joe) and said_with(front, eve) is None and said_with(front, None) is None
    told = front.wait_for(r"cert_rejected \(the key is not listed: subject_CN=eve\.example, pkey_fingerprint=([0-9A-F:]+)\)")
    front.configure(partner(f"client_cert = 'require'\nclient_keys = ['{told.group(1)}']"))
    assert front.reload() == "reloaded"
    assert said_with(front, eve) and said_with(front, joe) is None


def test_a_client_certificate_is_asked_for_and_whatever_comes_is_let_in(configured, certificates):
    joe, eve = certificates.get("joe.example"), certificates.get("eve.example")
    front = configured(partner(f"client_cert = 'ask'\nclient_keys = ['{key_of(joe)}']"))
    assert said_with(front, joe) and said_with(front, eve) and said_with(front, None)
    for trust, name in (("Trusted", "joe"), ("Untrusted", "eve")):
        front.wait_for(rf"unknown\[127\.0\.0\.2\]: {trust}: subject_CN={name}\.example, ")


def test_tls_is_required_of_one_network(configured):
    front = configured(partner("require_tls = true"))
    for source, code in ((PRINTER, 530), (OTHER, 250)):
        with Client(front.address, source=source) as client:
            client.hello()
            client.expect("MAIL FROM:<a@client.example>", code)


def test_auth_in_clear_is_let_one_network_only(configured, backend):
    server = backend(Recorder, keywords=[*KEYWORDS, "AUTH PLAIN"])
    front = configured(partner("auth_before_tls = true"), backend=server.endpoint)
    for source, code in ((PRINTER, 235), (OTHER, 538)):
        with Client(front.address, source=source) as client:
            assert ("AUTH" in client.hello().keywords) == (source == PRINTER)
            reply = client.command("AUTH PLAIN AGpvZQBzZWNyZXQ=")
            assert reply.code // 100 == code // 100, reply


def test_a_listener_has_a_policy_of_its_own(configured):
    old = f"127.0.0.1:{free_port()}"
    text = f"[tls_policy.old]\nmin = 'TLSv1.1'\n[[match]]\nlistener = '{old}'\ntls_policy = 'old'\n"
    front = configured(text, listen_tls=[f"127.0.0.1:{free_port()}", old])
    for endpoint, welcome in zip(front.implicit, (False, True)):
        try:
            with Client(front.address_of(endpoint), tls=old_context(ssl.TLSVersion.TLSv1_1)) as client:
                assert welcome and client.tls_version == "TLSv1.1"
        except ssl.SSLError:
            assert not welcome


def test_policies_are_replaced_by_a_reload_and_stay_when_it_fails(configured):
    front = configured(PRINTERS)
    assert version_of(front, PRINTER) == "TLSv1"
    front.configure(PRINTERS + "[[match]]\nnetwork = '192.0.2.1'\ntls_policy = 'printer'\n")
    assert 'there is no [tls_policy.printer]; did you mean "printers"?' in front.reload()
    assert version_of(front, PRINTER) == "TLSv1"
    front.configure(PRINTERS.replace("127.0.0.2/32", "127.0.0.3/32"))
    assert front.reload() == "reloaded"
    assert version_of(front, PRINTER) is None and version_of(front, "127.0.0.3") == "TLSv1"


def test_check_shows_policies_and_rules_with_their_origins(place, certificates):
    own = certificates.get()
    file = place / "ehlock.toml"
    file.write_text(f"listen = ':2525'\nbackend = '127.0.0.1:10025'\nidentity = 'none'\ncert = '{own.cert}'\n"
                    f"key = '{own.key}'\n{PRINTERS}[tls_policy.idle]\n", encoding="utf-8")
    status, text = check("--config", file)
    assert status == 0 and f"warning: {file}:14:13: tls_policy.idle: no [[match]] chooses it" in text
    shown = text[text.index("[tls_policy.idle]  "):].splitlines()
    assert [line.split("  #")[0].rstrip() for line in shown if line] == [
        "[tls_policy.idle]", "[tls_policy.printers]", 'min = "TLSv1.0"', "tickets = false", "[[match]]",
        'network = ["127.0.0.2/32", "2001:db8::/32"]', 'tls_policy = "printers"']
    assert all(f"# {file}:" in line for line in shown if line)
