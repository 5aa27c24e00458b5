"""Real mail clients through STARTTLS and implicit TLS."""
import shutil
import smtplib
import ssl

import pytest

from harness.client import Client, tls_context
from harness.process import run

BODY = "Subject: hello\r\n\r\nwords\r\n.dotted\r\n"


def needs(name):
    return pytest.mark.skipif(not shutil.which(name), reason=f"{name} is not installed (./dev setup)")


def swaks(front_port, *options):
    return run(["swaks", "--server", f"127.0.0.1:{front_port}", "--from", "a@client.example", "--to", "b@mail.example",
                "--ehlo", "client.example", "--body", "swaks was here", *options])


@needs("swaks")
def test_swaks_sends_through_starttls(serve, recorder):
    front = serve()
    status, text = swaks(front.address[1], "--tls")
    assert status == 0, text
    assert "TLS started with cipher TLSv1.3" in text
    assert b"swaks was here" in recorder.wait_messages(1)[0].raw


@needs("swaks")
def test_swaks_sends_through_implicit_tls(serve, recorder):
    front = serve()
    status, text = swaks(front.tls_address[1], "--tls-on-connect")
    assert status == 0, text
    recorder.wait_messages(1)


@needs("swaks")
def test_swaks_sends_without_tls_when_it_is_not_required(serve, recorder):
    status, text = swaks(serve().address[1])
    assert status == 0, text
    recorder.wait_messages(1)


@needs("swaks")
def test_swaks_authenticates_inside_tls(serve, recorder):
    recorder.keywords.append("AUTH PLAIN LOGIN")
    front = serve()
    status, text = swaks(front.address[1], "--tls", "--auth", "PLAIN", "--auth-user", "joe", "--auth-password", "pw")
    assert status == 0, text
    assert any(line.startswith("AUTH PLAIN ") for line in recorder.commands)


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_smtplib_sends_through_starttls(serve, recorder, certificates, version):
    certificate = certificates.get()
    context = ssl.create_default_context(cafile=str(certificate.cert))
    context.minimum_version = context.maximum_version = tls_context(version).minimum_version
    front = serve()
    with smtplib.SMTP(*front.address, local_hostname="client.example", timeout=20) as session:
        session._host = "mail.example"  # the name to verify, since we connect by address
        session.starttls(context=context)
        session.sendmail("a@client.example", ["b@mail.example", "c@mail.example"], BODY)
    message = recorder.wait_messages(1)[0]
    assert message.raw == BODY.replace("\r\n.", "\r\n..").encode()
    assert message.recipients == ["<b@mail.example>", "<c@mail.example>"]


def test_smtplib_sends_smtputf8_and_8bitmime(serve, recorder):
    front = serve()
    with smtplib.SMTP(*front.address, timeout=20) as session:
        session.starttls(context=tls_context())
        session.sendmail("jürgen@client.example", ["b@mail.example"], "Subject: é\r\n\r\nü\r\n".encode(),
                         mail_options=["SMTPUTF8", "BODY=8BITMIME"])
    message = recorder.wait_messages(1)[0]
    assert message.raw == "Subject: é\r\n\r\nü\r\n".encode()
    assert message.sender.endswith("SMTPUTF8 BODY=8BITMIME")


def s_client(front, *options, feed=b"EHLO client.example\nQUIT\n"):
    host, port = front.address
    return run(["openssl", "s_client", "-starttls", "smtp", "-connect", f"{host}:{port}", "-servername", "mail.example",
                "-crlf", "-nocommands", "-ign_eof", *options], feed)


@pytest.mark.parametrize("option,version", [("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")])
def test_openssl_s_client_gets_through_starttls_and_resumes(serve, place, option, version):
    front = serve()
    status, text = s_client(front, option, "-sess_out", place / "session")
    assert status == 0 and f"New, {version}" in text, text
    assert "221 " in text, text
    status, text = s_client(front, option, "-sess_in", place / "session")
    assert status == 0 and f"Reused, {version}" in text, text


def test_openssl_s_client_gets_exactly_one_ticket(serve):
    # Some senders break on a second one; Postfix sends one as well.
    _, text = s_client(serve(), "-tls1_3", "-msg")
    assert text.count("NewSessionTicket") == 1, text


@needs("gnutls-cli")
def test_gnutls_cli_gets_through_starttls(serve):
    host, port = serve().address
    status, text = run(["gnutls-cli", "--starttls-proto=smtp", "--insecure", "--crlf", "-p", port, host],
                       b"EHLO client.example\nQUIT\n")
    assert "Handshake was completed" in text, (status, text)


@needs("posttls-finger")
def test_posttls_finger_finds_what_we_are(serve, place):
    (place / "postfix").mkdir()
    (place / "postfix" / "main.cf").write_text("compatibility_level = 3.6\n", encoding="ascii")
    host, port = serve().address
    _, text = run(["posttls-finger", "-c", "-l", "encrypt", f"[{host}]:{port}"],
                  environment={"MAIL_CONFIG": str(place / "postfix")})
    assert "TLS connection established" in text and "TLSv1.3" in text, text


