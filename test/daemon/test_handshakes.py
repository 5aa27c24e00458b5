"""Rows of docs/threats.md that concern what a handshake brings with it: remembered sessions, early data, names."""
import pytest

from harness.client import tls_context
from harness.process import run


def test_threat_33_a_session_resumed_is_judged_by_the_authorities_of_now(serve, certificates, place):
    # CVE-2021-20230: what was verified once must not count for ever.
    trusted, other = certificates.get("client.example"), certificates.get("other.example")
    authorities = place / "authorities.pem"
    authorities.write_bytes(trusted.cert.read_bytes())
    front = serve(["--client-cert", "require", "--client-ca", authorities])
    context = tls_context("1.2")
    context.load_cert_chain(trusted.cert, trusted.key)
    with front.tls_client(context) as client:
        client.hello()
        session = client.socket.session
    with front.tls_client(context, session=session) as client:
        client.hello()
        assert client.socket.session_reused
    authorities.write_bytes(other.cert.read_bytes())
    assert front.reload() == "reloaded"
    with pytest.raises(OSError):
        with front.tls_client(context, session=session) as client:
            client.hello()


def s_client(front, *options):
    host, port = front.tls_address
    return run(["openssl", "s_client", "-connect", f"{host}:{port}", "-ign_eof", *options], b"QUIT\r\n")[1]


def test_threat_35_data_before_the_handshake_is_not_taken(serve, place):
    front = serve()
    early = place / "early"
    early.write_bytes(b"QUIT\r\n")
    s_client(front, "-sess_out", place / "session")
    said = s_client(front, "-sess_in", place / "session", "-early_data", early)
    assert "Early data was not sent" in said and "Reused, TLSv1.3" in said, said  # the ticket permits none


def test_threat_37_server_names_that_are_none_get_the_certificate_of_everybody(serve, certificates):
    front = serve(certs_used=[certificates.get("mail.example"), certificates.get("other.example")])
    assert "CN = other.example" in s_client(front, "-servername", "other.example")
    for name in ("../../../etc/passwd", ".other.example", "other.example/../x", "%s%n", "other.example;"):
        assert "CN = mail.example" in s_client(front, "-servername", name), name
