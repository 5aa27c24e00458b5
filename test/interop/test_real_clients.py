"""More of what real clients do, over real servers: resumption, verification, AUTH inside implicit TLS, pipelining."""
import hashlib
import re
import shutil
import smtplib

import pytest

from harness import front as fronts
from harness.client import tls_context
from harness.process import Program, run
from harness.waiting import free_port, until


def swaks(address, *options):
    return run(["swaks", "--server", f"{address[0]}:{address[1]}", "--from", "a@client.example", "--to", "b@mail.example",
                "--ehlo", "client.example", *options])


@pytest.mark.parametrize("kind", ["PLAIN", "LOGIN"])
def test_swaks_authenticates_inside_implicit_tls(serve, recorder, kind):
    recorder.keywords.append("AUTH PLAIN LOGIN")
    if kind == "LOGIN":
        recorder.answers["AUTH"] = lambda connection, _line: login_asked(connection)
    status, text = swaks(serve().tls_address, "--tls-on-connect", "--auth", kind, "--auth-user", "joe", "--auth-password", "pw")
    assert status == 0 and "235" in text, text


def login_asked(connection):
    for question in ("VXNlcm5hbWU6", "UGFzc3dvcmQ6"):
        connection.send(f"334 {question}\r\n")
        connection.line()
    return "235 2.7.0 welcome"


def test_swaks_is_refused_auth_in_clear(serve, recorder):
    recorder.keywords.append("AUTH PLAIN")
    status, text = swaks(serve().address, "--auth", "PLAIN", "--auth-user", "joe", "--auth-password", "pw")
    assert status == 28, text  # swaks: no authentication was possible
    assert not [line for line in recorder.commands if line.startswith("AUTH")]


@pytest.mark.parametrize("protocol", ["tlsv1_2", "tlsv1_3"])
def test_swaks_pipelines_inside_tls(serve, recorder, protocol):
    status, text = swaks(serve().address, "--tls", "--tls-protocol", protocol, "--pipeline")
    assert status == 0, text
    recorder.wait_messages(1)


def test_swaks_verifies_our_certificate(serve, recorder, certificates):
    front = serve()
    status, text = swaks(front.address, "--tls", "--tls-verify", "--tls-ca-path", certificates.get().cert)
    assert status == 0, text
    status, text = swaks(front.address, "--tls", "--tls-verify", "--tls-ca-path", certificates.get("other.example").cert)
    assert status != 0, text
    front.wait_for("SSL_accept error")
    assert len(recorder.wait_messages(1)) == 1


@pytest.mark.parametrize("version", ["1", "2"])
def test_swaks_says_a_header_as_a_balancer_does(serve, postfix, version):
    server = postfix(smtpd={"smtpd_upstream_proxy_protocol": "haproxy"})
    front = serve("--accept-proxy 127.0.0.1/32", backend=server.endpoint, identity="proxy-v1")
    family = {"1": "TCP4", "2": "AF_INET"}[version]
    status, text = swaks(front.address, "--tls", "--proxy-version", version, "--proxy-family", family, "--proxy-source",
                         "192.0.2.7", "--proxy-source-port", "4711", "--proxy-dest", "192.0.2.1", "--proxy-dest-port", "25")
    assert status == 0, text
    server.wait_for(r"client=unknown\[192\.0\.2\.7\]:4711")


@pytest.mark.parametrize("priority,version", [("NORMAL:-VERS-ALL:+VERS-TLS1.2", "TLS1.2"), ("NORMAL:-VERS-ALL:+VERS-TLS1.3", "TLS1.3")])
def test_gnutls_cli_verifies_and_resumes(serve, certificates, priority, version):
    front = serve()
    status, text = run(["gnutls-cli", "--starttls-proto=smtp", "--x509cafile", certificates.get().cert, "--verify-hostname",
                        "mail.example", "--sni-hostname", "mail.example", "--priority", priority, "--crlf", "--resume",
                        "-p", front.address[1], front.address[0]], b"QUIT\n")
    assert "The certificate is trusted" in text and version in text, text
    # gnutls-cli connects a second time; without reading it may have got no TLS 1.3 ticket before it left.
    assert "Resume Handshake was completed" in text, text
    if version == "TLS1.2":
        assert "This is a resumed session" in text, text
    assert status in (0, 1), text


@pytest.fixture
def finger(place):
    if not shutil.which("posttls-finger"):
        pytest.skip("posttls-finger is not installed (./dev setup)")
    (place / "config").mkdir()
    (place / "config/main.cf").write_text("compatibility_level = 3.6\n", encoding="ascii")

    def ask(front, *options, match=()):
        return run(["posttls-finger", "-c", *options, f"[127.0.0.1]:{front.address[1]}", *match],
                   environment={"MAIL_CONFIG": str(place / "config")})[1]
    return ask


def test_posttls_finger_verifies_by_name_and_by_fingerprint(serve, certificates, finger):
    mine = certificates.get()
    front = serve()
    text = finger(front, "-l", "secure", "-F", mine.cert, match=["mail.example"])
    assert "Verified TLS connection established" in text, text
    assert "Verified" not in finger(front, "-l", "secure", "-F", mine.cert, match=["other.example"])
    digest = ":".join(re.findall("..", hashlib.sha256(mine.der).hexdigest().upper()))
    assert "Verified TLS connection established" in finger(front, "-l", "fingerprint", "-d", "sha256", match=[digest])
    assert "Verified" not in finger(front, "-l", "fingerprint", "-d", "sha256", match=[digest.replace("A", "B")])


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
def test_posttls_finger_of_each_version(serve, finger, version):
    text = finger(serve(), "-l", "encrypt", "-p", f">={version}, <={version}")
    assert "TLS connection established to" in text and f"{version} with cipher" in text, text


def test_smtplib_over_implicit_tls_verifies(serve, recorder, certificates):
    front = serve()
    context = tls_context("1.3", certificates.get().cert)
    with smtplib.SMTP_SSL(*front.tls_address, local_hostname="client.example", timeout=20, context=context) as session:
        session.sendmail("a@client.example", ["b@mail.example"], b"Subject: x\r\n\r\n.y\r\n")
    assert recorder.wait_messages(1)[0].raw == b"Subject: x\r\n\r\n..y\r\n"


def test_the_sink_behind_us_stores_what_swaks_sends(serve, place):
    (place / "mail").mkdir()
    (place / "mail").chmod(0o777)
    endpoint = f"127.0.0.1:{free_port()}"
    sink = Program([fronts.program(), "sink", "--listen", endpoint, "--dir", place / "mail"], place)
    sink.wait_for("listening on")
    front = serve(backend=endpoint)
    for options in (["--tls"], ["--tls-on-connect"]):
        address = front.tls_address if "--tls-on-connect" in options else front.address
        status, text = swaks(address, *options, "--header", "Subject: to the sink", "--body", ".dot of swaks")
        assert status == 0, text
    stored = until(lambda: [one for one in (place / "mail").iterdir() if one.suffix != ".envelope"][1:] and
                   list((place / "mail").glob("*.eml")), "two files")
    for one in stored:
        assert b"\n.dot of swaks" in one.read_bytes()