def test_two_kinds_of_key_stand_side_by_side(serve, certificates):
    ecdsa, rsa = certificates.get(), certificates.get(kind="rsa")
    front = serve(certs_used=[ecdsa, rsa])
    for cipher, wanted in (("ECDHE-ECDSA-AES128-GCM-SHA256", ecdsa), ("ECDHE-RSA-AES128-GCM-SHA256", rsa)):
        with front.secured(tls_context("1.2", ciphers=cipher)) as client:
            assert client.peer_der == wanted.der


def test_sni_chooses_by_the_names_in_the_certificates(serve, certificates):
    first, other, wild = (certificates.get(*names) for names in
                          (("mail.example",), ("mx.other.example", "other.example"), ("*.wild.example",)))
    front = serve(certs_used=[first, other, wild])
    wanted = {"mail.example": first, "OTHER.example": other, "mx.other.example": other, "a.wild.example": wild,
              "a.b.wild.example": first, "unknown.example": first, None: first}
    for name, certificate in wanted.items():
        with front.secured(name=name) as client:
            assert client.peer_der == certificate.der, name


def test_strict_sni_refuses_unknown_names(serve):
    front = serve("--strict-sni")
    with front.secured(name="mail.example") as client:
        assert client.command("NOOP").code == 250
    with pytest.raises((ssl.SSLError, ConnectionError)):
        front.secured(name="unknown.example")
    front.wait_for("unknown_sni")


def test_a_client_certificate_is_asked_for_and_named_in_the_log(serve, certificates):
    mine = certificates.get("client.example")
    front = serve(["--client-cert", "require", "--client-ca", mine.cert])
    context = tls_context()
    context.load_cert_chain(mine.cert, mine.key)
    with front.secured(context) as client:
        assert client.command("NOOP").code == 250
    front.wait_for(r"Trusted TLS connection established")
    front.wait_for(r"CN\s*=\s*client\.example")


def test_a_missing_client_certificate_ends_the_session_when_required(serve, certificates):
    front = serve(["--client-cert", "require", "--client-ca", certificates.get("client.example").cert])
    with pytest.raises((ssl.SSLError, ConnectionError, AssertionError)):
        front.secured(tls_context("1.3")).expect("NOOP", 250)
    front.wait_for("cert_required")


@pytest.mark.parametrize("option", ["TLSv1.2", "TLSv1.3"])
def test_protocol_limits_are_kept(serve, option):
    front = serve(f"--tls-min {option} --tls-max {option}")
    with front.secured() as client:
        assert client.tls_version == option
    other = {"TLSv1.2": "1.3", "TLSv1.3": "1.2"}[option]
    with pytest.raises((ssl.SSLError, ConnectionError)):
        front.secured(tls_context(other))
    front.wait_for("no_shared_version")


def test_ehlo_offers_starttls_before_and_not_after(serve, recorder):
    recorder.keywords[:] = ["PIPELINING", "STARTTLS", "XCLIENT NAME ADDR", "XFORWARD NAME", "AUTH PLAIN", "AUTH=PLAIN",
                            "SIZE 1000", "X-OWN thing"]
    with serve().client() as client:
        clear = client.hello()
        assert clear.raw.upper().count(b"STARTTLS") == 1
        assert set(clear.keywords) == {"PIPELINING", "SIZE", "X-OWN", "STARTTLS"}
        assert clear.lines[0] == "backend.example greets client.example"
        client.starttls()
        inside = client.expect("EHLO client.example", 250)
        assert "STARTTLS" not in inside.keywords and "XCLIENT" not in inside.keywords
        assert inside.keywords["AUTH"] == ["PLAIN"] and inside.keywords["SIZE"] == ["1000"]


def test_the_greeting_and_replies_reach_the_client_unchanged(serve, backend):
    from harness.backend import Recorder
    one = backend(Recorder, greeting="220-backend.example\r\n220 many lines",
                  answers={"NOOP": "250-a\r\n250-  b\r\n250 c", "VRFY": "252"})
    with serve(backend=one.endpoint).client() as client:
        assert client.reply().raw == b"220-backend.example\r\n220 many lines\r\n"
        assert client.command("NOOP").raw == b"250-a\r\n250-  b\r\n250 c\r\n"
        assert client.command("VRFY x").raw.strip() == b"252"


def test_helo_works_without_keywords(serve):
    with serve().client() as client:
        client.reply()
        assert client.command("HELO client.example").code == 250


def test_implicit_tls_speaks_at_once(serve):
    front = serve()
    with Client(front.tls_address, tls=True) as client:
        assert "STARTTLS" not in client.hello().keywords
        assert client.command("QUIT").code == 221
        assert client.rest() == b""
